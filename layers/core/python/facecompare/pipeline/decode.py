"""Stage 1: a file's bytes → an upright RGB picture of working size.

Limits are checked on the header, before anything big is allocated. Pillow does the decoding; its
plugins are chosen by the bytes' own signature, so a file cannot pick its decoder by its name.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageFile

from facecompare.config import WORKING_WIDTH_PX, ImageLimits
from facecompare.engines.protocol import Box, Scaling
from facecompare.errors import (
    ImageTooSmall,
    MislabelledImage,
    UnsupportedImage,
)
from facecompare.pipeline.formats import (
    claim_against,
    decoding_error,
    kind_of,
    may_lack_rows,
    opened,
    readable_exif,
)
from facecompare.pipeline.samples import as_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points

# How many times larger than the working size a photo is at least left by JPEG's decoder and by
# averaging, before it is resampled.
REDUCING_GAP = {Scaling.CAREFUL: 2.0, Scaling.QUICK: 1.0}
WORTHWHILE = 1.5  # so many times more pixels are worth another look
MAX_ASPECT = 1.5  # working height by width: 2:3 is the tallest usual photo; taller ones shrink

# Our own limits are checked on the header right after opening and are stricter than this warning.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


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


class _CompleteFiles:
    """Pillow's switch for files that are cut short: off while any thread decodes.

    Other packages in the process may have switched it on for their own pictures, which then would
    make faces of ours that are half grey.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._decoding = 0
        self._theirs = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if self._decoding == 0:
                self._theirs = ImageFile.LOAD_TRUNCATED_IMAGES
                ImageFile.LOAD_TRUNCATED_IMAGES = False
            self._decoding += 1
        try:
            yield
        finally:
            with self._lock:
                self._decoding -= 1
                if self._decoding == 0:
                    ImageFile.LOAD_TRUNCATED_IMAGES = self._theirs


_COMPLETE_FILES = _CompleteFiles()


def decode(
    photo: Photo,
    limits: ImageLimits,
    working_width: int = WORKING_WIDTH_PX,
    scaling: Scaling = Scaling.CAREFUL,
    pixels: int | None = None,
) -> DecodedImage:
    """The photo's pixels, upright, RGB, `working_width` wide (less if it is very tall); or so many
    `pixels`, but no more than it has.

    Raises  EmptyImage, ImageTooLarge, UnsupportedImage, MislabelledImage, TooManyPixels,
            ImageTooSmall, DamagedImage.
    """
    kind = kind_of(photo.data, limits)
    false_claim = claim_against(photo.name, photo.content_type, kind)
    if false_claim and limits.strict:
        raise MislabelledImage(false_claim)
    with _COMPLETE_FILES():
        rgb, width, height = _decoded(
            photo.data, kind, limits, _Size(working_width, pixels), scaling
        )
    array = np.asarray(rgb)
    array.flags.writeable = False
    return DecodedImage(
        pixels=array,
        width=width,
        height=height,
        sha256=hashlib.sha256(photo.data).hexdigest(),
        false_claim=false_claim,
        again=partial(decode, photo, limits, scaling=scaling),
    )


def _decoded(
    data: bytes, kind: str, limits: ImageLimits, size: _Size, scaling: Scaling
) -> tuple[Image.Image, int, int]:
    """The upright picture, and the photo's width and height; where the file as it is cannot be
    decoded, of what is needed of it."""
    failure: Exception | None = None
    for attempt in _attempts(data, kind):
        try:
            return _upright_rgb(opened(attempt, kind, limits), kind, attempt, size, scaling)
        except (UnsupportedImage, ImageTooSmall):
            raise
        # Hostile files make Pillow's plugins raise almost anything: OSError, SyntaxError,
        # ValueError, struct.error, IndexError … All of it means that the file cannot be decoded.
        except Exception as exc:
            failure = failure or exc
    assert failure is not None  # noqa: S101 – there is one attempt at least
    raise decoding_error(kind, data, failure) from failure


def _attempts(data: bytes, kind: str) -> Iterator[bytes]:
    """The file as it is, and then, should it be needed, mended."""
    yield data
    from facecompare.pipeline.completeness import with_end
    from facecompare.pipeline.side_data import without_side_data

    bare = without_side_data(kind, data)
    if bare != data:
        yield bare
    if kind == "JPEG" and (ended := with_end(bare)):
        yield ended


_TRANSPOSE = {  # EXIF 2.32, tag 0x0112: what turns the stored rows upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class _Size:
    """How large a picture is decoded."""

    working_width: int
    pixels: int | None

    def of(self, width: int, height: int) -> tuple[int, int]:
        """For a photo of this width and height."""
        if self.pixels:
            scale = min(1.0, (self.pixels / (width * height)) ** 0.5)
        else:
            scale = min(self.working_width / width, MAX_ASPECT * self.working_width / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


def _upright_rgb(
    image: Image.Image, kind: str, data: bytes, size: _Size, scaling: Scaling
) -> tuple[Image.Image, int, int]:
    if kind != "JPEG":  # PNG may tell its orientation behind its pixels
        image.load()
    orientation = _orientation(image, kind)
    sideways = orientation in (5, 6, 7, 8)
    width, height = image.size[::-1] if sideways else image.size
    target = size.of(width, height)
    rgb = _scaled_rgb(image, target[::-1] if sideways else target, scaling, (kind, data))
    if orientation in _TRANSPOSE:
        rgb = rgb.transpose(_TRANSPOSE[orientation])
    return rgb, width, height


def _orientation(image: Image.Image, kind: str) -> int | None:
    """What is left to be done to the decoded rows, as EXIF numbers it: libheif and Pillow's TIFF
    reader have turned theirs; of an AVIF Pillow tells here what its container says, which beats
    EXIF. No viewer goes by XMP."""
    exif = None if kind in ("HEIF", "TIFF") else image.info.get("exif")
    found = readable_exif(exif) if exif else None
    return found.get(ExifTags.Base.Orientation) if found else None


def _scaled_rgb(
    image: Image.Image, size: tuple[int, int], scaling: Scaling, file: tuple[str, bytes]
) -> Image.Image:
    """Decode, convert and scale, in the order that touches the fewest pixels."""
    gap = REDUCING_GAP[scaling]
    generous = (round(size[0] * gap), round(size[1] * gap))
    image.draft(image.mode, generous)  # JPEG: the decoder itself scales by 1/2, 1/4 or 1/8
    image.load()
    if may_lack_rows(image, *file):
        raise OSError("rows are missing")
    plain = image.mode == "RGB" and not image.has_transparency_data
    rgb = image if plain else as_rgb(image)
    if rgb.size == size:
        return rgb
    shrinks = rgb.width > size[0]
    quick = shrinks and scaling is Scaling.QUICK
    resampling = Image.Resampling.HAMMING if quick else Image.Resampling.LANCZOS
    return rgb.resize(size, resampling, reducing_gap=gap)
