"""The `facecompare` command: arguments, errors and exit codes.

Results go to stdout, talk to stderr, and the exit code is the verdict, as with `cmp` and `grep`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import facecompare
from facecompare.cli import (
    batch,
    batch_jobs,
    bench,
    cost,
    evaluate,
    keys,
    log,
    models,
    photos,
    plan,
    serve,
)
from facecompare.config import Settings, debugging
from facecompare.errors import (
    FaceCompareError,
    InputError,
    PackageMissing,
    ServiceError,
    SetupError,
)

SAME_PERSON, DIFFERENT, BAD_INPUT, SET_UP, SERVICE = range(5)
INTERRUPTED = 130  # 128 + SIGINT, as shells report it

EXIT_CODES: dict[type[FaceCompareError], int] = {
    InputError: BAD_INPUT,
    SetupError: SET_UP,
    ServiceError: SERVICE,
}

EXTRAS = {  # by what a module is called: the extra that brings it
    **dict.fromkeys(("dlib", "numpy", "PIL", "pillow_heif", "tqdm", "onnxruntime"), "cpu"),
    **dict.fromkeys(("anyio", "fastapi", "pydantic", "starlette", "uvicorn"), "api"),
    "onnx": "models",
    "httpx2": "client",
    **dict.fromkeys(("matplotlib", "sklearn"), "eval"),
    **dict.fromkeys(("botocore", "mangum", "aws_lambda_powertools"), "aws"),
}

EPILOG = """\
exit codes: 0 same person (or done), 1 different, 2 bad input, 3 set-up, 4 service
example:    facecompare compare ann1.jpg ann2.jpg && echo "the same person"
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments, Settings.from_env())
        sys.stdout.flush()
    except FaceCompareError as error:
        if debugging():
            raise
        return _report(error)
    except ModuleNotFoundError as exc:
        if exc.name is None or exc.name.partition(".")[0] not in EXTRAS or debugging():
            raise
        return _report(_package_missing(exc.name))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, `head` say, has seen enough; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SAME_PERSON
    return code


def exit_code(error: FaceCompareError) -> int:
    """The exit code of this error's branch of the tree."""
    return next(code for branch, code in EXIT_CODES.items() if isinstance(error, branch))


def _package_missing(module: str) -> PackageMissing:
    extra = EXTRAS[module.partition(".")[0]]
    return PackageMissing(
        f'this needs {module}, which is not installed; run: pip install "facecompare[{extra}]"'
    )


def _report(error: FaceCompareError) -> int:
    about = f"{error.image}: " if error.image else ""
    print(f"facecompare: {about}{error.message} [{error.code}]", file=sys.stderr)
    return exit_code(error)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(BAD_INPUT, f"facecompare: {message}; see: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="facecompare",
        description="Are these two photos the same person?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=facecompare.__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for group in (photos, batch, batch_jobs, log, keys, serve, models, evaluate, bench, cost, plan):
        group.add_commands(commands)
    return parser
