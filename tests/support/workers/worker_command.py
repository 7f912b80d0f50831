"""The worker's real process, which does with some photos what their last bytes say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from facecompare.config import CHECKOUT

MAIN = CHECKOUT / "functions" / "worker" / "main.py"
CRASH, SLOW = b"//crash", b"//slow"  # a photo that ends so
SLOW_S = 4.0

SPOILED = f"""
import os, runpy, time
from facecompare.batches import embedding, worker_process

well = embedding.detect_faces

def spoiled(photo, engine, options):
    if photo.data.endswith({CRASH!r}):
        os._exit(139)
    if photo.data.endswith({SLOW!r}):
        time.sleep({SLOW_S})
    return well(photo, engine, options)

embedding.detect_faces = spoiled
if "GRACE_S" in os.environ:
    worker_process.WorkerProcess.__init__.__kwdefaults__["grace_s"] = float(os.environ["GRACE_S"])
runpy.run_path({str(MAIN)!r}, run_name="__main__")
"""


def start_worker(
    environment: Mapping[str, str], log: Path, *, spoiled: bool = True
) -> subprocess.Popen[bytes]:
    """A worker with this environment and, of this machine's, what Python needs."""
    command = ["-c", SPOILED] if spoiled else [str(MAIN)]
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, *command],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(log.parent),
                "PYTHONUNBUFFERED": "1",
                **environment,
            },
            stdout=file,
            stderr=subprocess.STDOUT,
        )
