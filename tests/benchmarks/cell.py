"""What it costs that photos are decoded in a process of their own.

    python -m tests.benchmarks.cell [PHOTO PHOTO]

In one run, by turns: a pair with the cell and without it, in a process whose engine is loaded, and
the command line from its start to its verdict. Fails when a bound is broken; on a machine that does
something else the cold start says little.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from facecompare.config import Settings
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo, decode
from facecompare.service import FaceService
from tests.support.measured.arguments import benchmark_parser, existing_file
from tests.support.pictures import OBAMA, OBAMA2

ROUNDS, COLD_ROUNDS = 150, 15
MOST_PAIR, MOST_COLD = 1.05, 1.1


def by_turns(rounds: int, with_cell: Callable[[], object], without: Callable[[], object]) -> float:
    """Print both medians in ms; their ratio."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(rounds):
        for name, call in (("with", with_cell), ("without", without)):
            began = perf_counter()
            call()
            times[name].append((perf_counter() - began) * 1000)
    found = {name: median(each) for name, each in times.items()}
    ratio = found["with"] / found["without"]
    print(f"{found['with']:8.1f} ms with, {found['without']:8.1f} without: {ratio:.3f} ×")
    return ratio


def main(paths: list[Path]) -> int:
    """Print the figures; 1 when a bound is broken."""
    photos = [Photo(path.read_bytes()) for path in paths]
    settings = Settings.from_env()
    here = replace(settings, cell=False)
    for path, photo in zip(paths, photos, strict=True):
        print(f"decode {path.name:14}", end="")
        by_turns(ROUNDS, *(partial(decode, photo, each.limits) for each in (settings, here)))
    pair = {"image1": photos[0], "image2": photos[1]}
    calls = [_comparing(FaceService(each, None), pair) for each in (settings, here)]
    print("pair                 ", end="")
    warm = by_turns(ROUNDS, *calls)
    print("cold, to the verdict ", end="")
    cold = by_turns(COLD_ROUNDS, *(_cold(paths, cell) for cell in ("on", "off")))
    print(f"bounds: pair {MOST_PAIR} ×, cold {MOST_COLD} ×")
    return int(warm > MOST_PAIR or cold > MOST_COLD)


def _comparing(service: FaceService, pair: dict[str, Photo]) -> Callable[[], object]:
    options = RequestOptions()
    service.compare(pair, options)
    return lambda: service.compare(pair, options)


def _cold(paths: list[Path], cell: str) -> Callable[[], object]:
    command = [sys.executable, "-m", "facecompare", "compare", "--json", *map(str, paths)]
    environment = os.environ | {"FACECOMPARE_CELL": cell}
    return lambda: subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("photos", nargs="*", type=existing_file, metavar="PHOTO")
    photos = line.parse_args().photos or [OBAMA, OBAMA2]
    if len(photos) != 2:
        line.error(f"found {len(photos)} photos; expected two, or none")
    raise SystemExit(main(photos))
