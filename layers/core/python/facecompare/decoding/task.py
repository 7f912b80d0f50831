"""What goes into decoding, and what comes out of it. Light: both sides of the cell read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facecompare.decoding.limits import ImageLimits


def scale_down(wanted: int, pixels: int) -> float:
    """What the sides of a picture of so many `pixels` are multiplied with to have those that are
    wanted; at most 1."""
    return float(min(1.0, (wanted / pixels) ** 0.5))


@dataclass(frozen=True, slots=True)
class DecodingTask:
    """One photo to decode, beside its bytes.

    name, content_type  what its sender says it is
    working_width       of the picture that is wanted, px
    pixels              of it in all, instead of the width
    larger              pixels of a second picture, which comes too where having it later would take
                        as long as all of the decoding; 0 for none
    quick               Hamming instead of Lanczos; see `Scaling`
    """

    limits: ImageLimits
    name: str = ""
    content_type: str = ""
    working_width: int = 0
    pixels: int | None = None
    larger: int = 0
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """The upright picture, and perhaps a larger one.

    samples             rows × columns × 3, uint8, RGB; of the larger one behind it
    sizes               (rows, columns) of each
    photo_width, _height  of the photo as a viewer shows it, px
    false_claim         how its name or content type contradicts its bytes; empty where it does not
    """

    samples: bytes | bytearray
    sizes: Sequence[tuple[int, int]]
    photo_width: int
    photo_height: int
    false_claim: str = ""
