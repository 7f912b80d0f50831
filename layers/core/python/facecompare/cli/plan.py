"""`facecompare plan`: what a million pairs and more take in AWS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from facecompare.cli.command import Command, Several
from facecompare.cli.measured_pair import read_pair
from facecompare.cli.output import notice, print_json, tell
from facecompare.cli.parameters import MEMORY_MB, PAIRS, PHOTO, PHOTOS_PER_PAIR, POSITIVE, OneOf
from facecompare.config import Settings
from facecompare.errors import BadField
from facecompare.planning.lambda_memory import DEFAULT_MEMORY_MB
from facecompare.planning.prices import GPU_HOUR

if TYPE_CHECKING:
    from facecompare.planning.workload import Rates

SIZES = ("1e6", "1e8", "1e9")
# Assumed: no GPU of AWS was measured. It is far above what the cores beside it prepare, so that
# only a wrong guess by a factor of three would change a time.
GPU_PHOTOS_PER_S = 500
DEFAULT_INSTANCE = "g4dn.xlarge"


@click.command(
    cls=Command,
    examples=(
        "facecompare plan",
        "facecompare plan --pairs 1e6 1e9 --photos-per-s 17 --photos-found-per-s 21",
        "facecompare plan --pairs 1e7 --limit lambda_concurrency=5000",
    ),
)
@click.option(
    "--pairs", cls=Several, metavar="N", type=PAIRS, default=SIZES, help="Numbers of pairs."
)
@click.option(
    "--photos-per-pair",
    metavar="R",
    type=PHOTOS_PER_PAIR,
    default=2,
    help="Photos of a pair that are new to its message, above 0 and at most 2.",
)
@click.option(
    "--photos",
    cls=Several,
    metavar="IMAGE",
    type=PHOTO,
    show_default="those of the source checkout",
    help="Two photos with a face each, to measure with.",
)
@click.option(
    "--photos-per-s",
    metavar="X",
    type=POSITIVE,
    show_default="measured here",
    help="Photos that a core embeds in a second.",
)
@click.option(
    "--photos-found-per-s",
    metavar="Y",
    type=POSITIVE,
    show_default="measured here",
    help="The same without the network, for a core beside a GPU; goes with --photos-per-s.",
)
@click.option(
    "--gpu-photos-per-s",
    metavar="Z",
    type=POSITIVE,
    default=GPU_PHOTOS_PER_S,
    help="Photos that a GPU embeds in a second; assumed, not measured.",
)
@click.option(
    "--instance",
    metavar="TYPE",
    type=OneOf(list(GPU_HOUR)),
    default=DEFAULT_INSTANCE,
    help=f"EC2 instance type with a GPU: {', '.join(GPU_HOUR)}.",
)
@click.option(
    "--memory",
    metavar="MB",
    type=MEMORY_MB,
    default=DEFAULT_MEMORY_MB,
    help="Memory of a Lambda worker, 512 to 10240.",
)
@click.option(
    "--limit",
    "limits",
    metavar="NAME=VALUE",
    multiple=True,
    help="A quota that AWS is asked to raise, e.g. lambda_concurrency=5000; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    settings: Settings,
    pairs: tuple[float, ...],
    photos_per_pair: float,
    photos: tuple[str, ...],
    photos_per_s: float | None,
    photos_found_per_s: float | None,
    gpu_photos_per_s: float,
    instance: str,
    memory: int,
    limits: tuple[str, ...],
    as_json: bool,
) -> int:
    """Compute what many pairs take in AWS: time, money and the quota that binds.

    A core is measured with the engine of FACECOMPARE_ENGINE; of one with two networks, the second
    one's part is told.
    """
    from facecompare.planning import plan as planning
    from facecompare.planning.plan_report import plan_table
    from facecompare.planning.quotas import RAISED, changed
    from facecompare.planning.workload import Work

    sizes = list(dict.fromkeys(map(int, pairs)))
    raised = changed(RAISED, list(limits))
    stated = _stated(photos_per_s, photos_found_per_s)
    rates = _rates(photos, stated, gpu_photos_per_s, settings)
    planned = planning.plan(sizes, Work(rates, photos_per_pair, memory, instance), raised)
    if as_json:
        print_json(planned)
    else:
        tell(plan_table(planned))
    return 0


def _stated(whole: float | None, found: float | None) -> tuple[float, float] | None:
    """The rates of a core that were given; None when they are to be measured. Raises  BadField."""
    if whole is None and found is None:
        return None
    if whole is None or found is None:
        raise BadField(
            "one of --photos-per-s and --photos-found-per-s is missing; expected both or neither"
        )
    if found < whole:
        raise BadField(
            f"--photos-found-per-s is {found:g}; expected at least the {whole:g} of "
            "--photos-per-s, as it is less work"
        )
    return whole, found


def _rates(
    images: Sequence[str], stated: tuple[float, float] | None, gpu: float, settings: Settings
) -> Rates:
    """The rates that were given, or else measured. Raises  MissingImage."""
    from facecompare.planning.workload import Rates

    photos = read_pair(images, settings)
    if stated is not None:
        return Rates(*stated, gpu, sum(len(photo.data) for photo in photos) // len(photos))
    from facecompare.engines.catalogue import load_engine
    from facecompare.planning.photo_rates import measured_rates

    notice("measuring a core: some seconds …")
    return measured_rates(photos, load_engine(settings.engine, settings), gpu)
