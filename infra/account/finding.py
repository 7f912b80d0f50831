"""What a check of the account says, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NAME_WIDTH, STATE_WIDTH = 22, 8


class CheckState(StrEnum):
    """What follows for a deployment."""

    OK = "ok"
    NOTE = "note"
    """it succeeds, and something that was asked for does not work as meant"""
    FAILS = "FAILS"
    UNKNOWN = "unknown"
    """could not be asked"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is there, what is expected, what to do about it; the last two where something is."""

    state: CheckState
    found: str
    expected: str = ""
    do: str = ""

    def line(self, name: str) -> str:
        """As it is printed, for the check of this name."""
        parts = [f"found {self.found}"]
        parts += [f"expected {self.expected}"] if self.expected else []
        parts += [f"do: {self.do}"] if self.do else []
        return f"{self.state:{STATE_WIDTH}}{name:{NAME_WIDTH}}{'; '.join(parts)}"


def fine(found: str) -> Finding:
    """As it must be."""
    return Finding(CheckState.OK, found)


def noted(found: str, expected: str, do: str) -> Finding:
    """A deployment succeeds, and this is worth knowing before it."""
    return Finding(CheckState.NOTE, found, expected, do)


def failing(found: str, expected: str, do: str) -> Finding:
    """A deployment would fail."""
    return Finding(CheckState.FAILS, found, expected, do)


def unasked(why: str) -> Finding:
    """Neither good nor bad."""
    return Finding(CheckState.UNKNOWN, f"no answer: {why}")
