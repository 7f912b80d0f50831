"""`facecompare plan`: what many pairs take in one AWS account."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from facecompare.cli.bench import two_paths
from facecompare.cli.output import print_json
from facecompare.cli.photos import read_photo
from facecompare.config import Settings
from facecompare.errors import BadField

if TYPE_CHECKING:
    from facecompare.bench.plan import Plan

DEFAULT_PAIRS = ("1e6", "1e8", "1e9")
DEFAULT_FUNCTIONS = 20  # the deployment's own cap: batch_concurrency in infra/settings.py
DEFAULT_MACHINES = ("4", "g4dn.xlarge")  # gpu_max and gpu_instance there


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "compute what many pairs take in one AWS account, from a photo timed here"
    plan: argparse.ArgumentParser = commands.add_parser(
        "plan", help=text, description=text, epilog="example: facecompare plan --pairs 1e7"
    )
    plan.set_defaults(run=run_plan)
    plan.add_argument("image", metavar="IMAGE", nargs="?", help="a photo with a face")
    plan.add_argument("--pairs", metavar="N", nargs="+", default=list(DEFAULT_PAIRS))
    plan.add_argument(
        "--photos-a-pair",
        metavar="R",
        default="2",
        help="photos to look at for each pair: 2 if each is in one pair only (default), fewer if "
        "pairs that follow each other share photos",
    )
    plan.add_argument("--json", action="store_true", help="print the plans as JSON")


def run_plan(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the table and what it stands on."""
    counts = [_pairs(text) for text in arguments.pairs]
    photos_a_pair = _photos_a_pair(arguments.photos_a_pair)
    path, _ = two_paths([arguments.image, arguments.image] if arguments.image else [])
    photo = read_photo(path, settings)
    from facecompare.bench.plan import (
        LAMBDA_AT_ONCE,
        Workers,
        assumptions,
        photo_time,
        plan,
        table,
    )
    from facecompare.engines.catalogue import load_engine

    one_core = replace(settings, threads=1)
    time = photo_time(photo, load_engine(settings.engine, one_core))
    count, machine = DEFAULT_MACHINES
    fleets = (Workers(DEFAULT_FUNCTIONS), Workers(LAMBDA_AT_ONCE), Workers(int(count), machine))
    plans = [plan(pairs, workers, time, photos_a_pair) for pairs in counts for workers in fleets]
    if arguments.json:
        print_json(list(map(_plain, plans)))
    else:
        print(table(plans), assumptions(time, photos_a_pair), sep="\n\n")
    return 0


def _plain(plan: Plan) -> dict[str, Any]:
    return asdict(plan) | {"hours": plan.hours, "total": plan.total}


def _pairs(text: str) -> int:
    number = _number(text)
    if number is None or not 1 <= number <= 1e12 or number != int(number):
        raise BadField(f"--pairs is {text!r}; a whole number from 1 to 1e12 is accepted")
    return int(number)


def _photos_a_pair(text: str) -> float:
    number = _number(text)
    if number is None or not 0 < number <= 2:
        raise BadField(f"--photos-a-pair is {text!r}; a number above 0 and at most 2 is accepted")
    return number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
