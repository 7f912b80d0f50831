"""What an operator is told of each request, its times first. Where there is no operator, nobody
listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

STAGES = ("decode", "detect", "align", "embed", "match")


@dataclass(slots=True)
class Timing:
    """Milliseconds by stage, added up over the photos, which may have run side by side.

    `total_ms` is time on the clock, so it can be less than the sum of the stages.
    """

    stages_ms: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    started: float = field(default_factory=perf_counter)
    total_ms: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to this stage."""
        started = perf_counter()
        try:
            yield
        finally:
            self.stages_ms[name] += (perf_counter() - started) * 1000

    def including(self, *parts: Timing) -> Timing:
        """These stages and those of the parts, with the clock stopped now."""
        everyone = (self, *parts)
        stages = {name: sum(each.stages_ms[name] for each in everyone) for name in STAGES}
        return Timing(stages, self.started, (perf_counter() - self.started) * 1000)


class Telemetry(Protocol):
    """Told of every response and of every refusal; must not raise."""

    def operation_completed(self, operation: str, timing: Timing) -> None:
        """An operation on photos came to its end, in this time."""
        ...

    def request_refused(self, code: str) -> None:
        """A request got this error code as its response."""
        ...

    def pairs_compared(self, pairs: int) -> None:
        """This many pairs of a batch have ended."""
        ...


class NoTelemetry:
    """Fulfils `Telemetry` and forgets."""

    def operation_completed(self, operation: str, timing: Timing) -> None:
        """Nothing."""

    def request_refused(self, code: str) -> None:
        """Nothing."""

    def pairs_compared(self, pairs: int) -> None:
        """Nothing."""
