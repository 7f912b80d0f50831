"""The boxes of an ISO base media file (ISO/IEC 14496-12), as HEIC and AVIF are."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_DERIVED_FROM = b"dimg"  # ISO/IEC 23008-12 §6.6: what a grid or an overlay is put together from


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start and end of its body) of each box of an ISO base media file."""
    while start + 8 <= end:
        (size,) = struct.unpack_from(">I", data, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        stop = start + size if size else end
        if not body <= stop <= end:
            return
        yield data[start + 4 : start + 8], body, stop
        start = stop


def grid_references(data: bytes) -> Iterator[tuple[int, ...]]:
    """The items that each derived picture is made of (ISO/IEC 14496-12 §8.11.12)."""
    for name, start, end in boxes(data, 0, len(data)):
        if name != b"meta":
            continue
        for inner, inner_start, inner_end in boxes(data, start + 4, end):
            if inner == b"iref":
                yield from _references(data, inner_start, inner_end)


def _references(data: bytes, start: int, end: int) -> Iterator[tuple[int, ...]]:
    form = "I" if data[start] else "H"  # by its version
    size = struct.calcsize(form)
    for name, body, _ in boxes(data, start + 4, end):
        if name == _DERIVED_FROM:
            (count,) = struct.unpack_from(">H", data, body + size)
            yield struct.unpack_from(f">{count}{form}", data, body + size + 2)
