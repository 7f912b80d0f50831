"""One of our readers of untrusted bytes under atheris, which goes where the code has not been yet.

    python -m tests.benchmarks.fuzz_target NAME [FOLDER] [-runs=N] [-seed=N] …

NAME is one of `tests.support.hostile.parsers`; FOLDER gets what is worth keeping, and further
arguments are libFuzzer's. It ends with a traceback, and the input in a file, at the first fault.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris


def reader(name: str) -> Callable[[bytes], None]:
    """It, with our package's branches counted."""
    with atheris.instrument_imports(include=["facecompare"]):
        from tests.support.hostile.parsers import PARSERS
    return PARSERS[name]


def write_seeds(name: str, folder: Path) -> None:
    """What it begins with."""
    from tests.support.hostile.parsers import TEXTS
    from tests.support.hostile.seeds import portraits

    for number, data in enumerate(TEXTS.get(name) or portraits().values()):
        (folder / f"seed{number}").write_bytes(data)


def main() -> None:
    name, *arguments = sys.argv[1:]
    warnings.simplefilter("ignore")
    logging.disable()
    one_input = reader(name)
    if arguments and not arguments[0].startswith("-"):
        write_seeds(name, Path(arguments[0]))
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
