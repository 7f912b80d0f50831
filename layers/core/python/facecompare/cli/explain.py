"""`facecompare explain`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.output import print_json, tell, words_beside, write_picture
from facecompare.cli.parameters import PICTURE
from facecompare.cli.photos import (
    face_service,
    read_photos,
    request_options,
    warn_of_photos,
)
from facecompare.cli.request_options import (
    face_options,
    json_option,
    own_face_option,
    photo_argument,
)
from facecompare.config import Settings
from facecompare.options import RequestOptions

if TYPE_CHECKING:
    from facecompare.results.heat_map import Explanation


@click.command(cls=Command, examples=("facecompare explain ann1.jpg ann2.jpg --out map.png",))
@photo_argument("image1", "A photo, or - for stdin.")
@photo_argument("image2", "The photo to compare it with.")
@click.option(
    "--out",
    metavar="MAP.png",
    type=PICTURE,
    help="Draw the two faces and their maps into this PNG or JPEG, or with - onto stdout.",
)
@face_options
@own_face_option("--face1", "image1")
@own_face_option("--face2", "image2")
@json_option
def explain(
    settings: Settings,
    image1: str,
    image2: str,
    out: Path | None,
    as_json: bool,
    **requested: Any,
) -> int:
    """Draw which parts of two faces their distance depends on.

    A patch covers one part of a face after the other: red is where that moves the two faces apart,
    blue where it brings them together. It shows what the network's distance depends on, neither
    why, nor what a person would go by. It takes some seconds.
    """
    from facecompare.results.convert import explanation_response
    from facecompare.results.overlay import draw_explanation

    service, options = face_service(settings), request_options(**requested)
    found = service.explain(read_photos({"image1": image1, "image2": image2}, settings), options)
    if out:
        write_picture(out, lambda kind: draw_explanation(found, kind))
    with words_beside(out) if out else nullcontext():
        if as_json:
            print_json(explanation_response(found))
        else:
            _print_explanation(found, options)
    return 0


def _print_explanation(found: Explanation, options: RequestOptions) -> None:
    from facecompare.results.convert import detection_response

    for name, each in (("image1", found.image1), ("image2", found.image2)):
        most, least = each.changes.max(), each.changes.min()
        changed = f"covering a part changes the distance by {least:+.3f} to {most:+.3f}"
        tell(f"{name}, face {each.face}: {changed}")
    compared = found.comparison
    reports = {"image1": compared.image1, "image2": compared.image2}
    card = compared.engine_id
    warn_of_photos(
        {
            name: detection_response(report, card, chips=False).image
            for name, report in reports.items()
        },
        options,
    )
