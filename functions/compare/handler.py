"""Compare, verify, predict and detect, on Lambda: see `facecompare.serverless`."""

from facecompare.config import Settings
from facecompare.serverless import compare_handler

handler = compare_handler(Settings.from_env())
