"""History, CSV, deletion and upload grants, on Lambda: see `facecompare.serverless`."""

from facecompare.config import Settings
from facecompare.serverless import records_handler

handler = records_handler(Settings.from_env())
