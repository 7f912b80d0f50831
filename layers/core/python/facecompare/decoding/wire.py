"""Messages between a cell and its owner: a head in JSON, and a body of bytes.

Pictures go through memory that both have, where the system has such without a file (Linux; Lambda
has no /dev/shm, and needs none for it). Elsewhere they are bodies of messages.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Mapping
from typing import IO, Any

LENGTHS = struct.Struct(">II")  # of the head and of the body

SHARED_BYTES = 16 << 20  # a picture of 5.6 megapixels; a larger one is a message's body

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


class SharedMemory:
    """Memory that a cell writes a picture to and its owner reads it from."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._map = mmap.mmap(descriptor, SHARED_BYTES)

    @classmethod
    def new(cls) -> SharedMemory | None:
        """None where there is none to be had."""
        try:
            descriptor = os.memfd_create("picture")
        except (AttributeError, OSError):
            return None
        try:
            os.ftruncate(descriptor, SHARED_BYTES)
            return cls(descriptor)
        except OSError:  # a limit on files counts for it, too
            os.close(descriptor)
            return None

    def put(self, samples: bytes | bytearray) -> bool:
        """Whether there is room for them."""
        if len(samples) > SHARED_BYTES:
            return False
        self._map[: len(samples)] = samples
        return True

    def take(self, length: int) -> bytearray:
        """A copy of what was put."""
        return bytearray(memoryview(self._map)[:length])

    def close(self) -> None:
        """Give it back."""
        self._map.close()
        os.close(self.descriptor)
