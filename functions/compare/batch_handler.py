"""Batches, on Lambda: see `facecompare.serverless`."""

from facecompare.config import Settings
from facecompare.serverless import batch_handler

handler = batch_handler(Settings.from_env())
