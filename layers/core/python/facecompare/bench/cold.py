"""From the start of a process to its first verdict: how long, and how much memory."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter

# A process started by a large one is charged with the large one's peak by getrusage, so on Linux
# the process reads its own from /proc; macOS counts it in bytes.
_COMPARE = """
import resource, sys
from pathlib import Path
from facecompare.cli.main import main
main(["compare", "--json", *sys.argv[1:]])
status = Path("/proc/self/status")
if status.exists():
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    peak = int(line.split()[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak, file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class FirstVerdict:
    """Of a fresh process; medians, memory in 10⁶ bytes."""

    cold_ms: float
    peak_rss_mb: float


def first_verdict(paths: tuple[str, str], runs: int) -> FirstVerdict:
    """One comparison in each of so many fresh processes, after one that warms the disk."""
    _run(paths)
    taken = [_run(paths) for _ in range(runs)]
    return FirstVerdict(
        cold_ms=median(each.cold_ms for each in taken),
        peak_rss_mb=median(each.peak_rss_mb for each in taken),
    )


def _run(paths: tuple[str, str]) -> FirstVerdict:
    command = [sys.executable, "-c", _COMPARE, *paths]
    started = perf_counter()
    process = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return FirstVerdict(
        cold_ms=(perf_counter() - started) * 1000,
        peak_rss_mb=int(process.stderr.splitlines()[-1]) / 1e6,
    )
