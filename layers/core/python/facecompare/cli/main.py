"""The `facecompare` command: errors and exit codes. The commands themselves: `overview.py`.

Results go to stdout, progress and warnings to stderr, and the exit code is the verdict, as with
`cmp` and `grep`; but only of a verdict that was delivered.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from facecompare.cli.error_lines import (
    FAULT,
    PROGRAM,
    USAGE,
    ErrorLine,
    lines_of,
    report,
    wants_json,
)
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

NAMES = "IMAGE1 IMAGE2"  # of the two photos, as its help has them
EXIT_CODES: dict[type[FaceCompareError], int] = {
    InputError: ExitCode.BAD_INPUT,
    SetupError: ExitCode.SET_UP,
    ServiceError: ExitCode.SERVICE,
}

EXTRAS = {  # by what a module is called: the extra that brings it
    **dict.fromkeys(("click", "tqdm"), "cli"),
    **dict.fromkeys(("dlib", "numpy", "PIL", "pi_heif", "onnxruntime"), "cpu"),
    **dict.fromkeys(("anyio", "fastapi", "pydantic", "starlette", "uvicorn"), "api"),
    "onnx": "models",
    "httpx2": "client",
    **dict.fromkeys(("matplotlib", "sklearn"), "eval"),
    **dict.fromkeys(("botocore", "mangum", "aws_lambda_powertools"), "aws"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Without `argv`, the arguments of this process."""
    _open_streams()
    try:
        code = _run(argv)
        sys.stdout.flush()  # a verdict is its exit code when it has been delivered
    except BrokenPipeError:  # the reader, `head` for one, left early
        code = ExitCode.BROKEN_PIPE
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except (Exception, SystemExit) as error:  # never with the exit code of a verdict
        code = _reported(error, as_json=wants_json(_arguments(argv)))
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    return code


def _open_streams() -> None:
    """Streams that every command can use.

    Where one was closed, another that fails takes its number, before a file that is opened does.
    What a terminal's encoding lacks is printed as an escape: names of files can be anything.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go(stream: TextIO) -> None:
    """What a stream cannot take goes nowhere, or Python would end with an exit code of its own."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _arguments(argv: Sequence[str] | None) -> Sequence[str]:
    return sys.argv[1:] if argv is None else argv


def _reported(error: Exception | SystemExit, *, as_json: bool) -> int:
    """What stopped the command, in one line on stderr; returns its exit code."""
    if _debugging():
        traceback.print_exception(error)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in EXTRAS:
        error = _package_missing(error.name or "")
    if isinstance(error, FaceCompareError):
        report(lines_of(error), as_json=as_json)
        return exit_code(error)
    if isinstance(error, OSError):  # a full disk, a folder that is gone
        told = f"found that the system refuses ({error}); expected disk and stdout to take data"
    else:
        told = (
            f"found a fault of its own ({type(error).__name__}: {error}); expected none; please "
            "report it, with what FACECOMPARE_DEBUG=on shows"
        )
    report([ErrorLine(FAULT, told)], as_json=as_json)
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
    return command(Settings.from_env())


def _quieten() -> None:
    """Nothing is sent or written that nobody asked for, and warnings are left to developers."""
    from facecompare.config import debugging
    from facecompare.config.environment import quieten_command
    from facecompare.config.homes import cache_home

    quieten_command(cache_home(), debugging=debugging())
    if not debugging() and not sys.warnoptions:
        warnings.simplefilter("ignore")


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
        return _report_usage(error, as_json=wants_json(_arguments(argv)))
    except click.Abort:
        return ExitCode.INTERRUPTED
    except SystemExit as stopped:  # click's own, when completion ends or a reader left early
        from facecompare.config import completing

        if not completing():
            return ExitCode.BROKEN_PIPE
        return ExitCode.BAD_INPUT if stopped.code else 0
    if isinstance(command, int):
        return command
    from facecompare.config.environment import wanted_colour

    return partial(_called, click.Context(root, color=wanted_colour()), command)


def _called(context: click.Context, command: Callable[[Settings], int], settings: Settings) -> int:
    """Call the command; the context tells click whether its output is coloured."""
    with context:
        return command(settings)


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


def _report_usage(error: click.UsageError, *, as_json: bool) -> int:
    """In one line: what is wrong, what was probably meant, and whose help to read."""
    path = error.ctx.command_path if error.ctx else PROGRAM
    meant = getattr(error, "possibilities", None)  # of an unknown command or option
    found = " ".join((error.message if meant else error.format_message()).split()).rstrip(".")
    found = found[:1].lower() + found[1:]
    see = f"did you mean {meant[0]}? See: {path} --help" if meant else f"see: {path} --help"
    if Path(getattr(error, "command_name", "")).is_file():
        see = f"to compare photos: {PROGRAM} compare {NAMES}. See: {path} --help"
    report([ErrorLine(USAGE, f"{found}; {see}")], as_json=as_json)
    return ExitCode.BAD_INPUT
