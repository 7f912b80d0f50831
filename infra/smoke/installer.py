"""`make deploy` and `make destroy`, as they are typed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from facecompare.config import CHECKOUT
from infra.deployed_stacks import DeployedStacks
from infra.smoke.site_use import SmokeFailure

LAST_LINES = 15  # of what a command said, where it failed
KEY = re.compile(r"first admin key +(\S+)")


@dataclass
class Installer:
    """One environment; `context` is what make's CONTEXT is."""

    context: str
    stacks: Callable[[], DeployedStacks]
    """as they are now"""
    make: Sequence[str] = ("make",)
    outputs: dict[str, str] = field(default_factory=dict)
    key: str = ""
    """the first admin's"""

    def deploy(self) -> str:
        """Raises SmokeFailure, with the end of what the command said."""
        started = time.monotonic()
        said = self._run("deploy")
        stacks = self.stacks()
        self.outputs = stacks.outputs()
        found = KEY.search(said)
        self.key = found[1] if found else ""
        return f"{len(stacks.found)} stacks in {time.monotonic() - started:.0f} s"

    def destroy(self) -> str:
        """Raises SmokeFailure, with the end of what the command said."""
        started = time.monotonic()
        self._run("destroy")
        return f"in {time.monotonic() - started:.0f} s"

    def _run(self, target: str) -> str:
        """In a session of its own, which is interrupted as a whole, and waited for."""
        command = [*self.make, target, f"CONTEXT={self.context}"]
        with subprocess.Popen(
            command,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said = list(_shown(process))
            except BaseException:
                os.killpg(process.pid, signal.SIGINT)
                raise
        if process.returncode:
            raise SmokeFailure("".join([f"make {target}:\n", *said[-LAST_LINES:]]).rstrip())
        return "".join(said)


def _shown(process: subprocess.Popen[str]) -> Iterator[str]:
    """Its lines, which are passed on to who waits."""
    for line in process.stdout or ():
        sys.stderr.write(line)
        yield line
