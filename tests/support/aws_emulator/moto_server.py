"""AWS on this machine: moto as a process of its own, for what runs beside pytest."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from facecompare.config import CHECKOUT

ACCOUNT = "123456789012"  # moto's own
REGION = "us-east-1"


@contextmanager
def moto_server() -> Iterator[str]:
    """The server's URL, for as long as the block lasts.

    It says localhost, because moto takes the first part of any other host name for a bucket's.
    """
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "tests.support.aws_emulator.moto_process",
        "-H",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    server = subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """For as long as it lives, which the test's own timeout bounds."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"found moto ended with status {server.returncode}; expected a server")
