"""The `facecompare` command: errors and exit codes. The commands themselves: `overview.py`.

Results go to stdout, progress and warnings to stderr, and the exit code is the verdict, as with
`cmp` and `grep`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from facecompare.errors import (
    FaceCompareError,
    InputError,
    PackageMissing,
    ServiceError,
    SetupError,
)

if TYPE_CHECKING:
    import click

    from facecompare.config import Settings

PROGRAM = "facecompare"
SAME_PERSON, DIFFERENT, BAD_INPUT, SET_UP, SERVICE = range(5)
INTERRUPTED = 130  # 128 + SIGINT, as shells report it

EXIT_CODES: dict[type[FaceCompareError], int] = {
    InputError: BAD_INPUT,
    SetupError: SET_UP,
    ServiceError: SERVICE,
}

EXTRAS = {  # by what a module is called: the extra that brings it
    **dict.fromkeys(("click", "tqdm"), "cli"),
    **dict.fromkeys(("dlib", "numpy", "PIL", "pillow_heif", "onnxruntime"), "cpu"),
    **dict.fromkeys(("anyio", "fastapi", "pydantic", "starlette", "uvicorn"), "api"),
    "onnx": "models",
    "httpx2": "client",
    **dict.fromkeys(("matplotlib", "sklearn"), "eval"),
    **dict.fromkeys(("botocore", "mangum", "aws_lambda_powertools"), "aws"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Without `argv`, the arguments of this process."""
    try:
        return _run(argv)
    except FaceCompareError as error:
        if _debugging():
            raise
        return _report(error)
    except ModuleNotFoundError as exc:
        if exc.name is None or exc.name.partition(".")[0] not in EXTRAS or _debugging():
            raise
        return _report(_package_missing(exc.name))


def exit_code(error: FaceCompareError) -> int:
    """The exit code of this error's branch of the tree."""
    return next(code for branch, code in EXIT_CODES.items() if isinstance(error, branch))


def _run(argv: Sequence[str] | None) -> int:
    """Parse, then run: so that whatever stops a command stops it here."""
    command = _parsed(argv)
    if isinstance(command, int):
        return command
    from facecompare.config import Settings  # no help needs it

    try:
        code = command(Settings.from_env())
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` for one, left early
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SAME_PERSON
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _parsed(argv: Sequence[str] | None) -> Callable[[Settings], int] | int:
    """The command to run; or, where the arguments ask for help or are wrong, the exit code.

    click is imported here, so that without it the reader is told which extra brings it.
    """
    import click
    from click.exceptions import NoArgsIsHelpError

    from facecompare.cli.overview import root

    try:
        command: Callable[[Settings], int] | int = root.main(
            argv, prog_name=PROGRAM, standalone_mode=False
        )
    except NoArgsIsHelpError as error:
        print(error.message)
        return BAD_INPUT  # never 0, which a script would take for the same person
    except click.UsageError as error:
        return _report_usage(error)
    except click.Abort:
        return INTERRUPTED
    except SystemExit as stopped:  # click's own, when completion ends or a reader left early
        from facecompare.config import completing

        return BAD_INPUT if stopped.code and completing() else SAME_PERSON
    except OSError as error:
        _complain(f"found stdout closed to the help ({error.strerror}); expected a writable one")
        return SET_UP
    return command


def _debugging() -> bool:
    from facecompare.config import debugging  # no help needs it

    return debugging()


def _package_missing(module: str) -> PackageMissing:
    extra = EXTRAS[module.partition(".")[0]]
    return PackageMissing(
        f"found no package {module}; expected what the extra {extra} brings; in a checkout, run: "
        f"pip install '.[{extra}]'"
    )


def _report(error: FaceCompareError) -> int:
    about = f"{error.image}: " if error.image else ""
    _complain(f"{about}{error.message} [{error.code}]")
    return exit_code(error)


def _complain(text: str) -> None:
    """On stderr, if there is one that can be written to: the exit code says the rest."""
    with suppress(OSError):
        if sys.stderr is not None:
            print(f"{PROGRAM}: {text}", file=sys.stderr, flush=True)


def _report_usage(error: click.UsageError) -> int:
    """In one line: what is wrong, what was probably meant, and whose help to read."""
    path = error.ctx.command_path if error.ctx else PROGRAM
    meant = getattr(error, "possibilities", None)  # of an unknown command or option
    found = " ".join((error.message if meant else error.format_message()).split()).rstrip(".")
    found = found[:1].lower() + found[1:]
    if meant:
        _complain(f"{found}; did you mean {meant[0]}? See: {path} --help")
    else:
        _complain(f"{found}; see: {path} --help")
    return BAD_INPUT
