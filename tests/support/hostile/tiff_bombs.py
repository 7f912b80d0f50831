"""TIFFs that cost far more than their bytes (TIFF 6.0)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partial

from PIL import Image

from tests.support import pictures
from tests.support.hostile.png_bombs import zeros

BYTE, SHORT, LONG, UNDEFINED = 1, 3, 4, 7
VAST = (8_000, 6_400)
ROOM = 14_000_000
NONE, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS = 1, 5, 6, 7, 8, 32_773
FAX_3, FAX_4, LZMA, ZSTD = 3, 4, 34_925, 50_000
Entry = tuple[int, int, int, int]  # tag, type, count, value or its place

WIDTH, HEIGHT, BITS, COMPRESSION, COLOURS = 256, 257, 258, 259, 262
STRIPS, SAMPLES, ROWS, SIZES, PLANES = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES, SUB, EXIF = 322, 323, 324, 325, 330, 34_665


def file(entries: Sequence[Entry], body: bytes = b"", following: int = 0) -> bytes:
    """One directory at the end; `body` begins at 8."""
    body += bytes(len(body) % 2)
    directory = struct.pack("<H", len(entries) & 0xFFFF)
    for tag, kind, count, value in sorted(entries):
        directory += struct.pack("<HHI", tag, kind, count)
        directory += struct.pack(
            "<HH" if kind == SHORT and count == 1 else "<I", *_value(kind, count, value)
        )
    head = b"II*\0" + struct.pack("<I", 8 + len(body))
    return head + body + directory + struct.pack("<I", following)


def _value(kind: int, count: int, value: int) -> tuple[int, ...]:
    return (value, 0) if kind == SHORT and count == 1 else (value,)


def picture(
    size: tuple[int, int], bits: int, compression: int, samples: int = 1, planes: int = 1
) -> list[Entry]:
    """The tags of a picture but those of its strips."""
    return [
        (WIDTH, LONG, 1, size[0]),
        (HEIGHT, LONG, 1, size[1]),
        (BITS, SHORT, 1, bits),
        (COMPRESSION, SHORT, 1, compression),
        (COLOURS, SHORT, 1, 2 if samples == 3 else 1),
        (SAMPLES, SHORT, 1, samples),
        (PLANES, SHORT, 1, planes),
    ]


def shared_strips(
    size: tuple[int, int], bits: int, compression: int, rows: int, data: bytes, more: int = 0
) -> bytes:
    """All strips are the same bytes; there may be more of them than needed."""
    number = -(-size[1] // rows) + more
    offsets_at = 8 + len(data) + len(data) % 2
    body = data + bytes(len(data) % 2) + struct.pack("<I", 8) * number
    sizes_at = 8 + len(body)
    body += struct.pack("<I", len(data)) * number
    tags = picture(size, bits, compression)
    tags += [(ROWS, LONG, 1, rows), (STRIPS, LONG, number, offsets_at)]
    tags += [(SIZES, LONG, number, sizes_at)]
    if number == 1:
        tags = [each for each in tags if each[0] not in (STRIPS, SIZES)]
        tags += [(STRIPS, LONG, 1, 8), (SIZES, LONG, 1, len(data))]
    return file(tags, body)


def shared_tiles(
    size: tuple[int, int], side: int, compression: int, data: bytes, bits: int = 8
) -> bytes:
    """All tiles are the same bytes."""
    number = -(-size[0] // side) * -(-size[1] // side)
    data += bytes(len(data) % 2)
    body = data + struct.pack("<I", 8) * number
    sizes_at = 8 + len(body)
    body += struct.pack("<I", len(data)) * number
    tags = picture(size, bits, compression)
    tags += [(TILE_WIDTH, LONG, 1, side), (TILE_HEIGHT, LONG, 1, side)]
    tags += [(TILES, LONG, number, 8 + len(data)), (TILE_SIZES, LONG, number, sizes_at)]
    if number == 1:
        tags = [each for each in tags if each[0] not in (TILES, TILE_SIZES)]
        tags += [(TILES, LONG, 1, 8), (TILE_SIZES, LONG, 1, len(data))]
    return file(tags, body)


def strips_of_nothing(number: int) -> bytes:
    """So many strips of one list, which is offsets and sizes at once."""
    body = struct.pack("<I", 8) * number
    tags = picture((640, 480), 8, NONE)
    tags += [(ROWS, LONG, 1, 1), (STRIPS, LONG, number, 8), (SIZES, LONG, number, 8)]
    return file(tags, body)


def vast_tags(number: int, kind: int = UNDEFINED) -> bytes:
    """So many tags, of which each takes the whole file."""
    body = bytes(ROOM)
    width = {BYTE: 1, UNDEFINED: 1, SHORT: 2, LONG: 4}[kind]
    tags = picture((640, 480), 8, NONE)
    tags += [(ROWS, LONG, 1, 480), (STRIPS, LONG, 1, 8), (SIZES, LONG, 1, 640 * 480)]
    tags += [(40_000 + at, kind, ROOM // width, 8) for at in range(number)]
    return file(tags, body)


def many_tags() -> bytes:
    """As many as a directory can have, all of the same number."""
    tags = picture((640, 480), 8, NONE)
    tags += [(ROWS, LONG, 1, 480), (STRIPS, LONG, 1, 8), (SIZES, LONG, 1, 640 * 480)]
    return file(tags + [(40_000, LONG, 1, 0)] * 65_000, bytes(640 * 480))


def loop(kind: str) -> bytes:
    """Directories that lead to themselves: the next one, one below, EXIF's; or a long row of
    them."""
    tags = picture((640, 480), 8, NONE)
    tags += [(ROWS, LONG, 1, 480), (STRIPS, LONG, 1, 8), (SIZES, LONG, 1, 640 * 480)]
    start = 8 + 640 * 480
    if kind in ("below", "EXIF"):
        tags.append((SUB if kind == "below" else EXIF, LONG, 1, start))
    if kind != "row":
        return file(tags, bytes(640 * 480), following=start if kind == "next" else 0)
    first = file(tags, bytes(640 * 480), following=0)
    rows = range(len(first), ROOM, 18)
    empty = b"".join(struct.pack("<HHHIII", 1, WIDTH, LONG, 1, 640, at + 18) for at in rows)
    return first[:-4] + struct.pack("<I", len(first)) + empty


def saved(mode: str, compression: str, size: tuple[int, int] = VAST) -> bytes:
    return pictures.encoded(Image.new(mode, size), "TIFF", compression=compression)


def bombs() -> dict[str, Callable[[], bytes]]:
    deflated = zeros
    made: dict[str, Callable[[], bytes]] = {
        f"51 MP, {compression}, {mode}": partial(saved, mode, compression)
        for compression, mode in (
            ("tiff_lzw", "RGB"),
            ("tiff_adobe_deflate", "CMYK"),
            ("tiff_adobe_deflate", "RGBA"),
            ("packbits", "RGB"),
            ("jpeg", "RGB"),
            ("group3", "1"),
            ("group4", "1"),
            ("tiff_adobe_deflate", "LAB"),
        )
    }
    row, one = zlib.compress(bytes(8_000)), zlib.compress(bytes(256))
    return made | {
        "51 MP, grey of 16 bits": lambda: shared_strips(
            VAST, 16, DEFLATE, 6_400, deflated(8_000 * 6_400 * 2)
        ),
        "51 MP, one row for all": partial(shared_strips, VAST, 8, NONE, 1, bytes(8_000)),
        "51 MP, one deflated row for all": partial(shared_strips, VAST, 8, DEFLATE, 1, row),
        "51 MP, 16 bits, one row for all": partial(shared_strips, VAST, 16, NONE, 1, bytes(16_000)),
        "51 MP, strips of 64 bits": partial(shared_strips, VAST, 64, NONE, 1, bytes(64_000)),
        "51 MP, no strip's bytes": partial(shared_strips, VAST, 8, DEFLATE, 6_400, b"x\x9c"),
        "1.5 million strips too many": partial(
            shared_strips, (640, 480), 8, NONE, 480, bytes(640 * 480), 1_500_000
        ),
        "3 million strips": partial(strips_of_nothing, 3_000_000),
        "200,000 tiles of one": partial(shared_tiles, VAST, 16, DEFLATE, one),
        "200,000 tiles of one, raw": partial(shared_tiles, VAST, 16, NONE, bytes(256)),
        "a tile of 65,520 px": partial(shared_tiles, (640, 480), 65_520, DEFLATE, one),
        "a tile of 20,000 px": partial(
            shared_tiles, (640, 480), 20_000, DEFLATE, zeros(400_000_000)
        ),
        "a tile of 20,000 px, LZW": partial(shared_tiles, (640, 480), 20_000, LZW, b"\x80\x01"),
        "a tile of 2 billion px": partial(shared_tiles, (640, 480), 2**31 - 16, NONE, one),
        "a strip that inflates to 2 GB": lambda: shared_strips(
            (640, 480), 8, DEFLATE, 480, zeros(2_000_000_000)
        ),
        "JPEG within, one row": partial(
            shared_strips, VAST, 8, JPEG, 8, pictures.OBAMA.read_bytes()[:2_000]
        ),
        "fax without an end": partial(shared_strips, VAST, 1, FAX_3, 6_400, bytes(ROOM)),
        "old JPEG": partial(shared_strips, VAST, 8, OLD_JPEG, 6_400, bytes(999)),
        "LZMA": partial(shared_strips, VAST, 8, LZMA, 6_400, bytes(999)),
        "Zstandard": partial(shared_strips, VAST, 8, ZSTD, 6_400, bytes(999)),
        "PackBits, one row for all": partial(shared_strips, VAST, 8, PACKBITS, 1, b"\x81\0" * 63),
        "65,535 samples": lambda: file(
            [*picture(VAST, 8, NONE, 65_535, 2), (STRIPS, LONG, 1, 8), (SIZES, LONG, 1, 8)],
            bytes(64),
        ),
        "30 tags of 14 MB": partial(vast_tags, 30),
        "1,000 tags of 14 MB": partial(vast_tags, 1_000),
        "10 tags of 7 million numbers": partial(vast_tags, 10, SHORT),
        "65,000 tags": many_tags,
        **{
            f"directories that loop: {kind}": partial(loop, kind)
            for kind in ("next", "below", "EXIF", "row")
        },
    }
