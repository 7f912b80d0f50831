"""What an operator wants to know of each request; where there is no operator, nobody listens."""

from __future__ import annotations

from typing import Protocol

from facecompare.timing import Timing


class Telemetry(Protocol):
    """Told of every answer and of every refusal; must not raise."""

    def answered(self, operation: str, timing: Timing) -> None:
        """An operation on photos came to its end, in this time."""
        ...

    def refused(self, code: str) -> None:
        """A request was answered with this error code."""
        ...

    def compared(self, pairs: int) -> None:
        """So many pairs of a batch have ended."""
        ...


class NoTelemetry:
    """Fulfils `Telemetry` and forgets."""

    def answered(self, operation: str, timing: Timing) -> None:
        """Nothing."""

    def refused(self, code: str) -> None:
        """Nothing."""

    def compared(self, pairs: int) -> None:
        """Nothing."""
