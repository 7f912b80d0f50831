"""CPU seconds, memory, threads and descriptors of a process with all its children (Linux, proc(5)).

Memory is the proportional set size: what children share with their parent counts once.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

TICKS = os.sysconf("SC_CLK_TCK")
PAUSE_S = 0.02
GONE = (FileNotFoundError, ProcessLookupError, PermissionError, ValueError, IndexError)


def tree(root: int) -> list[int]:
    """The process and its children, theirs too; without any that has ended meanwhile."""
    found, waiting = [], [root]
    while waiting:
        each = waiting.pop()
        found.append(each)
        with suppress(*GONE):
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return found


def cpu_s(root: int) -> float:
    """Of all that run, and of all that have ended and were waited for."""
    ticks = 0
    for each in tree(root):
        with suppress(*GONE):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def memory_bytes(root: int) -> int:
    total = 0
    for each in tree(root):
        with suppress(*GONE):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += 1024 * int(rollup.partition("\nPss:")[2].split()[0])
    return total


def descriptors(root: int) -> int:
    total = 0
    for each in tree(root):
        with suppress(*GONE):
            total += len(list(Path(f"/proc/{each}/fd").iterdir()))
    return total


def threads(root: int) -> int:
    total = 0
    for each in tree(root):
        with suppress(*GONE):
            total += len(list(Path(f"/proc/{each}/task").iterdir()))
    return total


def end_tree(root: int) -> None:
    """Kill what this run has started, children first."""
    for each in reversed(tree(root)):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


@dataclass
class Usage:
    """What was used between the beginning and the end of a `watched` block.

    cpu_s and memory are over what there was at its beginning; `peak` is the highest sum that was
    seen, and `stopped` why the processes were killed, if they were.
    """

    base: int = 0
    peak: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    stopped: str = ""
    seen: list[int] = field(default_factory=list)

    @property
    def over(self) -> int:
        return max(0, self.peak - self.base)


@contextmanager
def watched(
    root: int,
    *,
    memory: int | None = None,
    cpu: float | None = None,
    wall_s: float | None = None,
    every_s: float = PAUSE_S,
) -> Iterator[Usage]:
    """Watch a tree of processes; kill it when it takes more bytes of memory over its base,
    more seconds of CPU or more time than this, for the sake of the machine. Each look takes some
    milliseconds of a core, and of the tree's own memory management."""
    usage, over = Usage(base=memory_bytes(root)), Event()
    before, begun = cpu_s(root), time.perf_counter()
    usage.peak = usage.base

    def look() -> None:
        while not over.is_set():
            usage.peak = max(usage.peak, memory_bytes(root))
            usage.cpu_s = max(usage.cpu_s, cpu_s(root) - before)
            if memory and usage.over > memory:
                usage.stopped = f"killed beyond {memory / 1e6:,.0f} MB"
            elif cpu and usage.cpu_s > cpu:
                usage.stopped = f"killed after {cpu:.0f} s"
            elif wall_s and time.perf_counter() - begun > wall_s:
                usage.stopped = f"hung for {wall_s:.0f} s"
            if usage.stopped:
                end_tree(root)
                return
            over.wait(every_s)

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield usage
    finally:
        usage.wall_s = time.perf_counter() - begun
        usage.cpu_s = max(usage.cpu_s, cpu_s(root) - before)
        over.set()
        watcher.join()
