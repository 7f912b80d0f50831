"""GIFs and BMPs that cost far more than their bytes (GIF89a; Microsoft's BITMAPINFOHEADER)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial

from PIL import Image

from tests.support import pictures

VAST = (8_000, 6_400)
ROOM = 14_000_000
RLE8, RLE4, BITFIELDS = 1, 2, 3
PIXEL = b"\x02\x02\x44\x01\x00"  # LZW of one pixel: clear, 0, end


def screen(size: tuple[int, int]) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", *size, 0xF0, 0, 0) + bytes(6)


def gif_frame(size: tuple[int, int], data: bytes = PIXEL, flags: int = 0) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, *size, flags) + data


def flat_gif(**options: object) -> bytes:
    return pictures.encoded(Image.new("P", VAST), "GIF", **options)


def small_gif(stuff: bytes) -> bytes:
    """Blocks before the picture of one pixel."""
    return screen((64, 64)) + stuff + gif_frame((1, 1)) + b";"


def bmp(size: tuple[int, int], bits: int, compression: int, data: bytes, palette: int = 0) -> bytes:
    colours = bytes(4 * (palette or (1 << bits if bits <= 8 else 0)))
    start = 14 + 40 + len(colours)
    info = struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, compression, len(data), 0, 0, palette, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + colours + data


def runs(size: tuple[int, int], number: int, run: bytes) -> bytes:
    return bmp(size, 8, RLE8, run * number + b"\0\1")


def bombs() -> dict[str, Callable[[], bytes]]:
    extension = b"\x21\xf9\x04\x01\0\0\0\0"
    comment = b"\x21\xfe\x01x\0"
    return {
        "GIF: 51 MP": flat_gif,
        "GIF: 51 MP, interlaced": partial(flat_gif, interlace=1),
        "GIF: 51 MP, clear": partial(flat_gif, transparency=0),
        "GIF: 51 MP around one pixel": lambda: screen(VAST) + gif_frame((1, 1)) + b";",
        "GIF: 51 MP, one pixel of data": lambda: screen(VAST) + gif_frame(VAST) + b";",
        "GIF: a frame beyond the screen": lambda: (
            screen((64, 64)) + gif_frame((65_535,) * 2) + b";"
        ),
        "GIF: 500,000 frames": lambda: screen((64, 64)) + (extension + gif_frame((1, 1))) * 500_000,
        "GIF: 51 MP, 500,000 frames": lambda: screen(VAST) + gif_frame((1, 1)) * 800_000 + b";",
        "GIF: 2 million comments": lambda: small_gif(comment * 2_500_000),
        "GIF: a comment of 14 MB": lambda: small_gif(
            b"\x21\xfe" + (b"\xff" + bytes(255)) * (ROOM // 256) + b"\0"
        ),
        "GIF: 1 million graphic controls": lambda: small_gif(extension * 1_500_000),
        "GIF: pixels in 7 million blocks": lambda: (
            screen((3_000, 3_000))
            + b","
            + struct.pack("<HHHHB", 0, 0, 3_000, 3_000, 0)
            + b"\x02"
            + b"\x01\x00" * 7_000_000
            + b"\0;"
        ),
        "BMP: 51 MP, RLE8, no pixel": lambda: bmp(VAST, 8, RLE8, b"\0\1"),
        "BMP: 51 MP, RLE4, no pixel": lambda: bmp(VAST, 4, RLE4, b"\0\1"),
        "BMP: 51 MP, RLE8": lambda: runs(VAST, VAST[0] * VAST[1] // 255, b"\xff\0"),
        "BMP: RLE8, runs of one": lambda: runs((3_000, 2_300), 6_900_000, b"\1\0"),
        "BMP: RLE8, runs of none": lambda: runs(VAST, 7_000_000, b"\0\0"),
        "BMP: RLE8, deltas": lambda: runs(VAST, 3_500_000, b"\0\2\1\0"),
        "BMP: RLE8, absolute": lambda: runs(VAST, 50_000, b"\0\xff" + bytes(256)),
        "BMP: RLE4, runs of one": lambda: bmp((3_000, 2_300), 4, RLE4, b"\1\0" * 6_900_000),
        "BMP: RLE4, 10 MP in runs of seven": lambda: bmp(
            (3_840, 2_600), 4, RLE4, (b"\7\x25" * 548 + b"\4\x25\0\0") * 2_600 + b"\0\1"
        ),
        "BMP: 51 MP, 1 bit": lambda: bmp(VAST, 1, 0, bytes(VAST[0] * VAST[1] // 8)),
        "BMP: 51 MP, 32 bits, no pixel": lambda: bmp(VAST, 32, 0, b""),
        "BMP: a palette of 3 million": lambda: bmp((640, 480), 8, 0, b"", 3_000_000),
    }
