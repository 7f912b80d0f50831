"""Works on batches on one machine, or ECS's: see `facecompare.batches.worker_process`."""

import os
import sys

from facecompare.aws_lambda.functions import worker_process
from facecompare.config import Settings
from facecompare.errors import FaceCompareError

try:
    worker_process(Settings.from_env()).run()
except FaceCompareError as error:
    sys.exit(f"facecompare: {error.message} [{error.code}]")

# What did not end in time may be inside a network, in a thread that Python's own way out would take
# down in the middle of native code, which ends the process with SIGABRT.
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
