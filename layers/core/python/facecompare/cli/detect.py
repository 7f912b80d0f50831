"""`facecompare detect`: the faces of a photo."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.command import Command
from facecompare.cli.output import print_json, tell, words_beside, write_picture
from facecompare.cli.photos import face_service, read_photos, warn_of_quality
from facecompare.cli.request_options import (
    face_options,
    json_option,
    landmarks_option,
    overlay_option,
    photo_argument,
    quality_option,
    strict_option,
)
from facecompare.config import Settings
from facecompare.options import RequestOptions

if TYPE_CHECKING:
    from facecompare.results.schemas import FaceResponse


@click.command(
    cls=Command,
    examples=(
        "facecompare detect party.jpg --json",
        "facecompare detect party.jpg --overlay faces.png",
    ),
)
@photo_argument("image", "A photo, or - for stdin.")
@face_options
@landmarks_option
@quality_option
@strict_option
@overlay_option
@json_option
def detect(
    settings: Settings, image: str, overlay: Path | None, as_json: bool, **requested: Any
) -> int:
    """Find the faces of a photo.

    A photo without a face is bad input, exit code 2.
    """
    service, options = face_service(settings), RequestOptions(**requested)
    photo = read_photos({"image": image}, settings)["image"]
    response, report = service.detect(photo, options)
    if overlay:
        from facecompare.results.overlay import draw_faces

        write_picture(overlay, lambda kind: draw_faces(photo, report, settings.limits, kind))
    with words_beside(overlay) if overlay else nullcontext():
        if as_json:
            print_json(response)
        else:
            for number, face in enumerate(response.image.faces):
                tell(f"face {number} at {_place(face)}")
            warn_of_quality({"image": response.image})
    return 0


def _place(face: FaceResponse) -> str:
    box = face.box
    place = f"left {box.left:.0f}, top {box.top:.0f}, {box.width:.0f} × {box.height:.0f} px"
    return f"{place} ({face.detector} {face.detection_score:.2f})"
