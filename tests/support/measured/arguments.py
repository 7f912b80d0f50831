"""How a benchmark reads its command line.

Its help is its module's text. What it does not know is refused with the exit code 2, before
anything is measured. Nothing of the package is imported here: `fuzz_target` must see its imports.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from pathlib import Path


def benchmark_parser(text: str | None, file: str) -> ArgumentParser:
    """A parser for the benchmark in this file, whose docstring this is."""
    return ArgumentParser(
        prog=f"python -m tests.benchmarks.{Path(file).stem}",
        description=text,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def existing_folder(text: str) -> Path:
    """A folder that is there.  Raises  ArgumentTypeError."""
    path = Path(text)
    if not path.is_dir():
        raise ArgumentTypeError(f"found {text}, which is no folder; expected one")
    return path


def existing_file(text: str) -> Path:
    """A file that is there.  Raises  ArgumentTypeError."""
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"found {text}, which is no file; expected one")
    return path


def engine_name(text: str) -> str:
    """An engine that can be named here; empty for the installation's own.

    Raises  ArgumentTypeError, with those that can be named.
    """
    from facecompare.config import Settings
    from facecompare.engines.catalogue import offered_card
    from facecompare.errors import FaceCompareError

    try:
        return text and offered_card(text, Settings.from_env()).id
    except FaceCompareError as error:
        raise ArgumentTypeError(error.message) from error


def at_least_one(text: str) -> int:
    """A number of things.  Raises  ArgumentTypeError."""
    number = none_or_more(text)
    if not number:
        raise ArgumentTypeError("found 0; expected 1 or more")
    return number


def none_or_more(text: str) -> int:
    """The same, where 0 leaves something out.  Raises  ArgumentTypeError."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"found {text}; expected a whole number, 0 or more")
    return int(text)


def positive(text: str) -> float:
    """A number above 0.  Raises  ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"found {text}; expected a number above 0")
    return number
