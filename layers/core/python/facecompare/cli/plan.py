"""`facecompare plan`: what a million pairs and more take in AWS."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from facecompare.cli.bench import two_paths
from facecompare.cli.cost import DEFAULT_MEMORY_MB, accepted_memory_mb
from facecompare.cli.output import print_json, say
from facecompare.cli.photos import read_photo
from facecompare.config import Settings
from facecompare.errors import BadField
from facecompare.planning.prices import GPU_HOUR

if TYPE_CHECKING:
    from facecompare.planning.workload import Rates, Work

SIZES = ("1e6", "1e8", "1e9")
MOST_PAIRS = 10**12
# Assumed: no GPU of AWS was measured. It is far above what the cores beside it prepare, so that
# only a wrong guess by a factor of six would change a time.
GPU_PHOTOS_PER_S = "500"
DEFAULT_INSTANCE = "g4dn.xlarge"


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "compute what many pairs take in AWS: time, money and the quota that binds"
    plan: argparse.ArgumentParser = commands.add_parser(
        "plan",
        help=text,
        description=text,
        epilog="example: facecompare plan --pairs 1e7 --limit lambda_concurrency=5000",
    )
    plan.set_defaults(run=run_plan)
    add = plan.add_argument
    add("--pairs", metavar="N", nargs="+", default=list(SIZES), help="how many, as in 1e6")
    add("--photos-per-pair", metavar="R", default="2", help="photos new to their message, 0 to 2")
    add("--photos", metavar="IMAGE", nargs="+", default=[], help="two photos with a face each")
    add("--photos-per-s", metavar="X", help="of a core, instead of measuring it here")
    add(
        "--photos-found-per-s", metavar="Y", help="of a core without embedding; goes with the other"
    )
    add("--gpu-photos-per-s", metavar="Z", default=GPU_PHOTOS_PER_S, help="assumed of a GPU")
    add("--instance", metavar="TYPE", default=DEFAULT_INSTANCE, help="of EC2, with a GPU")
    add("--memory", metavar="MB", default=str(DEFAULT_MEMORY_MB), help="of a Lambda worker")
    add(
        "--limit",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what AWS is asked for, see planning/quotas.py; may be repeated",
    )
    add("--json", action="store_true", help="print the plan as JSON")


def run_plan(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the tables."""
    from facecompare.planning.plan import plan
    from facecompare.planning.plan_report import plan_table
    from facecompare.planning.quotas import RAISED, changed

    sizes = list(dict.fromkeys(map(_pairs, arguments.pairs)))
    raised = changed(RAISED, arguments.limit)
    planned = plan(sizes, _work(arguments, settings), raised)
    if arguments.json:
        print_json(planned)
    else:
        print(plan_table(planned))
    return 0


def _work(arguments: argparse.Namespace, settings: Settings) -> Work:
    from facecompare.planning.workload import Work

    if arguments.instance not in GPU_HOUR:
        raise BadField(
            f"--instance is {arguments.instance!r}; one of {', '.join(GPU_HOUR)} is accepted"
        )
    photos_per_pair = _positive("--photos-per-pair", arguments.photos_per_pair)
    if photos_per_pair > 2:
        raise BadField(f"--photos-per-pair is {photos_per_pair:g}; at most 2 are accepted")
    memory_mb = accepted_memory_mb(arguments.memory)
    rates = _rates(arguments, settings)
    return Work(rates, photos_per_pair, memory_mb, arguments.instance)


def _rates(arguments: argparse.Namespace, settings: Settings) -> Rates:
    """Told, or else measured."""
    from facecompare.planning.workload import Rates

    gpu = _positive("--gpu-photos-per-s", arguments.gpu_photos_per_s)
    whole, found = arguments.photos_per_s, arguments.photos_found_per_s
    if (whole is None) != (found is None):
        raise BadField("--photos-per-s and --photos-found-per-s are given both, or measured both")
    told = None
    if whole is not None:
        told = _positive("--photos-per-s", whole), _positive("--photos-found-per-s", found)
        if told[1] < told[0]:
            raise BadField(
                f"--photos-found-per-s is {found}; at least the {whole} of --photos-per-s are "
                "accepted, as it is less work"
            )
    path1, path2 = two_paths(arguments.photos)
    photos = read_photo(path1, settings), read_photo(path2, settings)
    if told is not None:
        return Rates(*told, gpu, sum(len(photo.data) for photo in photos) // len(photos))
    from facecompare.engines.catalogue import load_engine
    from facecompare.planning.photo_rates import measured_rates

    say("measuring a core: some seconds …")
    return measured_rates(photos, load_engine(settings.engine, settings), gpu)


def _pairs(text: str) -> int:
    number = _number(text)
    if not 1 <= number <= MOST_PAIRS or number != int(number):
        raise BadField(f"--pairs is {text!r}; whole numbers from 1 to 1e12 are accepted")
    return int(number)


def _positive(option: str, text: str) -> float:
    number = _number(text)
    if not 0 < number < math.inf:
        raise BadField(f"{option} is {text!r}; a number above 0 is accepted")
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
