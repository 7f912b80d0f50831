"""One of our readers of untrusted bytes under atheris, which goes where the code has not been yet.

    python -m tests.benchmarks.fuzz_target NAME [FOLDER] [-runs=N] [-seed=N] …

NAME is one of `tests.support.hostile.parsers`; FOLDER gets what is worth keeping, and further
arguments are libFuzzer's. It ends with a traceback, and the input in a file, at the first fault.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from tests.support.measured.arguments import benchmark_parser, existing_folder


def readers() -> dict[str, Callable[[bytes], None]]:
    """All, with our package's branches counted."""
    import atheris

    with atheris.instrument_imports(include=["facecompare"]):
        from tests.support.hostile.parsers import PARSERS
    return PARSERS


def write_seeds(name: str, folder: Path) -> None:
    """What it begins with."""
    from tests.support.hostile.parsers import TEXTS
    from tests.support.hostile.seeds import portraits

    for number, data in enumerate(TEXTS.get(name) or portraits().values()):
        (folder / f"seed{number}").write_bytes(data)


def main(name: str, folder: Path | None, of_libfuzzer: list[str]) -> None:
    import atheris

    warnings.simplefilter("ignore")
    logging.disable()
    known = readers()
    if name not in known:
        print(f"found {name}; expected one of {', '.join(known)}", file=sys.stderr)
        raise SystemExit(2)
    if folder:
        write_seeds(name, folder)
    atheris.Setup([sys.argv[0], *([str(folder)] if folder else []), *of_libfuzzer], known[name])
    atheris.Fuzz()


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("name", metavar="NAME")
    line.add_argument("folder", nargs="?", type=existing_folder, metavar="FOLDER")
    options, others = line.parse_known_args()
    if importlib.util.find_spec("atheris") is None:
        line.error("atheris is not installed; run: pip install '.[fuzz]'")
    main(options.name, options.folder, others)
