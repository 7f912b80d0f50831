"""What the command ends with, as scripts read it. `facecompare --help` prints these lines."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """0 and 1 are verdicts that were delivered, and nothing else but work that is done."""

    SAME = 0
    DIFFERENT = 1
    BAD_INPUT = 2
    SET_UP = 3
    SERVICE = 4
    UNCERTAIN = 5
    INCOMPLETE = 6
    FAULT = 7
    INTERRUPTED = 130  # 128 + SIGINT, as shells report it
    BROKEN_PIPE = 141  # 128 + SIGPIPE, likewise


MEANINGS = {
    ExitCode.SAME: "same person, with `find` in one photo at least; or done",
    ExitCode.DIFFERENT: "different people",
    ExitCode.BAD_INPUT: "wrong arguments, an unfit photo or any other bad input",
    ExitCode.SET_UP: "the installation: a setting, a model file, a package, a port",
    ExitCode.SERVICE: "a service failed that facecompare depends on",
    ExitCode.UNCERTAIN: "uncertain: too close to call",
    ExitCode.INCOMPLETE: "pairs without a verdict, a search with none, a batch that was cancelled",
    ExitCode.FAULT: "a disk or stdout that takes nothing, or a fault of facecompare",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.BROKEN_PIPE: "the reader of stdout left before the end",
}
LINES = tuple(f"{code.value:<4} {meaning}" for code, meaning in MEANINGS.items())
