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
from facecompare.decoding.task import DecodingTask, Raster, scale_down
from facecompare.engines.protocol import Box, Scaling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points
    from facecompare.options import Waiter

MOST_PIXELS = 4_320_000  # that a photo is looked at with
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
    again          gives the photo with so many `pixels` instead of these; None where they are not
                   wanted
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    sha256: str
    quarter_turns: int = 0
    false_claim: str = ""
    again: Callable[[int], DecodedImage] | None = None

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
        return self.again(pixels).turned(self.quarter_turns)

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
    larger: int = MOST_PIXELS,
    waiter: Waiter | None = None,
) -> DecodedImage:
    """The photo's pixels, upright, RGB, `working_width` wide (less if it is very tall); it can be
    enlarged to no more than `larger` pixels.

    Raises  EmptyImage, ImageTooLarge, UnsupportedImage, MislabelledImage, TooManyPixels,
            ImageTooSmall, ImageTooCostly, DamagedImage; NobodyWaits.
    """
    task = DecodingTask(
        limits,
        photo.name,
        photo.content_type,
        working_width,
        larger=larger,
        quick=scaling is Scaling.QUICK,
    )
    return _decoded_image(photo.data, task, waiter, hashlib.sha256(photo.data).hexdigest())


def _decoded_image(
    data: bytes, task: DecodingTask, waiter: Waiter | None, sha256: str
) -> DecodedImage:
    raster = _decoded(data, task, waiter)
    image = DecodedImage(
        pixels=_picture(raster, 0),
        width=raster.photo_width,
        height=raster.photo_height,
        sha256=sha256,
        false_claim=raster.false_claim,
    )
    if not task.larger:
        return image
    if len(raster.sizes) > 1:  # a heavy photo's larger picture, which has come along
        return replace(image, again=partial(_reduced, image, _picture(raster, 1)))
    return replace(
        image,
        again=lambda pixels: _decoded_image(data, replace(task, pixels=pixels), waiter, sha256),
    )


def _picture(raster: Raster, place: int) -> NDArray[np.uint8]:
    """Read-only."""
    before = sum(rows * columns for rows, columns in raster.sizes[:place])
    rows, columns = raster.sizes[place]
    samples = np.frombuffer(raster.samples, np.uint8, 3 * rows * columns, 3 * before)
    samples.flags.writeable = False
    return samples.reshape(rows, columns, 3)


def _reduced(image: DecodedImage, larger: NDArray[np.uint8], pixels: int) -> DecodedImage:
    """With so many of the `larger` picture's pixels."""
    from PIL import Image

    rows, columns = larger.shape[:2]
    scale = scale_down(pixels, rows * columns)
    reduced = larger
    if scale < 1:
        size = (round(scale * columns), round(scale * rows))
        reduced = np.asarray(Image.fromarray(larger).resize(size, Image.Resampling.LANCZOS))
    return replace(image, pixels=reduced, again=partial(_reduced, image, larger))


def _decoded(data: bytes, task: DecodingTask, waiter: Waiter | None) -> Raster:
    if task.limits.cell:
        return decode_in_cell(data, task, waiter.ended_by if waiter else None)
    from facecompare.decoding.rasterize import rasterize

    return rasterize(data, task)
