"""What an operator is told of each request. Where there is no operator, nobody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from facecompare.compare import Timing


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
