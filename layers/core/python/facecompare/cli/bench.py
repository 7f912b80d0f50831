"""`facecompare bench`: how fast it is on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from facecompare.cli.output import print_json, say
from facecompare.cli.photos import read_photo
from facecompare.config import CHECKOUT, Settings
from facecompare.errors import MissingImage

BUNDLED = tuple(CHECKOUT / "web" / "examples" / name for name in ("obama.jpg", "obama2.jpg"))


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "measure the speed here, beside dlib's own networks and face_recognition"
    bench: argparse.ArgumentParser = commands.add_parser(
        "bench", help=text, description=text, epilog="example: facecompare bench --cold --json"
    )
    bench.set_defaults(run=run_bench)
    bench.add_argument("images", metavar="IMAGE", nargs="*", help="two photos with a face each")
    bench.add_argument("--cold", action="store_true", help="time fresh processes as well")
    bench.add_argument("--json", action="store_true", help="print all figures as JSON")


def run_bench(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the table."""
    path1, path2 = two_paths(arguments.images)
    photos = read_photo(path1, settings), read_photo(path2, settings)
    from facecompare.bench.report import benchmark_table, measure

    say("measuring: a minute or two, most of it in dlib's own networks …")
    report = measure((path1, path2), photos, settings, cold=arguments.cold)
    if arguments.json:
        print_json(report)
    else:
        print(benchmark_table(report))
    return 0


def two_paths(given: list[str]) -> tuple[str, str]:
    """The two photos that were named, or else those that come with a checkout.

    Raises  MissingImage.
    """
    paths = given or [str(path) for path in BUNDLED if path.is_file()]
    if len(paths) != 2:
        raise MissingImage(f"{len(paths)} photos are given; two with a face each are needed")
    return paths[0], paths[1]
