"""TIFFs of kinds that Pillow does not write, of the portrait's size unless told."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from tests.support import field_pictures as field

WIDTH, HEIGHT, BITS, COMPRESSION, COLOURS, SAMPLES, PLANES, FORMAT = (
    *(256, 257, 258, 259, 262, 277, 284, 339),
)
STRIPS, TILES = (273, 279), (324, 325)
ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT = 278, 322, 323
SHORT, LONG = 3, 4
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


@dataclass(frozen=True)
class Layout:
    """tile           width and height, or None for strips
    rows           of a strip
    planar         each sample's strips or tiles for themselves
    left_out       so many strips or tiles, the last ones, are not in the file
    sparse         and so many more have the offset and the size 0
    tags_first     the directory lies before the pixels
    """

    tile: tuple[int, int] | None = None
    rows: int = 64
    planar: bool = False
    left_out: int = 0
    sparse: int = 0
    tags_first: bool = False
    order: str = "<"
    colours: int | None = None


def grey(bits: int = 8, *, negative: bool = False, signed: bool = False) -> Pixels:
    """The portrait's samples of so many bits."""
    samples = np.asarray(field.stored().convert("L")).astype(np.float64) / 255
    samples = 1 - samples if negative else samples
    most = 2 ** (bits - signed) - 1
    whole = np.round(samples * most).astype(np.int64)
    kind = f"{'i' if signed else 'u'}{4 if bits > 16 else 2 if bits > 8 else 1}"
    made: Pixels = whole.astype(kind)
    return made


def packed(rows: Pixels, bits: int, order: str) -> bytes:
    """Each row's samples, the highest bit first, filled up to whole bytes."""
    if bits in (16, 32):
        return rows.astype(rows.dtype.newbyteorder("<" if order == "<" else ">")).tobytes()
    places = np.arange(bits - 1, -1, -1)
    flat = rows.reshape(len(rows), -1).astype(np.int64)
    spread = (flat[..., None] >> places & 1).reshape(len(rows), -1).astype(np.uint8)
    return np.packbits(spread, axis=1).tobytes()


def parts(pixels: Pixels, layout: Layout) -> list[Pixels]:
    """The strips or tiles, plane by plane."""
    planes = np.split(pixels, pixels.shape[2], axis=2) if layout.planar else [pixels]
    found = []
    for plane in planes:
        if layout.tile is None:
            rows = layout.rows
            found += [plane[top : top + rows] for top in range(0, len(plane), rows)]
            continue
        across, down = layout.tile
        for top in range(0, plane.shape[0], down):
            for left in range(0, plane.shape[1], across):
                tile = plane[top : top + down, left : left + across]
                missing = ((0, down - tile.shape[0]), (0, across - tile.shape[1]))
                found.append(np.pad(tile, (*missing, *((0, 0),) * (tile.ndim - 2))))
    return found


def tiff(pixels: Pixels, bits: int = 8, layout: Layout | None = None) -> bytes:
    """Uncompressed."""
    layout = layout or Layout()
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    bodies = [packed(each, bits, layout.order) for each in parts(pixels, layout)]
    bodies = bodies[: len(bodies) - layout.left_out]
    there = len(bodies) - layout.sparse
    colours = layout.colours if layout.colours is not None else (2 if samples == 3 else 1)
    offsets_tag, sizes_tag = TILES if layout.tile else STRIPS
    tags: dict[int, tuple[int, list[int]]] = {
        WIDTH: (LONG, [pixels.shape[1]]),
        HEIGHT: (LONG, [pixels.shape[0]]),
        BITS: (SHORT, [bits] * samples),
        COMPRESSION: (SHORT, [1]),
        COLOURS: (SHORT, [colours]),
        SAMPLES: (SHORT, [samples]),
        PLANES: (SHORT, [2 if layout.planar else 1]),
        FORMAT: (SHORT, [2 if pixels.dtype.kind == "i" else 1] * samples),
        offsets_tag: (LONG, [0] * len(bodies)),
        sizes_tag: (LONG, [len(each) for each in bodies[:there]] + [0] * layout.sparse),
    }
    if layout.tile:
        tags |= {TILE_WIDTH: (LONG, [layout.tile[0]]), TILE_HEIGHT: (LONG, [layout.tile[1]])}
    else:
        tags[ROWS_PER_STRIP] = (LONG, [layout.rows])
    used = sum(len(each) for each in bodies[:there])
    directory_at = 8 if layout.tags_first else 8 + used + used % 2
    first = 8 + len(directory(tags, 0, layout.order)) if layout.tags_first else 8
    ends = np.cumsum([first, *(len(each) for each in bodies[:there])]).tolist()
    tags[offsets_tag] = (LONG, ends[:-1] + [0] * layout.sparse)
    head = (b"II*\0" if layout.order == "<" else b"MM\0*") + struct.pack(
        f"{layout.order}I", directory_at
    )
    body, written = b"".join(bodies[:there]), directory(tags, directory_at, layout.order)
    if layout.tags_first:
        return head + written + body
    return head + body + bytes(used % 2) + written


def directory(tags: dict[int, tuple[int, list[int]]], at: int, order: str) -> bytes:
    """The tags, and behind them the values that have no place in them."""
    letters = {SHORT: "H", LONG: "I"}
    values_at, values, entries = at + 2 + 12 * len(tags) + 4, b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        value = struct.pack(f"{order}{len(numbers)}{letters[kind]}", *numbers)
        if len(value) > 4:
            place = struct.pack(f"{order}I", values_at + len(values))
            values += value + bytes(len(value) % 2)
        else:
            place = value.ljust(4, b"\0")
        entries += struct.pack(f"{order}HHI", tag, kind, len(numbers)) + place
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + values
