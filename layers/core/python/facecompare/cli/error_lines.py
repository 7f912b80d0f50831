"""Errors on stderr: a line of words for each or, with --json, one object as the API answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from facecompare.errors import FaceCompareError

PROGRAM = "facecompare"
JSON_OPTION = "--json"
USAGE, FAULT = "usage", "internal_error"  # codes of what is no FaceCompareError


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """What went wrong, by code; `image` names the photo, if there is one."""

    code: str
    message: str
    image: str | None = None

    @property
    def words(self) -> str:
        """In one line, for people; only errors of the documented list tell their code."""
        about = f"{self.image}: " if self.image else ""
        code = "" if self.code in (USAGE, FAULT) else f" [{self.code}]"
        return f"{about}{self.message}{code}"

    @property
    def fields(self) -> dict[str, str | None]:
        """As the API tells it."""
        return {"code": self.code, "message": self.message, "image": self.image}


def lines_of(error: FaceCompareError, image: str | None = None) -> list[ErrorLine]:
    """The error, about this photo if it names none, and those of the other photos."""
    return [ErrorLine(e.code, e.message, e.image or image) for e in (error, *error.others)]


def report(errors: Sequence[ErrorLine], *, as_json: bool) -> None:
    """Write the errors of one command, or of one photo of it."""
    from facecompare.cli.output import RED, notice

    if not as_json:
        for error in errors:
            notice(f"{PROGRAM}: {' '.join(error.words.splitlines())}", RED)
        return
    every = [error.fields for error in errors]
    body = every[0] | {"errors": every if len(every) > 1 else None}
    notice(json.dumps(body).replace("\x7f", "\\u007f"))  # the one control that JSON lets be


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command is asked for JSON, whatever else is wrong with its arguments."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return JSON_OPTION in options
