"""Batches, on Lambda: see `facecompare.aws_lambda.functions`."""

from facecompare.aws_lambda.functions import batch_handler
from facecompare.config import Settings

handler = batch_handler(Settings.from_env())
