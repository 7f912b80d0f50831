"""Works on batches on a machine of one's own, or ECS's: see `facecompare.worker_process`."""

import sys

from facecompare.config import Settings
from facecompare.errors import FaceCompareError
from facecompare.serverless import worker_process

try:
    worker_process(Settings.from_env()).run()
except FaceCompareError as error:
    sys.exit(f"facecompare: {error.message} [{error.code}]")
