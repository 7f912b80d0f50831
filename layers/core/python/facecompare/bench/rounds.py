"""Timing several contenders fairly: in turn, round after round, so that they share the noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Timed:
    """What one contender took, milliseconds."""

    median_ms: float
    fastest_ms: float


def in_turn(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timed]:
    """Each contender once to warm up, then all of them in each round."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for run in contenders.values():
        run()
    for _ in range(rounds):
        for name, run in contenders.items():
            started = perf_counter()
            run()
            taken[name].append((perf_counter() - started) * 1000)
    return {name: Timed(median(times), min(times)) for name, times in taken.items()}
