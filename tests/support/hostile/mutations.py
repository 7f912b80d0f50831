"""Files that were whole once: bits turned, bytes filled, cut, joined, their lengths changed and
their parts shuffled. The same number makes the same file, whatever came before it."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

# What lengths, counts and sizes are changed to.
ODD = (0, 1, 2, 3, 7, 8, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEAD = 700  # bytes in which most of a file's structure lies
Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutated(run: int, number: int, seeds: Sequence[bytes]) -> bytes:
    """The file of this number in this run: a seed, mutated once to four times."""
    chance = random.Random(f"{run}/{number}")
    data = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(MUTATIONS)(chance, data, seeds) or b"\0"
    return data


def _place(chance: random.Random, data: bytes) -> int:
    """Anywhere, and in half of all cases near the beginning."""
    return chance.randrange(min(len(data), HEAD) if chance.random() < 0.5 else len(data))


def _bits(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _again in range(chance.choice((1, 2, 8, 64))):
        changed[_place(chance, data)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _filled(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at, length = _place(chance, data), chance.choice((1, 2, 4, 16, 300))
    kinds = (bytes(length), b"\xff" * length, chance.randbytes(length))
    return data[:at] + chance.choice(kinds) + data[at + length :]


def _inserted(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at, length = _place(chance, data), chance.choice((1, 2, 4, 300, 70_000))
    stuff = chance.choice((bytes(length), b"\xff" * length, data[at : at + length]))
    return data[:at] + stuff + data[at:]


def _cut(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _place(chance, data)]


def _hole(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.choice((1, 2, 4, 40, 999)) :]


def _joined(chance: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = chance.choice(seeds)
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def _number(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """What may be a length, count, offset or size."""
    at, form = _place(chance, data), chance.choice((">H", "<H", ">I", "<I"))
    size = struct.calcsize(form)
    value = chance.choice((*ODD, len(data), chance.randrange(1 << 16))) & ((1 << 8 * size) - 1)
    return data[:at] + struct.pack(form, value) + data[at + size :]


def _shuffled(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Parts in another order, twice, or left out; of a PNG with checksums that are right."""
    head, parts = split(data)
    if len(parts) < 2:
        return data
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    how = chance.choice(("swap", "twice", "often", "out", "changed"))
    if how == "swap":
        parts[one], parts[other] = parts[other], parts[one]
    elif how in ("twice", "often"):
        parts[other:other] = [parts[one]] * (1 if how == "twice" else 500)
    elif how == "out":
        del parts[one]
    else:
        parts[one] = _bits(chance, parts[one], ())
    return head + b"".join(map(_with_checksum, parts) if _is_png(head) else parts)


def _is_png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG")


def _with_checksum(chunk: bytes) -> bytes:
    if len(chunk) < 12:
        return chunk
    return chunk[:-4] + struct.pack(">I", zlib.crc32(chunk[4:-4]))


def split(data: bytes) -> tuple[bytes, list[bytes]]:
    """The signature, and what a file of a known kind consists of; else blocks of 64 bytes."""
    kinds: tuple[tuple[bytes, int, Callable[[bytes, int], int]], ...] = (
        (b"\x89PNG", 8, lambda data, at: 12 + int.from_bytes(data[at : at + 4], "big")),
        (b"\xff\xd8", 2, lambda data, at: 2 + int.from_bytes(data[at + 2 : at + 4], "big")),
        (b"RIFF", 12, lambda data, at: 8 + int.from_bytes(data[at + 4 : at + 8], "little")),
        (b"ftyp", 0, lambda data, at: int.from_bytes(data[at : at + 4], "big")),
    )
    for signature, start, length in kinds:
        if data.startswith(signature) or data[4:8] == signature:
            return data[:start], _parts(data, start, length)
    return data[:8], _parts(data, 8, lambda _data, _at: 64)


def _parts(data: bytes, at: int, length: Callable[[bytes, int], int]) -> list[bytes]:
    found: list[bytes] = []
    while at < len(data) and len(found) < 5_000:
        end = at + max(1, length(data, at))
        found.append(data[at:end])
        at = end
    return found


MUTATIONS: tuple[Mutation, ...] = (
    _bits,
    _filled,
    _inserted,
    _cut,
    _hole,
    _joined,
    _number,
    _number,
    _shuffled,
)
