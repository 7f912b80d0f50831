"""From the start of a process to its first verdict."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter


def first_verdict_ms(paths: tuple[str, str], runs: int = 5) -> float:
    """Median over fresh processes of `facecompare compare`; one unmeasured run warms the disk."""
    command = [sys.executable, "-m", "facecompare", "compare", *paths]
    taken = []
    for _ in range(runs + 1):
        started = perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        taken.append((perf_counter() - started) * 1000)
    return median(taken[1:])
