"""`facecompare cost`: what a million comparisons cost in AWS."""

from __future__ import annotations

import argparse
from typing import Any

from facecompare.cli.bench import two_paths
from facecompare.cli.output import print_json
from facecompare.cli.photos import read_photo
from facecompare.config import Settings
from facecompare.errors import BadField

DEFAULT_MEMORY_MB = 3538  # two cores: the deployment's own default, see infra/settings.py


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "compute what a million comparisons cost in AWS, from a comparison timed here"
    cost: argparse.ArgumentParser = commands.add_parser(
        "cost", help=text, description=text, epilog="example: facecompare cost --memory 1769"
    )
    cost.set_defaults(run=run_cost)
    cost.add_argument("images", metavar="IMAGE", nargs="*", help="two photos with a face each")
    cost.add_argument("--memory", metavar="MB", default=str(DEFAULT_MEMORY_MB))
    cost.add_argument("--json", action="store_true", help="print the items as JSON")


def run_cost(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the table."""
    memory_mb = accepted_memory_mb(arguments.memory)
    path1, path2 = two_paths(arguments.images)
    photos = read_photo(path1, settings), read_photo(path2, settings)
    from facecompare.engines.catalogue import load_engine
    from facecompare.planning.cost import cost, pair_ms, table
    from facecompare.planning.prices import MB_PER_VCPU

    engine = load_engine(settings.engine, settings)
    milliseconds = pair_ms(photos, engine, threads=max(1, memory_mb // MB_PER_VCPU))
    costs = cost(milliseconds, sum(len(photo.data) for photo in photos), memory_mb)
    if arguments.json:
        print_json(costs)
    else:
        print(table(costs))
    return 0


def accepted_memory_mb(text: str) -> int:
    """Of `--memory`. Raises  BadField."""
    if not (text.isascii() and text.isdigit()) or not 512 <= int(text) <= 10_240:
        raise BadField(f"--memory is {text!r}; 512 to 10240 megabytes are accepted")
    return int(text)
