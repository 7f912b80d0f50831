"""Timing several contenders fairly: in turn, round after round, so that they share the noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

MAX_CALLS = 20  # of one contender in one round


@dataclass(frozen=True, slots=True)
class Timed:
    """What one contender took, milliseconds."""

    median_ms: float
    fastest_ms: float


def in_turn(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timed]:
    """Each contender once to warm up, then all of them in each round.

    A quick one is called several times a round, for about as long as the slowest takes: a single
    call right after another's would mostly measure how it fills the processor's caches.
    """
    for run in contenders.values():
        run()
    first = {name: _once_ms(run) for name, run in contenders.items()}
    calls = {name: min(MAX_CALLS, round(max(first.values()) / first[name])) for name in contenders}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            taken[name].extend(_once_ms(run) for _ in range(calls[name]))
    return {name: Timed(median(times), min(times)) for name, times in taken.items()}


def _once_ms(run: Callable[[], object]) -> float:
    started = perf_counter()
    run()
    return (perf_counter() - started) * 1000
