"""Compare, verify, predict and detect, on Lambda: see `facecompare.aws_lambda.functions`."""

from facecompare.aws_lambda.functions import compare_handler
from facecompare.config import Settings

handler = compare_handler(Settings.from_env())
