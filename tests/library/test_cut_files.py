"""JPEGs and TIFFs that are cut or lack parts, kind by kind, and their intact siblings; and grey
TIFFs of every depth."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.tiff_layout import unread_samples
from facecompare.errors import DamagedImage, UnsupportedImage
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from tests.support import field_pictures as field
from tests.support import pictures, tiff_pictures
from tests.support.tiff_pictures import Layout, grey, tiff

LIMITS = ImageLimits(cell=False)
END = b"\xff\xd9"
RESTARTS: tuple[dict[str, int], ...] = (
    {"restart_marker_blocks": 1},
    {"restart_marker_blocks": 7},
    {"restart_marker_rows": 1},
    {"restart_marker_rows": 3},
)
SIZES = ((241, 303), (160, 96))  # no multiple of an MCU, and one
SUBSAMPLINGS = (0, 1, 2, "grey")  # 4:4:4, 4:2:2, 4:2:0
WIDTHS = (600, 100)  # the decoder scales down for the second one


def decoded(data: bytes, width: int = 600) -> DecodedImage:
    return decode(Photo(data), LIMITS, working_width=width)


def is_damaged(data: bytes, width: int = 600) -> bool:
    try:
        decoded(data, width)
    except DamagedImage:
        return True
    return False


def jpeg(size: tuple[int, int], subsampling: int | str, **options: object) -> bytes:
    picture = field.stored().resize(size)
    if subsampling == "grey":
        return pictures.encoded(picture.convert("L"), "JPEG", quality=85, **options)
    return pictures.encoded(picture, "JPEG", quality=85, subsampling=subsampling, **options)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("restarts", RESTARTS, ids=str)
def test_a_jpeg_that_lacks_restart_intervals_is_damaged(
    restarts: dict[str, int], subsampling: int | str, progressive: bool
) -> None:
    for size, width in product(SIZES, WIDTHS):
        data = jpeg(size, subsampling, progressive=progressive, **restarts)
        assert not is_damaged(data, width)
        assert not is_damaged(data.removesuffix(END), width)
        scan = data.rindex(b"\xff\xda")
        marks = [scan + each.start() for each in re.finditer(rb"\xff[\xd0-\xd7]", data[scan:])]
        tried = {*marks[:: len(marks) // 3 + 1], marks[-1]}
        for mark, more, end in product(tried, (0, 1, 2), (0, 2)):
            assert is_damaged(data[: mark + more] + END[:end], width), (size, mark, more, end)


@pytest.mark.parametrize("restarts", ({}, {"restart_marker_rows": 1}), ids=str)
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_a_progressive_jpeg_that_lacks_scans_is_damaged(
    subsampling: int | str, restarts: dict[str, int]
) -> None:
    for size, width in product(SIZES, WIDTHS):
        data = jpeg(size, subsampling, progressive=True, **restarts)
        scans = [each.start() for each in re.finditer(rb"\xff\xda\0", data)]
        assert not is_damaged(data, width)
        for at, end in product(scans[1:], (0, 2)):
            assert is_damaged(data[:at] + END[:end], width), (size, at, end)


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_a_cut_jpeg_is_damaged_however_its_decoder_scales(subsampling: int | str) -> None:
    """At sizes whose halves, quarters and eighths are no whole numbers, too."""
    for size, width in product(((803, 601), (801, 1003)), (600, 300, 150, 90)):
        data = jpeg(size, subsampling)
        assert not is_damaged(data, width)
        for share, end in product((0.3, 0.6, 0.9, 0.97), (0, 2)):
            assert is_damaged(pictures.truncated(data, share) + END[:end], width), (size, share)


LAYOUTS = {
    "strips": Layout(),
    "planar strips": Layout(planar=True),
    "big-endian, tags first": Layout(order=">", tags_first=True),
    "tiles": Layout(tile=(64, 80)),
    "tiles past the edge": Layout(tile=(48, 112)),
    "planar tiles": Layout(tile=(64, 64), planar=True),
    "tiles, tags first": Layout(tile=(112, 64), tags_first=True),
    "one strip": Layout(rows=1000),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_tiff_that_lacks_strips_or_tiles_is_damaged(name: str) -> None:
    pixels, layout = np.asarray(field.stored()), LAYOUTS[name]
    whole = tiff(pixels, layout=layout)
    upright = np.asarray(field.stored().resize((600, 750), Image.Resampling.LANCZOS), dtype=int)
    assert np.abs(decoded(whole).pixels - upright).max() <= 1
    parts = len(tiff_pictures.parts(pixels, layout))
    for lacking in {1, parts // 3, parts // 2, parts - 1} - {0, parts}:
        assert is_damaged(tiff(pixels, layout=replace(layout, left_out=lacking))), lacking
        assert is_damaged(tiff(pixels, layout=replace(layout, sparse=lacking))), lacking
    end = 4 if not layout.tags_first else 0  # the offset of a next directory is not needed
    for cut in (end + 1, 20, 90, 185, 400, 1000, len(whole) // 2):
        assert is_damaged(whole[:-cut]), cut


@pytest.mark.parametrize("compression", field.COMPRESSIONS)
def test_every_cut_of_a_tiff_is_damaged(
    compression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its directory, tables and values lie at the end."""
    data = pictures.encoded(field.stored(), "TIFF", compression=compression)
    assert not is_damaged(data)
    capfd.readouterr()
    for cut in (*range(5, 190, 5), *range(200, 2000, 90)):
        assert is_damaged(data[:-cut]), cut
    lines = [each for each in capfd.readouterr().err.splitlines() if "TIFF" in each]
    assert not [each for each in lines if "Warning" not in each and "warn" not in each]


def test_a_tiff_of_several_pictures_is_its_first() -> None:
    others = [Image.new("RGB", (64, 64)), Image.new("L", (900, 100))]
    for compression in field.COMPRESSIONS:
        data = pictures.encoded(
            field.stored(), "TIFF", compression=compression, save_all=True, append_images=others
        )
        assert decoded(data).pixels.shape == (750, 600, 3)


def difference(data: bytes) -> float:
    shown = field.stored().convert("L").convert("RGB").resize((600, 750), Image.Resampling.LANCZOS)
    return float(np.abs(decoded(data).pixels - np.asarray(shown, dtype=int)).mean())


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [2, 4, 8, 12, 16])
def test_grey_of_any_depth_is_as_bright_as_it_is_shown(
    bits: int, order: str, negative: bool
) -> None:
    layout = Layout(order=order, colours=0 if negative else 1)
    data = tiff(grey(bits, negative=negative), bits, layout)
    if (bits, order) == (12, ">"):
        with pytest.raises(UnsupportedImage, match="12 bits"):
            decoded(data)
        return
    assert difference(data) < {2: 25, 4: 5}.get(bits, 1)


@pytest.mark.parametrize("negative", [False, True])
def test_black_and_white_is_no_negative(negative: bool) -> None:
    """Of 1 bit, in every compression: white is white."""
    shown = field.stored().convert("1")
    data = tiff(grey(1, negative=negative), 1, Layout(colours=0 if negative else 1))
    assert difference(data) < 64
    for compression in ("raw", "group3", "group4", "tiff_lzw", "packbits"):
        assert difference(pictures.encoded(shown, "TIFF", compression=compression)) < 64


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("negative", [False, True])
def test_so_it_is_when_compressed(compression: str, negative: bool) -> None:
    for bits in (8, 16):
        picture = Image.fromarray(grey(bits, negative=negative))
        data = bytearray(pictures.encoded(picture, "TIFF", compression=compression))
        at = data.index(b"\x06\x01\x03\0\x01\0\0\0")  # PhotometricInterpretation, one SHORT
        data[at + 8] = 0 if negative else 1
        assert difference(bytes(data)) < 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize(("bits", "signed"), [(16, True), (32, False), (32, True)])
def test_samples_of_no_stated_range_are_unsupported(
    bits: int, signed: bool, order: str, negative: bool
) -> None:
    layout = Layout(order=order, colours=0 if negative else 1)
    with pytest.raises(UnsupportedImage):
        decoded(tiff(grey(bits, negative=negative, signed=signed), bits, layout))


def test_a_tag_of_no_numbers_is_none() -> None:
    """Bits a sample, of which a mutated file says that there are none."""
    tags = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 0, 0), (262, 3, 1, 1)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    data = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)
    assert unread_samples(data) == ""
