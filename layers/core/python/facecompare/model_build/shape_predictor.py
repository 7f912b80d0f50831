"""dlib's shape predictors → one compact file of arrays, which is mapped into memory, not parsed.

Source  dlib 20.0.1, dlib/image_processing/shape_predictor.h and dlib/serialize.h. From its first
        byte to its last the file is integers: a vector is its length and its items, a column of a
        matrix −rows, −1 and its items, a float its mantissa and its binary exponent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from facecompare.errors import ModelFileDamaged
from facecompare.model_build.layers import REINSTALL, Floats

VERSION = 1
BLOCK_BYTES = 1 << 14  # of the file, taken apart at once
LONGEST_NUMBER_BYTES = 3  # of a magnitude: a float32's mantissa; dlib itself allows 8
LARGEST_EXPONENT = 128  # of a float32, and of its mantissa's last bit
LARGEST_DIFFERENCE = 255  # of two grey values
LARGEST_EXACT_BYTES = 16 << 20  # leaves that take more are rounded to 16 bits
INT16_MAX = 32767

Integers = NDArray[np.int32]


def build_shape_predictor(dat: bytes) -> bytes:
    """The predictor as arrays in NumPy's .npy form, one behind the other, in this order:

    shape       float32 [points, 2]                  the mean face, (x, y); its box is 0 … 1
    anchors     uint16 [cascades, pixels]            the point that each sampled pixel is near to
    deltas      float32 [cascades, pixels, 2]        where it lies from there
    splits      uint16 [cascades, trees, nodes, 2]   the two pixels that a node compares
    thresholds  int16 [cascades, trees, nodes]       left if first − second > threshold
    scales      float32 [cascades]                   what leaves are multiplied by
    leaves      [cascades, trees, nodes + 1, points × 2], float32, or int16 where that would be
                larger than LARGEST_EXACT_BYTES      how the points move

    Raises  ModelFileDamaged.
    """
    stream = _Stream(np.concatenate([np.zeros(0, np.int32), *_integers(dat)]))
    stream.expect(VERSION, "version")
    shape = stream.column()
    forests = [_forest(stream, len(shape)) for _ in range(stream.count())]
    anchors, deltas = _pixels(stream, forests, len(shape) // 2)
    leaves, scales = _compact(stream.stacked([forest.leaves for forest in forests]))
    return _serialised(
        shape.reshape(-1, 2),
        anchors.astype(np.uint16),
        deltas,
        stream.stacked([forest.splits for forest in forests]).astype(np.uint16),
        stream.stacked([forest.thresholds for forest in forests]),
        scales,
        leaves,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Forest:
    splits: Integers  # trees × nodes × 2
    thresholds: NDArray[np.int16]  # trees × nodes
    leaves: Floats  # trees × leaves × values


def _forest(stream: _Stream, values: int) -> _Forest:
    """Trees of one depth take as many integers each, so a table with a row for each holds them."""
    trees, nodes = stream.count(), stream.peek()
    leaves, leaf_size = nodes + 1, 2 + 2 * values
    if nodes < 1 or nodes & leaves:
        stream.refuse(f"a tree with {nodes} nodes")
    tree_size = 1 + 4 * nodes + 1 + leaves * leaf_size
    table = stream.take(trees * tree_size).reshape(trees, tree_size)
    splits = table[:, 1 : 1 + 4 * nodes].reshape(trees, nodes, 4)
    ends = table[:, 2 + 4 * nodes :].reshape(trees, leaves, leaf_size)
    sizes = np.column_stack([table[:, 0], table[:, 1 + 4 * nodes]])
    if (sizes != (nodes, leaves)).any() or (ends[..., :2] != (-values, -1)).any():
        stream.refuse("trees of different sizes")
    thresholds = np.floor(stream.as_floats(splits[..., 2:]))  # differences are whole numbers
    return _Forest(
        splits[..., :2],
        thresholds.clip(-LARGEST_DIFFERENCE - 1, LARGEST_DIFFERENCE).astype(np.int16),
        stream.as_floats(ends[..., 2:].reshape(trees, leaves, values, 2)),
    )


def _pixels(stream: _Stream, forests: list[_Forest], points: int) -> tuple[Integers, Floats]:
    """Anchors and deltas of the sampled pixels, the last that the file holds."""
    stream.expect(len(forests), "number of lists of anchors")
    anchors = stream.stacked([stream.take(stream.count()) for _ in forests])
    stream.expect(len(forests), "number of lists of distances")
    deltas = stream.stacked([stream.floats(2 * stream.count()) for _ in forests])
    stream.expect_end()
    if deltas.size != 2 * anchors.size:
        stream.refuse(f"{anchors.size} anchors and {deltas.size // 2} distances")
    if not 0 <= anchors.min() <= anchors.max() < points:
        stream.refuse(f"a pixel near point {anchors.max()} of {points}")
    pixels = anchors.shape[1]
    if any(not 0 <= forest.splits.min() <= forest.splits.max() < pixels for forest in forests):
        stream.refuse(f"a node that compares others than the {pixels} sampled pixels")
    return anchors, deltas.reshape(*anchors.shape, 2)


def _compact(leaves: Floats) -> tuple[NDArray[Any], Floats]:
    """(leaves, scales); of whole numbers the sum over all trees is exact, only leaves are rounded."""
    if leaves.nbytes <= LARGEST_EXACT_BYTES:
        return leaves, np.ones(len(leaves), dtype=np.float32)
    scales = np.abs(leaves).max(axis=(1, 2, 3)) / np.float32(INT16_MAX)
    rounded = np.rint(leaves / scales[:, None, None, None])
    return rounded.astype(np.int16), scales


def _serialised(*arrays: NDArray[Any]) -> bytes:
    file = BytesIO()
    for array in arrays:
        np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0))
    return file.getvalue()


class _Stream:
    """The file's integers, taken one part after the other; no length is believed."""

    def __init__(self, integers: Integers) -> None:
        self._integers = integers
        self._at = 0

    def take(self, count: int) -> Integers:
        left = len(self._integers) - self._at
        if not 0 <= count <= left:
            self.refuse(f"{count:,} numbers announced and {left:,} left")
        self._at += count
        return self._integers[self._at - count : self._at]

    def peek(self) -> int:
        number = int(self.take(1)[0])
        self._at -= 1
        return number

    def count(self) -> int:
        """How many items follow; nothing in this file is empty."""
        count = int(self.take(1)[0])
        if count < 1:
            self.refuse(f"a length of {count}")
        return count

    def column(self) -> Floats:
        """A matrix with one column."""
        rows, columns = (int(number) for number in self.take(2))
        if rows >= 0 or rows % 2 or columns != -1:
            self.refuse(f"a mean face of {-rows} × {-columns} values")
        return self.floats(-rows)

    def floats(self, count: int) -> Floats:
        return self.as_floats(self.take(2 * count).reshape(-1, 2))

    def as_floats(self, numbers: Integers) -> Floats:
        """[…, 2] mantissas and exponents → […]."""
        mantissas, exponents = numbers[..., 0], numbers[..., 1]
        largest = int(np.abs(exponents).max())
        if largest > LARGEST_EXPONENT:
            self.refuse(f"a number with the exponent ±{largest}")
        return np.ldexp(mantissas.astype(np.float32), exponents)

    def stacked(self, arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        if len({array.shape for array in arrays}) > 1:
            self.refuse("cascades of different sizes")
        return np.stack(arrays)

    def expect(self, wanted: int, what: str) -> None:
        found = int(self.take(1)[0])
        if found != wanted:
            self.refuse(f"{found} as {what}")

    def expect_end(self) -> None:
        left = len(self._integers) - self._at
        if left:
            self.refuse(f"{left:,} numbers behind its end")

    def refuse(self, found: str) -> NoReturn:
        raise _damaged(f"{found}, before number {self._at:,} of {len(self._integers):,}")


def _integers(data: bytes) -> Iterator[Integers]:
    """All integers of the file, block by block."""
    at, octets = 0, np.frombuffer(data, dtype=np.uint8)
    while at < len(data):
        block = octets[at : at + BLOCK_BYTES]
        starts = _starts(block)
        ends = starts + 1 + (block[starts] & 0x0F)
        if at + BLOCK_BYTES < len(data):  # what the block cuts through belongs to the next one
            starts, ends = starts[ends <= len(block)], ends[ends <= len(block)]
        lengths, flags = block[starts] & 0x0F, block[starts] & 0x70
        wrong = (
            (lengths < 1) | (lengths > LONGEST_NUMBER_BYTES) | (flags != 0) | (ends > len(block))
        )
        if wrong.any():
            raise _damaged(f"no number at byte {at + int(starts[wrong.argmax()]):,}")
        yield _values(block, starts, lengths)
        at += int(ends[-1])


def _starts(block: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Where integers begin, if one begins at 0.

    Each begins where the one before it ends. Instead of going from one to the next: once the first
    2ⁿ are known, and how far 2ⁿ integers lead from any place, the next 2ⁿ are too.
    """
    end = len(block)
    places = np.arange(end + 1, dtype=np.int32)
    leap = np.minimum(places + 1 + np.append(block & 0x0F, 0), end).astype(np.int32)
    starts = np.zeros(1, dtype=np.int32)
    while starts[-1] < end:
        starts = np.concatenate([starts, leap[starts]])
        leap = leap[leap]
    return starts[: np.searchsorted(starts, end)]


def _values(
    block: NDArray[np.uint8], starts: NDArray[np.int32], lengths: NDArray[np.uint8]
) -> Integers:
    values = np.zeros(len(starts), dtype=np.int32)
    for index in range(LONGEST_NUMBER_BYTES):
        longer = lengths > index
        values[longer] |= block[starts[longer] + 1 + index].astype(np.int32) << 8 * index
    return np.where(block[starts] & 0x80, -values, values)


def _damaged(found: str) -> ModelFileDamaged:
    return ModelFileDamaged(f"this is no dlib shape predictor: {found}; {REINSTALL}")
