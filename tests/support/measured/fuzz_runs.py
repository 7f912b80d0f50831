"""Mutated photos through the service, in processes that may die: a crash is counted, not suffered.

    python -m tests.support.measured.fuzz_runs RUN FIRST STEP END

is such a process: it detects the faces of the files FIRST, FIRST + STEP … below END of a run, and
prints a line of JSON for each.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facecompare.config import Settings
from facecompare.errors import InputError
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.service import FaceService
from tests.support.hostile.mutations import mutated
from tests.support.hostile.seeds import portraits
from tests.support.measured.bomb_runs import CPU_S, MEMORY_BYTES
from tests.support.measured.process_tree import GONE, cpu_s, end_tree, tree
from tests.support.measured.served import own_environment

RUN = 11
HUNG_S = 120.0  # without a line, on a machine that may be busy
READY = b"ready\n"


@dataclass
class Found:
    """What became of the files of a run; `faults` are those that no file may have."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    most_cpu_s: float = 0.0
    most_bytes: int = 0

    def take(self, line: dict[str, Any]) -> None:
        self.outcomes[line["outcome"]] += 1
        self.most_cpu_s = max(self.most_cpu_s, line["cpu_s"])
        self.most_bytes = max(self.most_bytes, line["bytes"])
        if line["fault"]:
            self.faults.append(f"file {line['number']}: {line['fault']}")
        if line["cpu_s"] > CPU_S or line["bytes"] > MEMORY_BYTES:
            took = f"{line['cpu_s']:.1f} s, {line['bytes'] / 1e6:.0f} MB"
            self.faults.append(f"file {line['number']}: over the budget: {took}")


def fuzz(files: int, run: int = RUN, processes: int = 1) -> Found:
    """Every file of the run, in so many processes; one that dies is replaced."""
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        lanes = [Lane(Path(folder), run, each, processes, files) for each in range(processes)]
        try:
            while any(lane.process for lane in lanes):
                for lane in lanes:
                    lane.read(found)
        finally:
            for lane in lanes:
                lane.stop()
    return found


class Lane:
    """One process after the other, for every `step`th file from the first."""

    def __init__(self, folder: Path, run: int, first: int, step: int, end: int) -> None:
        self._folder, self._run, self._step, self._end = folder, run, step, end
        self._next = first
        self.process: subprocess.Popen[bytes] | None = None
        self._begin()

    def _begin(self) -> None:
        if self._next >= self._end:
            self.process = None
            return
        numbers = (self._run, self._next, self._step, self._end)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.measured.fuzz_runs", *map(str, numbers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libtiff complains there
            env=own_environment(self._folder),
        )
        self._heard, self._ready = time.monotonic(), False

    def read(self, found: Found) -> None:
        """What it has said since; a process that ended too early or hangs is a fault."""
        if self.process is None:
            return
        assert self.process.stdout
        if select.select([self.process.stdout], [], [], 0.1)[0]:
            line = self.process.stdout.readline()
            self._heard = time.monotonic()
            if line == READY:
                self._ready = True
                return
            if line:
                found.take(json.loads(line))
                self._next += self._step
                return
            code = self.process.wait()
            self.stop()
            if not self._ready:
                raise RuntimeError(
                    f"a process that was to read files ended with {code} at its start"
                )
            self._ended(found, "" if code == 0 else f"the process ended with {code}")
        elif time.monotonic() - self._heard > HUNG_S:
            self.stop()
            self._ended(found, f"nothing for {HUNG_S:.0f} s")

    def _ended(self, found: Found, fault: str) -> None:
        if self._next < self._end and (fault or self._next + self._step <= self._end):
            found.outcomes["crash"] += 1
            found.faults.append(f"file {self._next}: {fault or 'the process ended early'}")
            self._next += self._step
        self._begin()

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            end_tree(self.process.pid)
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


def results(run: int, first: int, step: int, end: int) -> Iterator[dict[str, object]]:
    """Of each file, in this process."""
    seeds = list(portraits().values())
    service, options = FaceService(Settings.from_env(), None), RequestOptions()
    with suppress(InputError):
        service.detect(Photo(seeds[0]), options)
    print(READY.decode(), end="", flush=True)
    here = os.getpid()
    for number in range(first, end, step):
        data = mutated(run, number, seeds)
        base, before = _forget_peak(here), cpu_s(here)
        fault = ""
        try:
            service.detect(Photo(data), options)
            outcome = "faces"
        except InputError as error:
            outcome = error.code
        except Exception as error:
            outcome, fault = "untyped", f"{type(error).__name__}: {error}"[:200]
        used = {"cpu_s": cpu_s(here) - before, "bytes": _peak(here) - base}
        yield {"number": number, "outcome": outcome, "fault": fault, **used}


def _forget_peak(root: int) -> int:
    """The tree's resident bytes now, from which its peak counts (proc(5), clear_refs)."""
    for each in tree(root):
        with suppress(*GONE):
            Path(f"/proc/{each}/clear_refs").write_text("5")
    return _peak(root)


def _peak(root: int) -> int:
    """The sum of the highest resident sizes, of the processes that are there."""
    total = 0
    for each in tree(root):
        with suppress(*GONE):
            status = Path(f"/proc/{each}/status").read_text()
            total += 1024 * int(status.partition("VmHWM:")[2].split()[0])
    return total


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for each in results(*map(int, sys.argv[1:])):
        print(json.dumps(each), flush=True)
