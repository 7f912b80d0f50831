"""From the start of a process to its first verdict: how long, and how much memory."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class FirstVerdict:
    """Of a fresh process; medians."""

    cold_ms: float
    peak_rss_mb: float


def first_verdict(paths: tuple[str, str], runs: int) -> FirstVerdict:
    """`facecompare compare` in fresh processes, after one that warms the disk."""
    _run(paths)
    taken = [_run(paths) for _ in range(runs)]
    return FirstVerdict(
        cold_ms=median(each.cold_ms for each in taken),
        peak_rss_mb=median(each.peak_rss_mb for each in taken),
    )


def _run(paths: tuple[str, str]) -> FirstVerdict:
    command = [sys.executable, "-m", "facecompare", "compare", *paths]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    started = perf_counter()
    process = os.posix_spawn(sys.executable, command, os.environ, file_actions=quiet)
    _, _, usage = os.wait4(process, 0)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, KiB on Linux
    return FirstVerdict((perf_counter() - started) * 1000, usage.ru_maxrss * unit / 1e6)
