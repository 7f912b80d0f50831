"""What one hostile photo costs: from the command line, and in a server whose health is asked
meanwhile."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support import pictures
from tests.support.measured.http_client import ask, form, get
from tests.support.measured.process_tree import Usage, watched
from tests.support.measured.served import Served, own_environment

CPU_S, MEMORY_BYTES = 3.0, 600_000_000  # of one photo, over what an ordinary one's process takes
# For the machine's sake: bytes and seconds of CPU over the base, and seconds.
KILL_BYTES, KILL_CPU_S, HUNG_S = 4_000_000_000, 40.0, 180.0
HEALTH_EVERY_S = 0.1
TYPED = re.compile(r"\[(\w+)\]\s*$")
VERDICT, BAD_INPUT = 0, 2


@dataclass(frozen=True, slots=True)
class Cost:
    """cpu_s and memory over the base; outcome is a code, "faces", or what went wrong."""

    cpu_s: float
    memory: int
    wall_s: float
    outcome: str
    typed: bool
    health_s: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Which bounds it does not keep."""
        kept = {
            f"more than {CPU_S:.0f} s of CPU": self.cpu_s <= CPU_S,
            f"more than {MEMORY_BYTES / 1e6:.0f} MB": self.memory <= MEMORY_BYTES,
            f"untyped: {self.outcome}": self.typed,
        }
        return [bound for bound, is_kept in kept.items() if not is_kept]


class CommandLine:
    """`facecompare detect` in a process of its own for each photo."""

    def __init__(self) -> None:
        self._base = Usage()
        _, self._base = self._run(pictures.OBAMA.read_bytes())

    def cost(self, data: bytes) -> Cost:
        """Of this photo, over an ordinary one: its start, its models and its few pixels."""
        (code, errors), usage = self._run(data)
        told = TYPED.search(errors)
        outcome = "faces" if code == VERDICT else told[1] if told else f"exit code {code}"
        traced = "Traceback" in errors
        outcome = usage.stopped or ("a traceback" if traced else outcome)
        return Cost(
            max(0.0, usage.cpu_s - self._base.cpu_s),
            max(0, usage.peak - self._base.peak),
            usage.wall_s,
            outcome,
            not usage.stopped
            and not traced
            and (code == VERDICT or (code == BAD_INPUT and bool(told))),
        )

    @staticmethod
    def _run(data: bytes) -> tuple[tuple[int, str], Usage]:
        with tempfile.TemporaryDirectory() as name:
            photo = Path(name) / "photo"
            photo.write_bytes(data)
            with (
                subprocess.Popen(
                    [sys.executable, "-m", "facecompare", "detect", str(photo)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    env=own_environment(Path(name)),
                ) as process,
                watched(process.pid, memory=KILL_BYTES, cpu=KILL_CPU_S, wall_s=HUNG_S) as usage,
            ):
                errors = _drained(process)
            return (process.returncode, errors), usage


def _drained(process: subprocess.Popen[str]) -> str:
    """All it says, until it has ended and nobody has waited for it: its times can still be read."""
    assert process.stderr
    return process.stderr.read()


async def server_cost(server: Served, data: bytes, path: str, names: tuple[str, ...]) -> Cost:
    """Of a request with this photo under each name, to a server that has been warmed."""
    done = asyncio.Event()
    delays = [0.0]

    async def watch_health() -> None:
        while not done.is_set():
            answer = await ask(server.port, get("/api/health"), timeout_s=HUNG_S)
            delays.append(answer.after_s)
            await asyncio.sleep(HEALTH_EVERY_S)

    with watched(server.pid, memory=KILL_BYTES, cpu=KILL_CPU_S, wall_s=HUNG_S) as usage:
        health = asyncio.create_task(watch_health())
        answer = await ask(server.port, form(path, dict.fromkeys(names, data)), timeout_s=HUNG_S)
        done.set()
        await health
    ok = answer.status == 200
    outcome = usage.stopped or ("faces" if ok else f"{answer.status} {answer.code()}")
    typed = not usage.stopped and (ok or (400 <= answer.status < 500 and bool(answer.code())))
    return Cost(usage.cpu_s, usage.over, usage.wall_s, outcome, typed, max(delays))
