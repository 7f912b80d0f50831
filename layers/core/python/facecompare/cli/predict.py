"""`facecompare predict`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.output import print_json, printable, show, tell
from facecompare.cli.photos import (
    face_service,
    named_reference,
    pair_result,
    print_pairs,
    read_photos,
    request_options,
    verdict_code,
    warn_of_doubt,
    warn_of_photos,
)
from facecompare.cli.request_options import (
    also_option,
    decide_option,
    face_options,
    json_option,
    landmarks_option,
    own_face_option,
    photo_argument,
    quality_option,
    strict_option,
    threshold_options,
)
from facecompare.config import Settings
from facecompare.options import RequestOptions

if TYPE_CHECKING:
    from facecompare.results.schemas import PredictionResponse


@click.command(cls=Command, examples=("facecompare predict ann1.jpg ann2.jpg bob.jpg",))
@photo_argument("anchor", "The photo that both others are compared with; - for stdin.")
@photo_argument("image1", "A candidate.")
@photo_argument("image2", "The other candidate.")
@also_option("the anchor")
@threshold_options
@face_options
@own_face_option("--face-anchor", "the anchor")
@own_face_option("--face1", "image1")
@own_face_option("--face2", "image2")
@landmarks_option
@quality_option
@strict_option
@click.option("--record", is_flag=True, help="Add a record for each candidate to the log.")
@decide_option
@json_option
def predict(
    settings: Settings,
    anchor: str,
    image1: str,
    image2: str,
    also: tuple[str, ...],
    record: bool,
    as_json: bool,
    decide: bool,
    **requested: Any,
) -> int:
    """Say which of two photos is closer to a third.

    The exit code is the verdict on the closer one: 0 for the same person, 1 for different people,
    5 for uncertain.
    """
    reference = named_reference("anchor", anchor, also)
    service, options = face_service(settings, record), request_options(reference, **requested)
    paths = reference | {"image1": image1, "image2": image2}
    response = service.predict(read_photos(paths, settings), options)
    if as_json:
        print_json(response)
    else:
        _print_prediction(response, paths, options)
    return verdict_code(response, decide)


def _print_prediction(
    response: PredictionResponse, paths: Mapping[str, str], options: RequestOptions
) -> None:
    candidates = {"image1": response.image1, "image2": response.image2}
    tell(f"{response.closer} ({paths[response.closer]}) is closer to the anchor")
    for name, candidate in candidates.items():
        show(f"{name} ({printable(paths[name])}): {pair_result(candidate, response)}")
        print_pairs("anchor", name, candidate)
        warn_of_doubt(f"anchor and {name}", candidate)
    anchors = dict(zip(paths, (response.anchor, *response.further), strict=False))
    warn_of_photos(anchors | {name: each.photo for name, each in candidates.items()}, options)
