"""What goes into decoding, and what comes out of it. Light: both sides of the cell read it."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.decoding.limits import ImageLimits


@dataclass(frozen=True, slots=True)
class DecodingTask:
    """One photo to decode, beside its bytes.

    name, content_type  what its sender says it is
    working_width       of the picture that is wanted, px
    pixels              of it in all, instead of the width
    quick               Hamming instead of Lanczos; see `Scaling`
    """

    limits: ImageLimits
    name: str = ""
    content_type: str = ""
    working_width: int = 0
    pixels: int | None = None
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """The upright picture.

    samples             rows × columns × 3, uint8, RGB
    photo_width, _height  of the photo as a viewer shows it, px
    false_claim         how its name or content type contradicts its bytes; empty where it does not
    """

    samples: bytes | bytearray
    rows: int
    columns: int
    photo_width: int
    photo_height: int
    false_claim: str = ""
