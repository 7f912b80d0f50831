"""Stage 1: a file's bytes → an upright RGB picture of working size.

The bytes are a stranger's: they are decoded in a cell, a process with limits (decoding/cell.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from facecompare.config import WORKING_WIDTH_PX
from facecompare.decoding.cell import decode_in_cell
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.task import DecodingTask, Raster
from facecompare.engines.protocol import Box, Scaling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points
    from facecompare.options import Waiter

WORTHWHILE = 1.5  # so many times more pixels are worth another look


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo as it arrived: its bytes, and what its sender says they are.

    `name` and `content_type` are claims; the bytes' own signature decides.
    """

    data: bytes
    name: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """Upright pixels at working size. Frozen; `pixels` is read-only.

    pixels         height × width × 3, uint8, RGB
    width, height  of the photo as a viewer shows it (EXIF orientation applied), px
    quarter_turns  how often `pixels` were turned 90° counter-clockwise away from that view
    false_claim    how its name or content type contradicts its bytes; empty where they do not
    again          decodes the photo once more, with other `pixels` than these
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    sha256: str
    quarter_turns: int = 0
    false_claim: str = ""
    again: Callable[..., DecodedImage] | None = None

    def turned(self, quarter_turns: int) -> DecodedImage:
        """The same photo with its working pixels turned counter-clockwise."""
        if quarter_turns == 0:
            return self
        pixels = np.ascontiguousarray(np.rot90(self.pixels, quarter_turns))
        pixels.flags.writeable = False
        return replace(self, pixels=pixels, quarter_turns=(self.quarter_turns + quarter_turns) % 4)

    def enlarged(self, pixels: int) -> DecodedImage | None:
        """The same photo in the same turn with so many working pixels, or as many as it has; None
        where it has hardly more than these."""
        here = self.pixels.shape[0] * self.pixels.shape[1]
        if self.again is None or min(pixels, self.width * self.height) < WORTHWHILE * here:
            return None
        return self.again(pixels=pixels).turned(self.quarter_turns)

    def points_in_photo(self, points: Points) -> Points:
        """Working pixels → pixels of the photo as a viewer shows it; both are (x, y) rows."""
        height, width = self.pixels.shape[:2]
        x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
        for _ in range(self.quarter_turns):  # undo one counter-clockwise turn at a time
            x, y, width, height = height - y, x, height, width
        return np.stack([x * self.width / width, y * self.height / height], axis=1).astype(
            np.float32
        )

    def box_in_photo(self, box: Box) -> Box:
        """As `points_in_photo`, for a box."""
        right, bottom = box.left + box.width, box.top + box.height
        corners = np.array([[box.left, box.top], [right, bottom]], dtype=np.float32)
        (x0, y0), (x1, y1) = np.sort(self.points_in_photo(corners), axis=0).tolist()
        return Box(x0, y0, x1 - x0, y1 - y0)


def decode(
    photo: Photo,
    limits: ImageLimits,
    working_width: int = WORKING_WIDTH_PX,
    scaling: Scaling = Scaling.CAREFUL,
    pixels: int | None = None,
    waiter: Waiter | None = None,
) -> DecodedImage:
    """The photo's pixels, upright, RGB, `working_width` wide (less if it is very tall); or so many
    `pixels`, but no more than it has.

    Raises  EmptyImage, ImageTooLarge, UnsupportedImage, MislabelledImage, TooManyPixels,
            ImageTooSmall, ImageTooCostly, DamagedImage; NobodyWaits.
    """
    quick = scaling is Scaling.QUICK
    task = DecodingTask(limits, photo.name, photo.content_type, working_width, pixels, quick)
    raster = _decoded(photo.data, task, waiter)
    array = np.frombuffer(raster.samples, np.uint8).reshape(raster.rows, raster.columns, 3)
    array.flags.writeable = False
    return DecodedImage(
        pixels=array,
        width=raster.photo_width,
        height=raster.photo_height,
        sha256=hashlib.sha256(photo.data).hexdigest(),
        false_claim=raster.false_claim,
        again=partial(decode, photo, limits, scaling=scaling, waiter=waiter),
    )


def _decoded(data: bytes, task: DecodingTask, waiter: Waiter | None) -> Raster:
    if task.limits.cell:
        return decode_in_cell(data, task, waiter.ended_by if waiter else None)
    from facecompare.decoding.rasterize import rasterize

    return rasterize(data, task)
