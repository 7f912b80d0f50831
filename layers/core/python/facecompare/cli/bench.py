"""`facecompare bench`: how fast it is on this machine."""

from __future__ import annotations

import click

from facecompare.cli.command import Command
from facecompare.cli.measured_pair import read_pair, two_paths
from facecompare.cli.output import notice, print_json, tell
from facecompare.cli.request_options import pair_argument
from facecompare.config import Settings


@click.command(
    cls=Command, examples=("facecompare bench", "facecompare bench ann1.jpg ann2.jpg --cold --json")
)
@pair_argument
@click.option("--cold", is_flag=True, help="Time fresh processes as well.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def bench(settings: Settings, images: tuple[str, ...], cold: bool, as_json: bool) -> int:
    """Measure the speed on this machine.

    Beside it, the speed of dlib's own networks and, where installed, of face_recognition.
    """
    photos = read_pair(images, settings)
    from facecompare.bench.report import benchmark_table, measure

    notice("measuring: a minute or two, most of it in dlib's own networks …")
    report = measure(two_paths(images), photos, settings, cold=cold)
    if as_json:
        print_json(report)
    else:
        tell(benchmark_table(report))
    return 0
