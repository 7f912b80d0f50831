"""dlib's tiled image pyramid: a picture and its smaller copies, side by side in one array.

The tiles lie exactly where dlib puts them, because the network looks over their edges.

Source  dlib 20.0.1: impl::compute_tiled_image_pyramid_details and pyramid_down<6> in
        dlib/image_transforms/image_pyramid.h, input_rgb_image_pyramid in dlib/dnn/input.h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dlib
import numpy as np

from facecompare.engines.cards import PIXEL_SCALE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels

LEVEL_RATIO = (5, 6)  # pyramid_down<6>: each level is 5/6 of the one before
MIN_HEIGHT_PX = 5  # lower levels are left out
TILE_GAP_PX = 10
BORDER_PX = 11


@dataclass(frozen=True, slots=True)
class Tile:
    """Where one level lies in the pyramid, px."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All tiles, largest first, and the size of the whole."""

    tiles: tuple[Tile, ...]
    width: int
    height: int


def tiled_pyramid(
    pixels: Pixels, mean_rgb: tuple[float, float, float], layout: Layout
) -> NDArray[np.float32]:
    """[1, 3, H, W] of (RGB − mean) / 256, with zeros between the tiles of the layout."""
    canvas = np.zeros((1, 3, layout.height, layout.width), dtype=np.float32)
    for channel, mean in enumerate(mean_rgb):
        level = (pixels[:, :, channel].astype(np.float32) - np.float32(mean)) * np.float32(
            PIXEL_SCALE
        )
        for tile in layout.tiles:
            if level.shape != (tile.height, tile.width):
                level = dlib.resize_image(level, tile.height, tile.width)
            rows = slice(tile.top, tile.top + tile.height)
            canvas[0, channel, rows, tile.left : tile.left + tile.width] = level
    return canvas


def lay_out(width: int, height: int) -> Layout:
    """The first column runs down from the picture; the second, of the smallest, runs up again."""
    sizes = _sizes(width, height)
    column_height, count = _first_column(sizes)
    tiles, top = [], BORDER_PX
    for tile_width, tile_height in sizes[:count]:
        tiles.append(Tile(BORDER_PX, top, tile_width, tile_height))
        top += tile_height + TILE_GAP_PX
    bottom = BORDER_PX + column_height - 1  # of the next tile that goes up, inclusive
    for tile_width, tile_height in sizes[count:]:
        tile = Tile(
            BORDER_PX + width - tile_width, bottom - tile_height + 1, tile_width, tile_height
        )
        if tile.top < BORDER_PX + height:
            break  # it would cover the picture itself
        tiles.append(tile)
        bottom = tile.top - TILE_GAP_PX - 1
    return Layout(tuple(tiles), width + 2 * BORDER_PX, column_height + 2 * BORDER_PX)


def _sizes(width: int, height: int) -> list[tuple[int, int]]:
    smaller, larger = LEVEL_RATIO
    rate = smaller / larger
    sizes = [(width, height)]
    while True:
        width, height = int(rate * width), int(rate * height)
        if width * height == 0 or height < MIN_HEIGHT_PX:
            return sizes
        sizes.append((width, height))


def _first_column(sizes: list[tuple[int, int]]) -> tuple[int, int]:
    """(height, number of tiles): it ends where a tile fits beside the one before it, halfway."""
    whole = sum(height + TILE_GAP_PX for _, height in sizes) - 2 * TILE_GAP_PX
    width, first = sizes[0]
    column, previous_width = 0, 0
    for count, (tile_width, tile_height) in enumerate(sizes):
        fits_beside = tile_width <= width - previous_width - TILE_GAP_PX
        if fits_beside and (column - first) * 2 >= whole - first:
            return column - TILE_GAP_PX, count
        column += tile_height + TILE_GAP_PX
        previous_width = tile_width
    return column - TILE_GAP_PX, len(sizes)
