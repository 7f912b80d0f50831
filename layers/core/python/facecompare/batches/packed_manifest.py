"""A batch's manifest in AWS: checked as a whole before anything is made of it, and packed.

Packed, it is one object from which a worker reads any chunk in two small requests:

    (total + 1) offsets, 8 bytes each, big-endian, counted from the end of the offsets
    total lines, each the JSON list of a pair's two keys
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from facecompare.batches.chunk import MAX_PAIRS, Chunk
from facecompare.batches.pairs_file import Pair, read_pairs
from facecompare.errors import BadManifest
from facecompare.uploads.grants import PHOTOS_PREFIX, is_upload

_OFFSET = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class PackedManifest:
    """The object's bytes, how many pairs it holds, and the first of its photos."""

    data: bytes
    total: int
    some_photos: dict[str, int]
    """key → the first pair that names it; of some photos, to look for"""


def packed(text: str, bucket: str, *, any_key: bool, some: int) -> PackedManifest:
    """The manifest of this text, whose photos lie in this bucket.

    With `any_key` keys below photos/ are accepted as well as uploads, whose names nobody guesses.
    `some` says of how many photos the keys are wanted.

    Raises  BadManifest.
    """
    lines: list[bytes] = []
    photos: dict[str, int] = {}
    for pair in _new_pairs(_located(read_pairs(text.splitlines(keepends=True)), bucket, any_key)):
        if pair.number > MAX_PAIRS:
            raise BadManifest(
                f"the manifest has more than {MAX_PAIRS:,} pairs; send it as several batches"
            )
        lines.append(json.dumps([pair.image1, pair.image2], ensure_ascii=False).encode())
        for key in (pair.image1, pair.image2):
            if len(photos) < some:
                photos.setdefault(key, pair.number)
    offsets = bytearray(_OFFSET.pack(0))
    end = 0
    for line in lines:
        end += len(line)
        offsets += _OFFSET.pack(end)
    return PackedManifest(b"".join((offsets, *lines)), len(lines), photos)


def offsets_range(chunk: Chunk) -> tuple[int, int]:
    """The first and the last byte of what `lines_range` needs."""
    return (chunk.first - 1) * _OFFSET.size, (chunk.last + 1) * _OFFSET.size - 1


def lines_range(offsets: bytes, total: int) -> tuple[int, int]:
    """The first and the last byte of the chunk's lines in a manifest of so many pairs."""
    base = (total + 1) * _OFFSET.size
    begin, end = _OFFSET.unpack(offsets[: _OFFSET.size]), _OFFSET.unpack(offsets[-_OFFSET.size :])
    return base + begin[0], base + end[0] - 1


def pairs_in(chunk: Chunk, offsets: bytes, lines: bytes) -> list[Pair]:
    """The chunk's pairs, from its offsets and its lines."""
    places = [place for (place,) in _OFFSET.iter_unpack(offsets)]
    texts = (lines[start - places[0] : end - places[0]] for start, end in pairwise(places))
    return [Pair(number, *json.loads(text)) for number, text in enumerate(texts, chunk.first)]


def _located(pairs: Iterable[Pair], bucket: str, any_key: bool) -> Iterator[Pair]:
    for pair in pairs:
        image1, image2 = (
            _key(pair.number, field, name, bucket, any_key)
            for field, name in (("image1", pair.image1), ("image2", pair.image2))
        )
        yield Pair(pair.number, image1, image2)


def _key(number: int, field: str, name: str, bucket: str, any_key: bool) -> str:
    scheme, separator, rest = name.partition("://")
    key = name
    if separator:
        place, _, key = rest.partition("/")
        if scheme != "s3" or place != bucket:
            raise BadManifest(
                f"pair {number}: {field} lies in {f'{scheme}://{place}'[:80]!r}; photos in this "
                "installation's upload bucket are accepted"
            )
    if not is_upload(key) and not (any_key and key.startswith(PHOTOS_PREFIX)):
        raise BadManifest(
            f"pair {number}: {field} is {name[:80]!r}; the names that POST /api/uploads gives and, "
            f"with an admin's key, objects below {PHOTOS_PREFIX} are accepted"
        )
    return key


def _new_pairs(pairs: Iterable[Pair]) -> Iterator[Pair]:
    seen: dict[bytes, int] = {}  # digests: a million pairs of names would fill the memory
    for pair in pairs:
        names = "\0".join(sorted((pair.image1, pair.image2)))
        digest = hashlib.blake2b(names.encode(), digest_size=16).digest()
        first = seen.setdefault(digest, pair.number)
        if first != pair.number:
            raise BadManifest(
                f"pair {pair.number} is pair {first} again ({pair.image1[:80]!r} and "
                f"{pair.image2[:80]!r}); each pair is accepted once"
            )
        yield pair
