"""The packed manifest of a batch in AWS: all of its pairs, checked, in one object.

A worker reads any chunk of it in two small requests:

    (total + 1) offsets, 8 bytes each, big-endian, counted from the end of the offsets
    total lines, each the JSON list of a pair's two keys, and those of further reference photos,
    empty where one is left out
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from facecompare.batches.chunk import MAX_PAIRS, Chunk
from facecompare.batches.pairs_file import FURTHER, Pair, read_pairs
from facecompare.errors import BadManifest
from facecompare.uploads.grants import PHOTOS_PREFIX, is_upload

_OFFSET = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class PackedManifest:
    """The object's bytes, how many pairs it holds, and the first of its photos."""

    data: bytes
    total: int
    first_photos: dict[str, int]
    """key → the first pair that names it"""


def pack_manifest(text: str, bucket: str, *, any_key: bool, photo_limit: int) -> PackedManifest:
    """The packed manifest of a pairs file's text, whose photos lie in this bucket.

    With `any_key` it may name keys below photos/ as well as uploads, whose names nobody guesses.
    At most `photo_limit` keys are in `first_photos`.

    Raises  BadManifest.
    """
    lines: list[bytes] = []
    photos: dict[str, int] = {}
    for pair in _distinct(_with_keys(read_pairs(text.splitlines(keepends=True)), bucket, any_key)):
        if pair.number > MAX_PAIRS:
            raise BadManifest(
                f"the pairs file has more than {MAX_PAIRS:,} pairs; send it as several batches"
            )
        keys = [pair.image1, pair.image2, *pair.further]
        lines.append(json.dumps(keys, ensure_ascii=False).encode())
        for key in pair.photos.values():
            if len(photos) < photo_limit:
                photos.setdefault(key, pair.number)
    return PackedManifest(_pack(lines), len(lines), photos)


def _pack(lines: list[bytes]) -> bytes:
    offsets = bytearray()  # a million of them as objects would need much memory
    for end in accumulate(map(len, lines), initial=0):
        offsets += _OFFSET.pack(end)
    return b"".join((offsets, *lines))


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
    return [_pair(number, *json.loads(text)) for number, text in enumerate(texts, chunk.first)]


def _pair(number: int, image1: str, image2: str, *further: str) -> Pair:
    return Pair(number, image1, image2, further)


def _with_keys(pairs: Iterable[Pair], bucket: str, any_key: bool) -> Iterator[Pair]:
    for pair in pairs:
        keys = {
            field: _key(f"pair {pair.number}: {field}", name, bucket, any_key)
            for field, name in pair.photos.items()
        }
        further = tuple(keys.get(field, "") for field in FURTHER[: len(pair.further)])
        yield Pair(pair.number, keys["image1"], keys["image2"], further)


def _key(where: str, name: str, bucket: str, any_key: bool) -> str:
    key = _key_in(where, name, bucket) if "://" in name else name
    if not is_upload(key) and not (any_key and key.startswith(PHOTOS_PREFIX)):
        raise BadManifest(
            f"{where} is {name[:80]!r}; expected a name that POST /api/uploads gave or, with an "
            f"admin's key, an object below {PHOTOS_PREFIX}"
        )
    return key


def _key_in(where: str, url: str, bucket: str) -> str:
    scheme, _, rest = url.partition("://")
    found, _, key = rest.partition("/")
    if scheme != "s3" or found != bucket:
        raise BadManifest(
            f"{where} lies in {f'{scheme}://{found}'[:80]!r}; expected this installation's upload "
            "bucket"
        )
    return key


def _distinct(pairs: Iterable[Pair]) -> Iterator[Pair]:
    first_numbers: dict[bytes, int] = {}  # by digest: a million pairs of names need much memory
    for pair in pairs:
        names = "\0".join(
            (*sorted((pair.image1, pair.image2)), *sorted(filter(None, pair.further)))
        )
        digest = hashlib.blake2b(names.encode(), digest_size=16).digest()
        first = first_numbers.setdefault(digest, pair.number)
        if first != pair.number:
            raise BadManifest(
                f"pair {pair.number} is pair {first} again ({pair.image1[:80]!r} and "
                f"{pair.image2[:80]!r}); expected each pair once"
            )
        yield pair
