"""Whether a TIFF holds all that its first picture needs: its directory, its tags' values, and as
many strips or tiles as its size asks for (TIFF 6.0 §2, §3, §15).

Pillow passes over a tag whose value is not in the file, and libtiff fills strips that are missing.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

# TIFF 6.0 and its technical notes: what decoders of pixels read, and the orientation.
PIXEL_TAGS = {
    *(256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 320),
    *(322, 323, 324, 325, 332, 338, 339, 347, 529, 530, 531, 532),
}
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOURS = 256, 257, 258, 259, 262
_SAMPLES, _ROWS_PER_STRIP, _PLANES = 277, 278, 284
_TILE_WIDTH, _TILE_HEIGHT = 322, 323
_STRIPS, _TILES = (273, 279), (324, 325)  # offsets, and how many bytes each has
_YCBCR = 6
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_NUMBERS = {1: "B", 3: "H", 4: "I"}

Tags = Mapping[int, tuple[int, ...]]


def lacks_data(data: bytes) -> bool:
    """Whether the file ends before something that its first picture needs."""
    try:
        tags = _pixel_tags(data)
        return tags is None or _lacks_pixels(tags, len(data))
    except struct.error:
        return True


def unread_samples(data: bytes) -> str:
    """What the samples are of a file that lacks nothing and that Pillow does not know; empty for
    one whose directory makes no sense."""
    if lacks_data(data):
        return ""
    tags = _pixel_tags(data) or {}
    bits = next(iter(tags.get(_BITS, (1,))), 0)
    known = {_WIDTH, _HEIGHT, _COLOURS} <= set(tags)
    return f"samples of {bits} bits of an unusual kind" if known and 0 < bits <= 64 else ""


def first_directory(data: bytes) -> tuple[str, range]:
    """The byte order, as struct writes it, and where each entry of the first directory begins.

    Raises  struct.error where the file ends before.
    """
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    return order, range(start + 2, start + 2 + 12 * count, 12)


def _pixel_tags(data: bytes) -> Tags | None:
    """The whole numbers of the first directory's tags; None where the file ends too early."""
    order, entries = first_directory(data)
    tags: dict[int, tuple[int, ...]] = {}
    for at in entries:
        tag, kind, number, place = struct.unpack_from(f"{order}HHII", data, at)
        if tag not in PIXEL_TAGS or kind not in _BYTES:
            continue
        size = number * _BYTES[kind]
        if size <= 4:
            place = at + 8
        if place + size > len(data):
            return None
        if kind in _NUMBERS:
            tags[tag] = struct.unpack_from(f"{order}{number}{_NUMBERS[kind]}", data, place)
    return tags


def _lacks_pixels(tags: Tags, end: int) -> bool:
    """Whether strips or tiles are missing, or lie behind the file's end."""
    offsets_tag, sizes_tag = _TILES if _TILES[0] in tags else _STRIPS
    width, height = _one(tags, _WIDTH), _one(tags, _HEIGHT)
    offsets, sizes = tags.get(offsets_tag, ()), tags.get(sizes_tag, ())
    if not (width and height and offsets):
        return False  # whatever this is, Pillow and libtiff tell
    across, down = width, min(_one(tags, _ROWS_PER_STRIP) or height, height)
    if offsets_tag == _TILES[0]:
        across, down = _one(tags, _TILE_WIDTH), _one(tags, _TILE_HEIGHT)
        if not (across and down):
            return False
    planes = max(_one(tags, _SAMPLES), 1) if _one(tags, _PLANES) == 2 else 1
    rows = -(-height // down)
    needed = planes * rows * -(-width // across)
    if len(offsets) < needed or (sizes and len(sizes) < needed):
        return True
    if _one(tags, _COMPRESSION) <= 1 and _one(tags, _COLOURS) != _YCBCR:
        full = down * _row_bytes(tags, across, planes)
        last = (height - down * (rows - 1)) * _row_bytes(tags, across, planes)
        strips = offsets_tag == _STRIPS[0]
        sizes = tuple(
            last if strips and index % rows == rows - 1 else full for index in range(needed)
        )
    return any(
        offset == 0 or size == 0 or offset + size > end
        for offset, size in zip(offsets[:needed], sizes or (1,) * needed, strict=False)
    )


def _row_bytes(tags: Tags, across: int, planes: int) -> int:
    """Of one row of an uncompressed strip or tile. Its writer's own count is often wrong."""
    bits = tags.get(_BITS) or (1,)
    samples = max(_one(tags, _SAMPLES), 1) if planes == 1 else 1
    return -(-across * bits[0] * samples // 8)


def _one(tags: Tags, tag: int) -> int:
    return (tags.get(tag) or (0,))[0]
