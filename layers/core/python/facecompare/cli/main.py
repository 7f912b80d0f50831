"""The `facecompare` command: errors and exit codes. The commands themselves: `overview.py`.

Results go to stdout, progress and warnings to stderr, and the exit code is the verdict, as with
`cmp` and `grep`; but only of a verdict that was delivered.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from facecompare.cli.exit_codes import ExitCode
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
EXIT_CODES: dict[type[FaceCompareError], int] = {
    InputError: ExitCode.BAD_INPUT,
    SetupError: ExitCode.SET_UP,
    ServiceError: ExitCode.SERVICE,
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
    _print_any_name()
    try:
        return _run(argv)
    except Exception as error:  # never a traceback with the exit code of a verdict
        if _debugging():
            raise
        return _reported(error)


def _reported(error: Exception) -> int:
    """What stopped the command, in one line on stderr; returns its exit code."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in EXTRAS:
        error = _package_missing(error.name or "")
    if isinstance(error, FaceCompareError):
        about = f"{error.image}: " if error.image else ""
        _complain(f"{about}{error.message} [{error.code}]")
        return exit_code(error)
    if isinstance(error, OSError):  # a full disk, a folder that is gone
        _complain(f"found that the system refuses ({error}); expected disk and stdout to take data")
        return ExitCode.FAULT
    _complain(
        f"found a fault of its own ({type(error).__name__}: {error}); expected none; please report "
        "it, with what FACECOMPARE_DEBUG=on shows"
    )
    return ExitCode.FAULT


def exit_code(error: FaceCompareError) -> int:
    """The exit code of this error's branch of the tree."""
    return next(code for branch, code in EXIT_CODES.items() if isinstance(error, branch))


def _run(argv: Sequence[str] | None) -> int:
    """Parse, then run: so that whatever stops a command stops it here."""
    command = _parsed(argv)
    if isinstance(command, int):
        return command
    from facecompare.config import Settings  # no help needs it

    if argv is None:  # this process is the command's own
        _quieten()
    try:
        code = command(Settings.from_env())
    except BrokenPipeError:  # the reader, `head` for one, left early
        return _undelivered(ExitCode.BROKEN_PIPE)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return _delivered(code)


def _delivered(code: int) -> int:
    """This code, once all that was printed has left; another where it cannot, or was never read."""
    if sys.stdout is None:
        if isinstance(code, ExitCode):  # a verdict, of which nobody can have read a word
            return _report_stdout("closed")
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _undelivered(ExitCode.BROKEN_PIPE)
    except OSError as exc:
        return _undelivered(_report_stdout(exc.strerror or "cannot be written"))
    return code


def _report_stdout(found: str) -> int:
    _complain(f"found a stdout that takes nothing ({found}); expected one that can be written")
    return ExitCode.FAULT


def _undelivered(code: int) -> int:
    """This code; what is still to be printed goes nowhere, or Python would end with its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _quieten() -> None:
    """Nothing is sent or written that nobody asked for, and warnings are left to developers."""
    from facecompare.config import cache_home, debugging
    from facecompare.config.environment import quieten_command

    quieten_command(cache_home(), debugging=debugging())
    if not debugging() and not sys.warnoptions:
        warnings.simplefilter("ignore")


def _print_any_name() -> None:
    """What a terminal's encoding lacks is printed as an escape: names of files can be anything."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


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
        return ExitCode.BAD_INPUT  # never 0, which a script would take for the same person
    except click.UsageError as error:
        return _report_usage(error)
    except click.Abort:
        return ExitCode.INTERRUPTED
    except SystemExit as stopped:  # click's own, when completion ends or a reader left early
        from facecompare.config import completing

        return ExitCode.BAD_INPUT if stopped.code and completing() else ExitCode.SAME
    except OSError as error:
        _complain(f"found stdout closed to the help ({error.strerror}); expected a writable one")
        return ExitCode.SET_UP
    return command


def _debugging() -> bool:
    from facecompare.config import debugging  # no help needs it

    return debugging()


def _package_missing(module: str) -> PackageMissing:
    from facecompare.config import install_command

    extra = EXTRAS[module.partition(".")[0]]
    return PackageMissing(
        f"found no package {module}; expected what the extra {extra} brings; "
        f"{install_command(extra)}"
    )


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
    return ExitCode.BAD_INPUT
