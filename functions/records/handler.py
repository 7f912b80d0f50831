"""History, CSV, deletion and upload grants, on Lambda: see `facecompare.aws_lambda.functions`."""

from facecompare.aws_lambda.functions import records_handler
from facecompare.config import Settings

handler = records_handler(Settings.from_env())
