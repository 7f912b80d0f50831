"""JPEGs that cost far more than their bytes (ITU-T T.81)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import partial

from tests.support import pictures

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS, ARITHMETIC = 0xC0, 0xC1, 0xC2, 0xC3, 0xC9
ROOM = 14_000_000  # bytes: what is left of the 15 MB that are accepted


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def bits(text: str) -> bytes:
    """Entropy-coded: filled with ones, and a zero byte behind each 0xFF (§F.1.2.3)."""
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")


def _tables(progressive: bool) -> bytes:
    """One code of one bit each: a DC difference of 0; the end of a block, or of 32,767 blocks."""
    one_code = b"\x01" + bytes(15)
    end = b"\xe0" if progressive else b"\0"
    return (
        segment(0xDB, b"\0" + b"\x01" * 64)
        + segment(0xC4, b"\x00" + one_code + b"\0")
        + segment(0xC4, b"\x10" + one_code + end)
    )


def frame(kind: int, size: tuple[int, int], components: int = 1, depth: int = 8) -> bytes:
    width, height = size
    parts = b"".join(bytes([number + 1, 0x11, 0]) for number in range(components))
    return segment(kind, struct.pack(">BHHB", depth, height, width, components) + parts)


def scan(components: Iterable[int], first: int, last: int, data: bytes) -> bytes:
    chosen = list(components)
    parts = b"".join(bytes([each, 0x00]) for each in chosen)
    return segment(0xDA, bytes([len(chosen)]) + parts + bytes([first, last, 0])) + data


def _blocks(size: tuple[int, int]) -> int:
    return -(-size[0] // 8) * -(-size[1] // 8)


def flat(
    size: tuple[int, int],
    *,
    components: int = 1,
    kind: int = BASELINE,
    depth: int = 8,
    scans: int = 1,
    share: float = 1.0,
) -> bytes:
    """Grey in as few bytes as Huffman codes allow; with more scans, the last one again and again,
    and of each only a share of its bytes."""
    every = range(1, components + 1)
    head = SOI + frame(kind, size, components, depth)
    head += _tables(kind == PROGRESSIVE)
    number = _blocks(size)
    if kind == PROGRESSIVE:
        coarse = scan(every, 0, 0, bytes(round(share * -(-number * components // 8))))
        run = bits("0" + "1" * 14)
        fine = scan([1], 1, 63, bits(("0" + "1" * 14) * -(-number // 32_767)) if number else run)
        return head + coarse + fine * scans + EOI
    data = bytes(round(share * -(-number * components * 2 // 8)))
    return head + scan(every, 0, 63, data) * scans + EOI


def portrait_scans(scans: int) -> bytes:
    """The portrait, whose last scan comes again and again."""
    small = pictures.portrait().resize((160, 200))
    data = pictures.encoded(small, "JPEG", progressive=True, quality=70)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + EOI


def split_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive one with a scan for each coefficient, again and again: nothing is repeated
    at once."""
    number = _blocks(size)
    ends = bits(("0" + "1" * 14) * -(-number // 32_767))
    fine = (scan([1], 1 + at % 63, 1 + at % 63, ends) for at in range(scans))
    head = SOI + frame(PROGRESSIVE, size) + _tables(True) + scan([1], 0, 0, bytes(-(-number // 8)))
    return head + b"".join(fine) + EOI


def component_scans(size: tuple[int, int], scans: int) -> bytes:
    """A baseline one, with a scan for one component after the other, again and again."""
    data = bytes(-(-_blocks(size) * 2 // 8))
    every = (scan([1 + at % 3], 0, 63, data) for at in range(scans))
    return SOI + frame(BASELINE, size, 3) + _tables(False) + b"".join(every) + EOI


def between(stuff: bytes, times: int, *, place: str = "first") -> bytes:
    """The portrait with so much of this behind its start, before its scan, in it or at its end."""
    data = pictures.OBAMA.read_bytes()
    at = {
        "first": 2,
        "before the scan": data.index(b"\xff\xda"),
        "in the scan": data.index(b"\xff\xda") + 2_000,
        "last": len(data) - 2,
    }[place]
    return data[:at] + stuff * times + data[at:]


def restarts(number: int) -> bytes:
    """Restart markers and nothing between them, of a picture that has as many intervals."""
    marks = b"".join(bytes([0xFF, 0xD0 + at % 8]) for at in range(8)) * (number // 8)
    size = (8_000, 6_400)
    head = SOI + frame(BASELINE, size) + _tables(False) + segment(0xDD, b"\0\1")
    return head + scan([1], 0, 63, marks) + EOI


def many_profiles() -> bytes:
    """255 parts of one ICC profile (ICC.1, annex B.4)."""
    part = bytes(54_000)
    parts = (b"ICC_PROFILE\0" + bytes([number, 255]) + part for number in range(1, 256))
    return between(b"".join(segment(0xE2, each) for each in parts), 1)


def extended_xmp() -> bytes:
    """XMP of 14 MB in parts (XMP specification part 3, §1.1.3.1)."""
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32
    parts = (head + struct.pack(">II", ROOM, at) + b"<a>" * 21_000 for at in range(0, ROOM, 65_000))
    return between(b"".join(segment(0xE1, each) for each in parts), 1)


def looping_exif() -> bytes:
    """EXIF whose directories name each other, and a tag that takes all there is."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    vast = struct.pack("<HHII", 0x927C, 7, 60_000, 8)
    directory = struct.pack("<H", 4_000) + (entry + vast) * 2_000 + struct.pack("<I", 8)
    return between(segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + directory), 200)


def many_pictures(number: int) -> bytes:
    """MPF with so many pictures, all the same one (CIPA DC-007)."""
    entry = struct.pack("<IIIHH", 0x20030000, 1_000, 0, 0, 0)
    tags = struct.pack("<H", 2) + struct.pack("<HHII", 0xB001, 4, 1, number)
    tags += struct.pack("<HHII", 0xB002, 7, 16 * number, 8 + 2 + 24 + 4) + bytes(4)
    return between(segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + tags + entry * number), 1)


VAST, LARGE = (8_000, 6_400), (4_000, 3_000)


def bombs() -> dict[str, Callable[[], bytes]]:
    made: dict[str, Callable[[], bytes]] = {
        "51 MP, grey": partial(flat, VAST),
        "51 MP, colour": partial(flat, VAST, components=3),
        "51 MP, CMYK": partial(flat, VAST, components=4),
        "51 MP, no pixel": partial(flat, VAST, components=3, share=0),
        "51 MP, progressive colour": partial(flat, VAST, components=3, kind=PROGRESSIVE),
        "51 MP, progressive CMYK": partial(flat, VAST, components=4, kind=PROGRESSIVE),
        "51 MP, progressive, no pixel": partial(
            flat, VAST, components=3, kind=PROGRESSIVE, share=0
        ),
        "20,000 px wide": partial(flat, (20_000, 2_500), components=3),
        "20,000 px high": partial(flat, (2_500, 20_000), components=3),
        "12 bits a sample": partial(flat, LARGE, kind=EXTENDED, depth=12),
        "arithmetic": partial(flat, LARGE, kind=ARITHMETIC),
        "lossless": partial(flat, LARGE, kind=LOSSLESS),
        "255 components": partial(flat, LARGE, components=255),
        "100 scans of 51 MP": partial(flat, VAST, kind=PROGRESSIVE, scans=100),
        "a scan for each of 63 × 20": partial(split_scans, LARGE, 1_260),
        "900 scans, baseline": partial(component_scans, (2_400, 1_600), 900),
        "restart markers, 6 million": partial(restarts, 6_000_000),
        "an ICC profile of 14 MB": many_profiles,
        "XMP of 14 MB": extended_xmp,
        "EXIF that loops": looping_exif,
        "MPF of 4,000 pictures": partial(many_pictures, 4_000),
        "tables, 200,000": partial(between, segment(0xC4, b"\x00" + b"\x01" + bytes(16)), 200_000),
        "restart intervals, 2 million": partial(between, segment(0xDD, b"\0\1"), 2_000_000),
        "comments of 64 kB": partial(between, segment(0xFE, bytes(65_000)), 210),
        "bytes between segments, 14 MB": partial(between, b"\1", ROOM),
        "entropy-coded zeros, 14 MB": partial(between, b"\0", ROOM, place="in the scan"),
    }
    for scans in (1_000, 10_000):
        for size in (LARGE, VAST):
            name = f"{scans:,} scans of {size[0] * size[1] // 10**6} MP"
            made[name] = partial(flat, size, kind=PROGRESSIVE, scans=scans)
    for scans in (1_000, 5_000):
        made[f"{scans:,} scans of the portrait"] = partial(portrait_scans, scans)
    for place in ("first", "before the scan", "in the scan", "last"):
        made[f"14 MB of 0xFF, {place}"] = partial(between, b"\xff", ROOM, place=place)
    for name, marker in {"APP1": 0xE1, "APP14": 0xEE, "comment": 0xFE}.items():
        for place in ("first", "before the scan"):
            stuff = segment(marker, b"")
            made[f"2 million {name} markers, {place}"] = partial(
                between, stuff, 2_000_000, place=place
            )
    return made
