"""Files whose structure says that they cost far more than a photo may, and photos that do not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from facecompare.decoding import budget
from facecompare.decoding.boxes import grid_references
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.rasterize import rasterize
from facecompare.decoding.task import DecodingTask
from facecompare.errors import ImageTooCostly
from tests.support import pictures
from tests.support.hostile import png_bombs

OBAMA = pictures.OBAMA.read_bytes()


def scans(times: int) -> bytes:
    buffer = BytesIO()
    Image.open(BytesIO(OBAMA)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + data[-2:]


def markers(times: int, marker: bytes = b"\xff\xe5\x00\x02") -> bytes:
    return OBAMA[:2] + marker * times + OBAMA[2:]


def fill(times: int) -> bytes:
    return OBAMA[:2] + b"\xff" * times + OBAMA[2:]


def strips(number: int, order: str = "<", tag: int = 273) -> bytes:
    """A TIFF of 16 × 16 whose tag says that it has so many values."""
    mark = b"II" if order == "<" else b"MM"
    entries = [(256, 4, 1, 16), (257, 4, 1, 16), (tag, 4, number, 8)]
    directory = b"".join(struct.pack(f"{order}HHII", *each) for each in entries)
    values = struct.pack(f"{order}I", 8) * min(number, 10)
    place = 8 + len(values)
    count = struct.pack(f"{order}H", len(entries))
    head = mark + struct.pack(f"{order}HI", 42, place)
    return head + values + count + directory + bytes(4)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def grid(tiles: list[int], version: int = 0, brand: bytes = b"heic") -> bytes:
    form = "I" if version else "H"
    dimg = struct.pack(f">{form}H{len(tiles)}{form}", 1, len(tiles), *tiles)
    references = box(b"iref", bytes([version, 0, 0, 0]) + box(b"dimg", dimg))
    head = box(b"ftyp", brand + bytes(4) + brand)
    return head + box(b"meta", bytes(4) + references)


def chunks(number: int, length: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + (struct.pack(">I", length) + b"abCd" + bytes(length + 4)) * number


COSTLY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "scans": ("JPEG", lambda: scans(200)),
    "application markers": ("JPEG", lambda: markers(100_000)),
    "comments": ("JPEG", lambda: markers(100_000, b"\xff\xfe\x00\x02")),
    "tables": ("JPEG", lambda: markers(100_000, b"\xff\xdd\x00\x04\x00\x00")),
    "filling": ("JPEG", lambda: fill(1_000_000)),
    "strips": ("TIFF", lambda: strips(3_000_000)),
    "strips, big-endian": ("TIFF", lambda: strips(3_000_000, ">")),
    "tiles": ("TIFF", lambda: strips(3_000_000, tag=324)),
    "any other tag": ("TIFF", lambda: strips(3_000_000, tag=700)),
    "chunks": ("PNG", lambda: chunks(20_001)),
    "one tile often": ("HEIF", lambda: grid([2] * 961)),
    "one tile often, long ids": ("HEIF", lambda: grid([2] * 961, version=1)),
    "one tile often, AVIF": ("AVIF", lambda: grid([2] * 961, brand=b"avif")),
    "many tiles": ("HEIF", lambda: grid(list(range(2, 3_000)))),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_the_structure_says_is_refused_before_a_pixel_is_decoded(name: str) -> None:
    kind, made = COSTLY[name]
    with pytest.raises(ImageTooCostly, match=r"at most|more than|one tile"):
        budget.refuse_costly(kind, made())


def test_every_kind_that_is_looked_at_is_tested() -> None:
    assert {kind for kind, _ in COSTLY.values()} == budget._LOOKS.keys()


CHEAP: dict[str, tuple[str, Callable[[], bytes]]] = {
    "the scans of an ordinary progressive picture": ("JPEG", lambda: scans(0)),
    "as many markers as phones write": ("JPEG", lambda: markers(300)),
    "pixels in 15 MB of a kilobyte each": ("PNG", lambda: chunks(15_000, 1_000)),
    "a chunk that is cut": ("PNG", lambda: chunks(3, 100)[:-5]),
    "aligned markers": ("JPEG", lambda: fill(4_095)),
    "a strip for each row of the tallest picture": ("TIFF", lambda: strips(20_000)),
    "48 megapixels in tiles": ("HEIF", lambda: grid(list(range(2, 194)))),
    "nothing but the start": ("JPEG", lambda: OBAMA[:3]),
    "a directory that is not there": ("TIFF", lambda: strips(1)[:20]),
    "a box that is cut": ("HEIF", lambda: grid([2, 3])[:-3]),
    "a grid of nothing": ("HEIF", lambda: grid([])),
}


@pytest.mark.parametrize("name", CHEAP)
def test_what_photos_have_is_left_to_the_decoder(name: str) -> None:
    kind, made = CHEAP[name]
    budget.refuse_costly(kind, made())


def test_a_grid_is_made_of_its_tiles() -> None:
    assert list(grid_references(grid([3, 4, 5]))) == [(3, 4, 5)]


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("AVIF", 26_000_000),
        ("PNG", 32_500_000),
        ("PNG, opaque", 43_333_333),
        ("PNG, grey", 43_333_333),
    ],
)
def test_a_picture_whose_pixels_cost_too_much_is_refused_by_its_header(
    name: str, pixels: int
) -> None:
    kind = name.partition(",")[0]
    costly = {
        "AVIF": pictures.encoded(Image.new("RGBA", (16, 16)), "AVIF"),
        "PNG": png_bombs.flat((16, 16), 16, png_bombs.COLOUR_ALPHA),
        "PNG, opaque": png_bombs.flat((16, 16), 16, png_bombs.COLOUR),
        "PNG, grey": png_bombs.flat((16, 16), 16, png_bombs.GREY_ALPHA),
    }[name]
    plain = pictures.encoded(Image.new("RGB", (16, 16)), kind)
    side = int(pixels**0.5)
    for data, most in ((costly, side), (plain, 7_200)):
        budget.refuse_vast(opened(data, most), kind, len(data), ImageLimits())
    with pytest.raises(ImageTooCostly, match=f"at most {pixels:,} such ones are decoded; save it"):
        budget.refuse_vast(opened(costly, side + 1), kind, len(costly), ImageLimits())


def opened(data: bytes, side: int) -> Image.Image:
    """As if it were so large."""
    image = Image.open(BytesIO(data))
    image._size = (side, side)
    return image


@pytest.mark.parametrize("side", [7_000, 7_200])
def test_a_webp_that_needs_too_much_memory_is_refused_by_its_header(side: int) -> None:
    buffer = BytesIO()
    Image.new("RGB", (side, side)).save(buffer, "WEBP", quality=1, method=0)
    with pytest.raises(ImageTooCostly, match="600 MB of memory"):
        rasterize(buffer.getvalue(), DecodingTask(ImageLimits(), working_width=600))


@pytest.mark.parametrize(("megapixels", "most_bytes"), [(34, 15_000_000), (37, 2_600_000)])
def test_the_bytes_of_a_webp_count_as_well_as_its_pixels(megapixels: int, most_bytes: int) -> None:
    """By the header: a decoder that finds no more memory depends on what its process has left."""
    small = pictures.encoded(Image.new("RGB", (16, 16)), "WEBP")
    image = opened(small, int((megapixels * 1e6) ** 0.5))
    budget.refuse_vast(image, "WEBP", most_bytes, ImageLimits())
    with pytest.raises(ImageTooCostly, match="600 MB of memory"):
        budget.refuse_vast(image, "WEBP", 5 * most_bytes // 2, ImageLimits())
