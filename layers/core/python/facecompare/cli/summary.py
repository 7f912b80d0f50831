"""What a command that compares many photos says at its end, or when it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from facecompare.cli.output import RED, VERDICT_WORDS, notice

RESUMES = "the same command goes on from here"
KEEPS_NOTHING = "nothing was kept; with --out FILE the same command would go on"


def summary(counts: Mapping[str, int], unit: str, rate: str) -> str:
    """How many have each verdict, and how many each error; `counts` are by verdict or code."""
    verdicts = {verdict: counts.get(verdict, 0) for verdict in VERDICT_WORDS}
    told = ", ".join(f"{verdicts[each]:,} {words}" for each, words in VERDICT_WORDS.items())
    compared = sum(verdicts.values())
    parts = [f"{compared:,} {unit}{'' if compared == 1 else 's'} compared: {told}"]
    if errors := failures(counts):
        codes = ", ".join(f"{errors[code]:,} {code}" for code in sorted(errors))
        parts.append(f"{sum(errors.values()):,} failed: {codes}")
    return "; ".join([*parts, rate])


def failures(counts: Mapping[str, int]) -> dict[str, int]:
    """How many have each error instead of a verdict."""
    verdicts = {str(verdict) for verdict in VERDICT_WORDS}
    return {code: count for code, count in counts.items() if code not in verdicts}


def rate_of(done: int, unit: str, seconds: float) -> str:
    """The time, and how many were done in a second of it."""
    return f"{seconds:.1f} s, {done / seconds:.1f} {unit}s/s"


@contextmanager
def interruptible(how_to_go_on: str) -> Iterator[None]:
    """Tell who interrupts this how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        notice(f"interrupted; {how_to_go_on}", RED)
        raise
