"""Servers as processes of their own: a port for them, and the moment from which they answer."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from typing import Any

from facecompare.config import CHECKOUT

PAUSE_S = 0.05
# For a process that is given an environment of its own: this checkout's library, as a Lambda layer
# would be, whichever one is installed.
LIBRARY = {"PYTHONPATH": str(CHECKOUT / "layers" / "core" / "python")}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int, server: subprocess.Popen[Any]) -> None:
    """Until it listens, or ends: then it fails. How long it may take is the suite's to say."""
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(PAUSE_S)
    raise RuntimeError(f"{server.args!r} ended with status {server.returncode} before it answered")


def obey_interrupts() -> None:
    """In a process that is about to begin: Ctrl-C ends it, also where a shell runs all of this
    behind `&`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
