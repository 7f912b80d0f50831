"""What hostile photos cost: huge sizes in a few bytes, thousands of scans, grids, loops, markers.

    python -m tests.benchmarks.bombs [--only TEXT] [FOLDER]

Each photo is made by code, and FOLDER may have more; --only leaves those whose names have TEXT.
Each goes through `facecompare detect` in a process of its own and through POST /api/detect of a
real server, whose health is asked meanwhile. Measured, over what an ordinary photo takes and with
all child processes: seconds of CPU, peak memory, the time, and the outcome. The exit code is 1 when
one takes more than 3 s or 600 MB, or is answered with anything but a verdict or a typed error; or
when health is not answered.
"""

from __future__ import annotations

import asyncio
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from tests.support import pictures
from tests.support.hostile.bombs import bombs
from tests.support.measured.arguments import benchmark_parser, existing_folder
from tests.support.measured.bomb_runs import CommandLine, Cost, server_cost
from tests.support.measured.served import Served, served

HEALTH_S = 1.0  # a photo of 15 MB is read meanwhile; under load, see `tests.benchmarks.load`
HEAD = (
    f"{'':58} {'command line':>39} {'server':>45}\n"
    f"{'photo':50} {'kB':>7} {'CPU s':>7} {'MB':>5} {'s':>5} {'outcome':<19} "
    f"{'CPU s':>7} {'MB':>5} {'s':>5} {'health ms':>9} outcome"
)


def row(name: str, data: bytes, alone: Cost, server: Cost) -> str:
    own = f"{alone.cpu_s:7.2f} {alone.memory / 1e6:5.0f} {alone.wall_s:5.1f} {alone.outcome:<19}"
    other = f"{server.cpu_s:7.2f} {server.memory / 1e6:5.0f} {server.wall_s:5.1f}"
    other += f" {1000 * server.health_s:9.0f} {server.outcome}"
    return f"{name:50.50} {len(data) / 1000:7.0f} {own} {other}"


class OneServer:
    """A server that has answered an ordinary photo; a new one after a photo that broke a bound, so
    that none is charged what another one left."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server: Served | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def cost(self, data: bytes) -> Cost:
        server = self._server = self._server or self._stack.enter_context(self._warmed())
        before = len(server.complaints())
        cost = asyncio.run(server_cost(server, data, "/api/detect", ("image",)))
        if "Traceback" in server.complaints()[before:]:
            cost = replace(cost, outcome="a traceback", typed=False)
        if cost.broken:
            self._stack.close()
            self._server = None
        return cost

    @staticmethod
    @contextmanager
    def _warmed() -> Iterator[Served]:
        with served() as server:
            ordinary = pictures.OBAMA.read_bytes()
            asyncio.run(server_cost(server, ordinary, "/api/detect", ("image",)))
            yield server


def part_of_a_name(text: str) -> str:
    """What one photo's name has at least.  Raises  ArgumentTypeError, with all names."""
    if not any(text in name for name in bombs()):
        known = "\n  ".join(bombs())
        raise ArgumentTypeError(f"found {text}; expected a part of one of these names:\n  {known}")
    return text


def chosen(only: str, folder: Path | None) -> dict[str, Callable[[], bytes]]:
    made = {name: make for name, make in bombs().items() if only in name}
    for path in sorted(folder.iterdir()) if folder else ():
        if path.is_file():
            made[path.name] = path.read_bytes
    return made


def main(only: str, folder: Path | None) -> int:
    """0 when every bound is kept."""
    print(HEAD, flush=True)
    command_line, wrong = CommandLine(), list[str]()
    photos = chosen(only, folder)
    with OneServer() as one_server:
        for name, make in photos.items():
            data = make()
            alone, server = command_line.cost(data), one_server.cost(data)
            print(row(name, data, alone, server), flush=True)
            wrong += [f"{name}, command line: {each}" for each in alone.broken]
            wrong += [f"{name}, server: {each}" for each in server.broken]
            if server.health_s > HEALTH_S:
                wrong.append(f"{name}, server: health after {server.health_s:.1f} s")
    print(f"\n{len(photos)} hostile photos, {len(wrong)} bounds broken")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("--only", type=part_of_a_name, default="", metavar="TEXT")
    line.add_argument("folder", nargs="?", type=existing_folder, metavar="FOLDER")
    options = line.parse_args()
    raise SystemExit(main(options.only, options.folder))
