"""The options that say how photos are compared, the same for every command that has them.

Their names are those of `RequestOptions`, so that a command makes one of what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from facecompare.cli.parameters import (
    ENGINE,
    FACE,
    FACE_OR_PLACE,
    FILE,
    MIN_QUALITY,
    PHOTO,
    PICTURE,
    RATE,
    THRESHOLD,
)
from facecompare.config import DEFAULT_ENGINE
from facecompare.options import MAX_REFERENCE_PHOTOS

F = TypeVar("F", bound=Callable[..., Any])


def face_options(function: F) -> F:
    """`--face` and `--engine`."""
    face = click.option(
        "--face", type=FACE, default=FACE.choices[0], help="Which face of a photo is compared."
    )
    engine = click.option(
        "--engine",
        metavar="ENGINE",
        type=ENGINE,
        show_default=f"FACECOMPARE_ENGINE, else {DEFAULT_ENGINE}",
        help="Detector and embedding network; see: facecompare models list.",
    )
    return face(engine(function))


def threshold_options(function: F) -> F:
    """`--threshold`, or `--fmr` instead of it."""
    threshold = click.option(
        "--threshold",
        metavar="T",
        type=THRESHOLD,
        show_default="the engine's own",
        help="Distance of the engine's first network below which two photos show the same person; "
        "its second network, if it has one, is not asked then.",
    )
    fmr = click.option(
        "--fmr",
        metavar="RATE",
        type=RATE,
        help="Use the threshold that was calibrated for this false match rate, e.g. 0.001.",
    )
    return threshold(fmr(function))


def own_face_option(name: str, photo: str) -> Callable[[F], F]:
    """`--face1` and the like: beats `--face`."""
    return click.option(
        name,
        type=FACE_OR_PLACE,
        metavar="FACE",
        help=f"Which face of {photo}: its place, 0 for the largest, or as --face.",
    )


def also_option(photo: str) -> Callable[[F], F]:
    """`--also`: more photos of one person; and `--face-also`."""
    also = click.option(
        "--also",
        metavar="PHOTO",
        type=PHOTO,
        multiple=True,
        help=f"Another photo of the person in {photo}; up to {MAX_REFERENCE_PHOTOS - 1} of them.",
    )
    face = click.option(
        "--face-also",
        type=FACE_OR_PLACE,
        metavar="FACE",
        multiple=True,
        help="Which face of each photo of --also, in their order.",
    )
    return lambda function: also(face(function))


overlay_option = click.option(
    "--overlay",
    metavar="OUT.png",
    type=PICTURE,
    help="Draw the faces into this PNG or JPEG, or with - onto stdout, words then to stderr.",
)
quality_option = click.option(
    "--min-quality",
    type=MIN_QUALITY,
    default=MIN_QUALITY.choices[0],
    help="Whether a photo whose compared face warns is refused.",
)
strict_option = click.option(
    "--strict", is_flag=True, help="Refuse a photo whose name says another format than its bytes."
)
decide_option = click.option(
    "--decide",
    is_flag=True,
    help="Exit with 0 or 1 by the threshold alone, never with 5 for uncertain.",
)
landmarks_option = click.option(
    "--landmarks68", is_flag=True, help="Find 68 landmarks as well, where switched on."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the API's response as JSON."
)


def one_format(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    """Raises  click.UsageError when the other format was asked for as well."""
    if value and (ctx.params.get("as_csv") or ctx.params.get("as_json")):
        raise click.UsageError("--csv and --json were both given; expected at most one of them")
    return value


def photo_argument(name: str, help: str, **attributes: Any) -> Callable[[F], F]:
    """A photo's path, or `-`."""
    return click.argument(name, type=PHOTO, help=help, **attributes)


pairs_file_argument = click.argument(
    "pairs",
    metavar="PAIRS.csv",
    type=FILE,
    help="CSV with the columns image1 and image2, or JSON Lines with these fields.",
)
pair_argument = photo_argument(
    "images",
    "Two photos with a face each, instead of the two of the source checkout.",
    metavar="[IMAGE IMAGE]",
    nargs=-1,
)
