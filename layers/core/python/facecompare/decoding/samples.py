"""A decoded picture's samples, of whatever kind and depth, as RGB or grey of 8 bits each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image, TiffImagePlugin

from facecompare.errors import UnsupportedImage

BAND_PIXELS = 4_000_000  # as many as are converted at once

_BITS, _COLOURS = 258, 262  # TIFF 6.0 §8: BitsPerSample, PhotometricInterpretation
_WHITE_IS_ZERO = 0
# (byte order, photometric interpretation, sample format, fill order, bits, extra samples) that
# Pillow can read and does not know.
_MORE_NEGATIVES = {
    (b"II", 0, (1,), 1, (12,), ()): ("I;16", "I;12"),
    (b"MM", 0, (1,), 1, (16,), ()): ("I;16B", "I;16B"),
}


def know_negatives() -> None:
    """Pillow opens the negatives of all the kinds of grey TIFF whose positives it opens."""
    for layout, modes in _MORE_NEGATIVES.items():
        TiffImagePlugin.OPEN_INFO.setdefault(layout, modes)


def as_eight_bits(image: Image.Image) -> Image.Image:
    """In mode RGB or, for less to be scaled, L; transparent parts on white; a part of the rows at a
    time, for memory.

    Raises  UnsupportedImage for samples whose range is not stated.
    """
    rows = max(1, BAND_PIXELS // image.width)
    if image.height <= rows:
        return _as_eight_bits(image)
    whole: Image.Image | None = None
    for top in range(0, image.height, rows):
        band = (0, top, image.width, min(top + rows, image.height))
        part = _as_eight_bits(_cropped(image, band))
        whole = whole or Image.new(part.mode, image.size)
        whole.paste(part, (0, top))
    assert whole  # noqa: S101 – there is one row at least
    return whole


def _cropped(image: Image.Image, band: tuple[int, int, int, int]) -> Image.Image:
    """These rows, with what a TIFF tells of all of them."""
    part = image.crop(band)
    part.tag_v2 = _tags(image)  # type: ignore[attr-defined]
    return part


def _tags(image: Image.Image) -> Mapping[int, Any]:
    return getattr(image, "tag_v2", {})


def _as_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return _deep_grey(image)
    if image.mode == "F":
        raise _no_range("floating-point")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _deep_grey(image: Image.Image) -> Image.Image:
    """Of 12 or 16 bits a sample. Pillow turns a negative of up to 8 bits itself, but none of
    these."""
    import numpy as np

    tags = _tags(image)
    bits = (tags.get(_BITS) or (16,))[0]
    if tags and image.mode == "I":
        raise _no_range("signed or 32-bit")
    samples = np.asarray(image).clip(0, 65535) >> (bits - 8)
    grey = samples.clip(0, 255).astype(np.uint8)
    return Image.fromarray(255 - grey if tags.get(_COLOURS) == _WHITE_IS_ZERO else grey)


def _no_range(kind: str) -> UnsupportedImage:
    return UnsupportedImage(
        f"the picture has {kind} samples, whose range is not stated; accepted are 8 and 16 bits a "
        "sample"
    )
