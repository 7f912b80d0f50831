"""The chunks of a PNG (PNG, 3rd edition, §5.3): a length, a type, so many bytes, their checksum."""

from __future__ import annotations

import struct
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, and where its bytes begin and end; the last ones may reach beyond the
    file."""
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(data):
        begin = at + 8
        end = begin + struct.unpack_from(">I", data, at)[0]
        yield data[at + 4 : begin], begin, end
        at = end + 4
