"""AWS on this machine: moto as a process of its own, for what runs beside pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facecompare.config import CHECKOUT
from tests.support.aws_emulator.call_recorder import VARIABLE
from tests.support.processes import free_port, wait_for_port

ACCOUNT = "123456789012"  # moto's own
REGION = "us-east-1"


@contextmanager
def moto_server(recorded: Path | None = None) -> Iterator[str]:
    """The server's URL, for as long as the block lasts; `recorded` is a file for all calls.

    It says localhost, because moto takes the first part of any other host name for a bucket's.
    """
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.support.aws_emulator.moto_process",
        "-H",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    environment = os.environ | ({VARIABLE: str(recorded)} if recorded else {})
    server = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, server)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait()


def credentials(url: str) -> dict[str, str]:
    """The environment in which every AWS client speaks to this server only."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
