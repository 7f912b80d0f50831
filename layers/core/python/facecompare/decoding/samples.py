"""A decoded picture's samples, of whatever kind and depth, as RGB or grey of 8 bits each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageChops, TiffImagePlugin

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


def as_eight_bits(image: Image.Image, times: int = 1) -> Image.Image:
    """In mode RGB or, for less to be scaled, L; transparent parts on white; a part of the rows at a
    time, for memory. A picture with transparent parts is reduced so many times before, for less
    to be laid on white.

    Raises  UnsupportedImage for samples whose range is not stated.
    """
    times = times if image.has_transparency_data else 1
    rows = max(times, BAND_PIXELS // image.width // times * times)
    if image.height <= rows:
        return _as_eight_bits(image, times)
    whole: Image.Image | None = None
    for top in range(0, image.height, rows):
        band = (0, top, image.width, min(top + rows, image.height))
        part = _as_eight_bits(_cropped(image, band), times)
        whole = whole or Image.new(part.mode, (part.width, -(-image.height // times)))
        whole.paste(part, (0, top // times))
    assert whole  # noqa: S101 – there is one row at least
    return whole


def _cropped(image: Image.Image, band: tuple[int, int, int, int]) -> Image.Image:
    """These rows, with what a TIFF tells of all of them."""
    part = image.crop(band)
    part.tag_v2 = _tags(image)  # type: ignore[attr-defined]
    return part


def _tags(image: Image.Image) -> Mapping[int, Any]:
    return getattr(image, "tag_v2", {})


def _as_eight_bits(image: Image.Image, times: int) -> Image.Image:
    if image.mode.startswith("I"):
        return _deep_grey(image)
    if image.mode == "F":
        raise _no_range("floating-point")
    if image.has_transparency_data:
        return _on_white(image, times)
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _on_white(image: Image.Image, times: int) -> Image.Image:
    """Grey stays grey: in colours it would take three times as long."""
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    if image.mode != f"{mode}A":
        image = image.convert(f"{mode}A")  # a copy, even where nothing changes
    clear = image.reduce(times)  # each pixel weighs as much as it is opaque
    white = Image.new(mode, clear.size, "white")
    white.paste(clear.convert(mode), mask=clear.getchannel("A"))
    return white


def _deep_grey(image: Image.Image) -> Image.Image:
    """Of 12 or 16 bits a sample. Pillow turns a negative of up to 8 bits itself, but none of
    these."""
    if image.mode == "I":
        raise _no_range("signed or 32-bit")
    tags = _tags(image)
    below = (tags.get(_BITS) or (16,))[0] - 8  # bits of a sample that 8 have no room for
    samples = image.tobytes()
    most = 1 if image.mode.endswith("B") else 0  # where the most significant byte comes first
    high, low = (Image.frombytes("L", image.size, samples[start::2]) for start in (1 - most, most))
    grey = ImageChops.add(
        high.point([min(255, value << (8 - below)) for value in range(256)]),
        low.point([value >> below for value in range(256)]),
    )
    return ImageChops.invert(grey) if tags.get(_COLOURS) == _WHITE_IS_ZERO else grey


def _no_range(kind: str) -> UnsupportedImage:
    return UnsupportedImage(
        f"the picture has {kind} samples, whose range is not stated; accepted are 8 and 16 bits a "
        "sample"
    )
