"""`facecompare cost`: what a million comparisons cost in AWS."""

from __future__ import annotations

import click

from facecompare.cli.command import Command
from facecompare.cli.measured_pair import read_pair
from facecompare.cli.output import print_json, tell
from facecompare.cli.parameters import MEMORY_MB
from facecompare.cli.request_options import pair_argument
from facecompare.config import Settings
from facecompare.planning.lambda_memory import (
    DEFAULT_MEMORY_MB,
    slowdown_for_memory,
    threads_for_memory,
)


@click.command(
    cls=Command, examples=("facecompare cost", "facecompare cost ann1.jpg ann2.jpg --memory 1769")
)
@pair_argument
@click.option(
    "--memory",
    metavar="MB",
    type=MEMORY_MB,
    default=DEFAULT_MEMORY_MB,
    help="Memory of the Lambda function, 512 to 10240; 1769 are one vCPU.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the items as JSON.")
def cost(settings: Settings, images: tuple[str, ...], memory: int, as_json: bool) -> int:
    """Compute what a million comparisons cost in AWS.

    The duration is that of a comparison on this machine, with as many threads as the function has
    vCPUs; where its last one is a part only, it is that much longer. Of an engine with two
    networks, the second one's part is told.
    """
    photos = read_pair(images, settings)
    from facecompare.engines.catalogue import load_engine
    from facecompare.planning import cost as planning
    from facecompare.planning.photo_rates import second_network

    engine = load_engine(settings.engine, settings)
    milliseconds = planning.pair_ms(photos, engine, threads_for_memory(memory))
    milliseconds *= slowdown_for_memory(memory)
    second = second_network(photos, engine)
    costs = planning.cost(milliseconds, sum(len(photo.data) for photo in photos), memory, second)
    if as_json:
        print_json(costs)
    else:
        tell(planning.cost_table(costs))
    return 0
