"""WebPs that cost far more than their bytes (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache, partial

from PIL import Image

from tests.support import pictures

VAST = (8_000, 6_400)
ROOM = 14_000_000
ANIMATION, EXIF, XMP, ALPHA, PROFILE = 0x02, 0x08, 0x04, 0x10, 0x20


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"".join(chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def lossless(size: tuple[int, int], *, alpha: bool = False, transforms: str = "") -> bytes:
    """§3: one colour, whose codes have no bits at all; `transforms` are written as they are read,
    the lowest bit first."""
    fields = f"{size[0] - 1:014b}"[::-1] + f"{size[1] - 1:014b}"[::-1] + f"{alpha:d}" + "000"
    one_symbol = "1000"  # simple, one, of one bit, 0
    text = fields + transforms + "0" + "0" + "0" + one_symbol * 5
    text += "0" * (-len(text) % 8)
    body = b"\x2f" + int(text[::-1], 2).to_bytes(len(text) // 8, "little")
    return chunk(b"VP8L", body + bytes(2))


@cache
def lossy(size: tuple[int, int]) -> bytes:
    """Its VP8 chunk."""
    data = pictures.encoded(Image.new("RGB", size), "WEBP", quality=1, method=0)
    at = data.index(b"VP8 ")
    (length,) = struct.unpack_from("<I", data, at + 4)
    return data[at : at + 8 + length + length % 2]


def extended(flags: int, size: tuple[int, int], *chunks: bytes) -> bytes:
    head = bytes([flags, 0, 0, 0]) + _three(size[0] - 1) + _three(size[1] - 1)
    return riff(chunk(b"VP8X", head), *chunks)


def animated(
    size: tuple[int, int], frames: int, picture: bytes, own: tuple[int, int] | None = None
) -> bytes:
    width, height = own or size
    head = _three(0) * 2 + _three(width - 1) + _three(height - 1) + _three(100) + b"\2"
    frame = chunk(b"ANMF", head + picture)
    flags = ANIMATION | ALPHA
    return extended(flags, size, chunk(b"ANIM", bytes(4) + b"\0\0"), frame * frames)


def portrait(flags: int, stuff: bytes) -> bytes:
    small = pictures.portrait().resize((320, 400))
    return extended(flags, small.size, pictures.encoded(small, "WEBP")[12:], stuff)


def clear() -> bytes:
    """Lossy with an alpha plane, which is lossless and of one value."""
    plane = b"\x01" + lossless(VAST)[8 + 5 :]
    return extended(ALPHA, VAST, chunk(b"ALPH", plane), lossy(VAST))


def bombs() -> dict[str, Callable[[], bytes]]:
    tiny = lossless((1, 1), alpha=True)
    return {
        "51 MP, lossless": lambda: riff(lossless(VAST)),
        "51 MP, lossless with alpha": lambda: riff(lossless(VAST, alpha=True)),
        "51 MP, lossless, subtract green": lambda: riff(lossless(VAST, transforms="101")),
        "16,383 px wide, lossless": lambda: riff(lossless((16_383, 3_100))),
        "16,383 px high, lossless": lambda: riff(lossless((3_100, 16_383))),
        "51 MP, lossy": lambda: riff(lossy(VAST)),
        "51 MP, lossy with alpha": clear,
        "51 MP, half of it": lambda: riff(lossy(VAST))[: len(lossy(VAST)) // 2],
        "51 MP, animated": partial(animated, VAST, 2, lossless(VAST, alpha=True)),
        "51 MP, animated, lossy": lambda: animated(VAST, 2, lossy(VAST)),
        "51 MP, frames of one pixel": partial(animated, VAST, 100_000, tiny, (1, 1)),
        "400,000 frames of one pixel": partial(animated, (400, 400), 280_000, tiny, (1, 1)),
        "1,000 frames of 51 MP": partial(animated, VAST, 1_000, lossless(VAST, alpha=True)),
        "EXIF of 14 MB": lambda: portrait(EXIF, chunk(b"EXIF", b"II*\0" + bytes(ROOM))),
        "XMP of 14 MB": lambda: portrait(XMP, chunk(b"XMP ", b"<a>" * (ROOM // 3))),
        "ICC profile of 14 MB": lambda: portrait(PROFILE, chunk(b"ICCP", bytes(ROOM))),
        "1.5 million unknown chunks": lambda: portrait(0, chunk(b"ODD ", b"") * 1_500_000),
    }
