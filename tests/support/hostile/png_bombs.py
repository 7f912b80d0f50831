"""PNGs that cost far more than their bytes (PNG, 3rd edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import partial

from tests.support import pictures

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}
VAST = (8_000, 6_400)
ROOM = 14_000_000


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def zeros(number: int) -> bytes:
    """So many zero bytes, deflated (RFC 1950, 1951): the same block of a mebibyte again and again,
    and Adler-32's sum of zeros."""
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    whole, rest = divmod(number, 1 << 20)
    if not whole:
        return zlib.compress(bytes(number), 9)
    packer = zlib.compressobj(9, wbits=-15)
    tail = packer.compress(bytes(rest)) + packer.flush()
    return head + block * (whole - 1) + tail + struct.pack(">HH", number % 65_521, 1)


def flat(
    size: tuple[int, int],
    depth: int,
    colour: int,
    *,
    interlaced: bool = False,
    extra: bytes = b"",
    share: float = 1.0,
) -> bytes:
    """Black, or of the first colour of a palette."""
    width, height = size
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    row = 1 + -(-width * depth * SAMPLES[colour] // 8)
    raw = row * height + (width + height if interlaced else 0)
    palette = chunk(b"PLTE", bytes(768)) if colour == PALETTE else b""
    data = zeros(raw)
    data = data[: round(share * len(data))]
    return SIGNATURE + b"".join(
        (chunk(b"IHDR", header), palette, extra, chunk(b"IDAT", data), chunk(b"IEND"))
    )


def with_chunks(stuff: bytes, *, behind: bool = False) -> bytes:
    """The portrait with this before its pixels or behind them."""
    data = pictures.encoded(pictures.portrait().resize((320, 400)), "PNG")
    place = data.rindex(b"IEND") - 4 if behind else data.index(b"IDAT") - 4
    return data[:place] + stuff + data[place:]


def text_bomb(name: bytes, head: bytes, compressed: int, times: int = 1) -> bytes:
    """A text or profile of some kB or MB that becomes a thousand times as much."""
    return with_chunks(chunk(name, head + zeros(compressed * 1_000)) * times)


def inflated_pixels() -> bytes:
    """A small picture whose pixels inflate to gigabytes."""
    header = struct.pack(">IIBBBBB", 640, 480, 8, COLOUR, 0, 0, 0)
    data = zeros(2_000_000_000)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND")


def animated(frames: int, size: tuple[int, int] = VAST) -> bytes:
    """APNG: the picture, and so many frames of one pixel."""
    one = struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 100, 0, 0)
    later = (chunk(b"fcTL", one) + chunk(b"fdAT", bytes(4) + zeros(4))) * frames
    first = struct.pack(">IIIIIHHBB", 0, *size, 0, 0, 1, 100, 0, 0)
    control = chunk(b"acTL", struct.pack(">II", frames + 1, 0)) + chunk(b"fcTL", first)
    data = flat(size, 8, COLOUR, extra=control)
    return data[: -len(chunk(b"IEND"))] + later + chunk(b"IEND")


def bombs() -> dict[str, Callable[[], bytes]]:
    kinds = {
        "grey, 1 bit": (1, GREY),
        "grey, 8 bits": (8, GREY),
        "grey, 16 bits": (16, GREY),
        "grey and alpha, 8 bits": (8, GREY_ALPHA),
        "grey and alpha, 16 bits": (16, GREY_ALPHA),
        "palette, 8 bits": (8, PALETTE),
        "colour, 8 bits": (8, COLOUR),
        "colour, 16 bits": (16, COLOUR),
        "colour and alpha, 8 bits": (8, COLOUR_ALPHA),
        "colour and alpha, 16 bits": (16, COLOUR_ALPHA),
    }
    made: dict[str, Callable[[], bytes]] = {}
    for name, (depth, colour) in kinds.items():
        made[f"51 MP, {name}"] = partial(flat, VAST, depth, colour)
        if depth == 16 or colour in (PALETTE, COLOUR):
            made[f"51 MP, {name}, interlaced"] = partial(flat, VAST, depth, colour, interlaced=True)
    transparent = chunk(b"tRNS", bytes(256))
    text = b"Comment\0"
    return made | {
        "10 MP, 240,000 empty chunks": partial(
            flat, (3_840, 2_600), 16, COLOUR_ALPHA, extra=chunk(b"abCd") * 240_000
        ),
        "10 MP, 19,000 empty chunks": partial(
            flat, (3_840, 2_600), 16, COLOUR_ALPHA, extra=chunk(b"abCd") * 19_000
        ),
        "51 MP, palette with alpha": partial(flat, VAST, 8, PALETTE, extra=transparent),
        "51 MP, colour with a clear one": partial(
            flat, VAST, 8, COLOUR, extra=chunk(b"tRNS", bytes(6))
        ),
        "51 MP, half of its pixels": partial(flat, VAST, 16, COLOUR, share=0.5),
        "51 MP, no pixel": partial(flat, VAST, 16, COLOUR_ALPHA, share=0),
        "20,000 px wide, 16 bits": partial(flat, (20_000, 2_500), 16, COLOUR_ALPHA),
        "20,000 px high, 16 bits": partial(flat, (2_500, 20_000), 16, COLOUR_ALPHA),
        "zTXt of 1 GB": partial(text_bomb, b"zTXt", text + b"\0", 1_000_000),
        "iTXt of 1 GB": partial(text_bomb, b"iTXt", text + b"\1\0\0\0", 1_000_000),
        "iCCP of 1 GB": partial(text_bomb, b"iCCP", b"icc\0\0", 1_000_000),
        "1,000 zTXt of 1 MB": partial(text_bomb, b"zTXt", text + b"\0", 1_000, 1_000),
        "1 million tEXt": lambda: with_chunks(chunk(b"tEXt", b"a\0") * 1_000_000),
        "1 million empty IDAT": lambda: with_chunks(chunk(b"IDAT") * 1_000_000),
        "1 million unknown chunks behind": lambda: with_chunks(
            chunk(b"vpAg") * 1_000_000, behind=True
        ),
        "eXIf of 14 MB": lambda: with_chunks(chunk(b"eXIf", b"II*\0" + bytes(ROOM))),
        "sBIT, 1 million": lambda: with_chunks(chunk(b"sBIT", bytes(3)) * 900_000),
        "pixels that inflate to 2 GB": inflated_pixels,
        "APNG of 100,000 frames": partial(animated, 100_000, (640, 480)),
        "APNG, 51 MP": partial(animated, 100),
    }
