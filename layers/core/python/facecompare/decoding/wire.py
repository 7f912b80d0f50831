"""Messages between a cell and its owner: a head in JSON, and a body of bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

LENGTHS = struct.Struct(">II")  # of the head and of the body

Head = Mapping[str, Any]


def write_message(sink: IO[bytes], head: Head, body: bytes | bytearray) -> None:
    """Raises  OSError when nobody reads."""
    text = json.dumps(head).encode()
    sink.write(LENGTHS.pack(len(text), len(body)) + text)
    sink.write(body)
    sink.flush()


def read_message(source: IO[bytes]) -> tuple[dict[str, Any], bytearray]:
    """Raises  EOFError when no whole message comes any more."""
    head, body = LENGTHS.unpack(_exactly(source, LENGTHS.size))
    return json.loads(_exactly(source, head)), _exactly(source, body)


def _exactly(source: IO[bytes], length: int) -> bytearray:
    buffer = bytearray(length)
    view, filled = memoryview(buffer), 0
    while filled < length:
        count = source.readinto(view[filled:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError(f"found {filled:,} bytes of a message; expected {length:,}")
        filled += count
    return buffer
