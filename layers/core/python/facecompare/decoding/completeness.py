"""Whether every row of a picture was in its file.

libjpeg and zlib's reader in Pillow give a whole picture of a file that ends early but well-formed:
the rows that are missing are grey, flat or black. `formats.may_lack_rows` sends here what might be
such a picture.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageChops

from facecompare.decoding.jpeg_scans import MARKER
from facecompare.decoding.png_chunks import png_chunks

EOI = b"\xff\xd9"
# Huffman-coded bytes that no picture needs: where rows are missing, they become some.
JUNK = bytes((37 * number + 11) % 251 for number in range(512))
_SCAN = 0xDA
_PART_BYTES = 65_536  # of a PNG's data that are looked at at once, packed and unpacked
# Adam7 (PNG, 3rd edition, §8.2): where each pass begins, and its steps: x, y, across, down.
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG's colour type


def lacks_rows(kind: str, data: bytes, picture: Image.Image) -> bool:
    """Whether rows of this picture, which was decoded from this file, were not in it."""
    if kind == "JPEG":
        return _junk_shows(data, picture)
    width, height = picture.size
    last = picture.crop((0, max(0, height - 2), width, height))  # of two passes, where interlaced
    return kind == "PNG" and not any(last.tobytes()) and _png_lacks_rows(data)


def with_end(data: bytes) -> bytes | None:
    """A JPEG whose end marker is missing, with it; None for one that is no such file."""
    end = _end_of_scans(data)
    if end is None or end < len(data.rstrip(b"\xff")):
        return None
    return data.rstrip(b"\xff") + EOI


def _junk_shows(data: bytes, picture: Image.Image) -> bool:
    """Whether more entropy-coded bytes change the picture: then it lacked some."""
    end = _end_of_scans(data)
    if end is None:
        return True
    with Image.open(BytesIO(data[:end] + JUNK + EOI), formats=("JPEG",)) as other:
        full = other.size
        for by in (8, 4, 2):  # what JPEG's decoder scales by; it rounds up, and `draft` down
            if picture.size == (-(-full[0] // by), -(-full[1] // by)):
                other.draft(picture.mode, (full[0] // by, full[1] // by))
                break
        other.load()
        return ImageChops.difference(picture, other).getbbox() is not None


def _end_of_scans(data: bytes) -> int | None:
    """Where the entropy-coded data of a JPEG's last scan end; None where no scan begins."""
    at, in_scan = 2, False
    while True:
        found = MARKER.search(data, at)
        if found is None:
            return len(data) if in_scan else None
        at = found.start()
        marker = data[at + 1]
        if marker == EOI[1]:
            return at if in_scan else None
        if at + 4 > len(data):
            return at if in_scan else None
        in_scan = in_scan or marker == _SCAN
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _png_lacks_rows(data: bytes) -> bool:
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _SAMPLES[colour]
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    expected = sum(_pass_bytes(width, height, bits, *each) for each in passes)
    found = 0
    for part in _inflated(_idat(data)):
        found += len(part)
        if found >= expected:
            return False
    return True


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """In parts of the same size, whose memory is used again: larger ones take half as long again,
    for the system clears fresh pages."""
    inflater = zlib.decompressobj()
    for chunk in chunks:
        rest = chunk
        while rest:
            yield inflater.decompress(rest, _PART_BYTES)
            rest = inflater.unconsumed_tail


def _pass_bytes(width: int, height: int, bits: int, x: int, y: int, across: int, down: int) -> int:
    columns, rows = -(-(width - x) // across), -(-(height - y) // down)
    return rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0


def _idat(data: bytes) -> Iterator[bytes]:
    for name, begin, end in png_chunks(data):
        if name == b"IDAT":
            for start in range(begin, end, _PART_BYTES):
                yield data[start : min(start + _PART_BYTES, end)]
