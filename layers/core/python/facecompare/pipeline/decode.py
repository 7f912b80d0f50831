"""Stage 1: a file's bytes → an upright RGB picture of working size.

Limits are checked on the header, before anything big is allocated. Pillow does the decoding; its
plugins are chosen by the bytes' own signature, so a file cannot pick its decoder by its name.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from facecompare.config import WORKING_WIDTH_PX, ImageLimits
from facecompare.engines.protocol import Box, Scaling
from facecompare.errors import (
    DamagedImage,
    EmptyImage,
    ImageTooLarge,
    ImageTooSmall,
    TooManyPixels,
    UnsupportedImage,
)
from facecompare.pipeline.formats import ACCEPTED, likeness, refuse_false_claims, sniff

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points

# How many times larger than the working size a photo is at least left by JPEG's decoder and by
# averaging, before it is resampled.
REDUCING_GAP = {Scaling.CAREFUL: 2.0, Scaling.QUICK: 1.0}
MAX_ASPECT = 1.5  # working height by width: 2:3 is the tallest usual photo; taller ones shrink

# Our own limits are checked on the header right after opening and are stricter than this warning.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo as it arrived: its bytes, and what its sender says they are.

    `name` and `content_type` are claims; a claim that contradicts the bytes is refused.
    """

    data: bytes
    name: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """Upright pixels at working size. Frozen; `pixels` is read-only.

    pixels         height × width × 3, uint8, RGB
    width, height  of the photo as a viewer shows it (EXIF orientation applied), px
    states_up      True when the file says which way is up (EXIF orientation, or HEIF's rotation)
    quarter_turns  how often `pixels` were turned 90° counter-clockwise away from that view
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    sha256: str
    states_up: bool
    quarter_turns: int = 0

    def turned(self, quarter_turns: int) -> DecodedImage:
        """The same photo with its working pixels turned counter-clockwise."""
        if quarter_turns == 0:
            return self
        pixels = np.ascontiguousarray(np.rot90(self.pixels, quarter_turns))
        pixels.flags.writeable = False
        return replace(self, pixels=pixels, quarter_turns=(self.quarter_turns + quarter_turns) % 4)

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
) -> DecodedImage:
    """The photo's pixels, upright, RGB, `working_width` wide (less if it is very tall).


    Raises  EmptyImage, ImageTooLarge, UnsupportedImage, MislabelledImage, TooManyPixels,
            ImageTooSmall, DamagedImage.
    """
    with _COMPLETE_FILES():
        image = _open(photo, limits)
        try:
            return _upright_rgb(image, photo, working_width, scaling)
        except UnsupportedImage:
            raise
        # Hostile files make Pillow's plugins raise almost anything: OSError, SyntaxError,
        # ValueError, struct.error, IndexError … All of it means that the file cannot be decoded.
        except Exception as exc:
            raise DamagedImage(
                f"the {image.format} picture is damaged or cut short ({_reason(exc)}); send the "
                "complete file"
            ) from exc


def _open(photo: Photo, limits: ImageLimits) -> Image.Image:
    """The opened picture: signature, claims and header checked, no pixel decoded."""
    size = len(photo.data)
    if size == 0:
        raise EmptyImage(f"the photo is empty (0 bytes); accepted are {ACCEPTED} files")
    if size > limits.max_bytes:
        raise ImageTooLarge(
            f"the photo has {size:,} bytes; at most {limits.max_bytes:,} are accepted"
        )
    kind = sniff(photo.data)
    if kind is None:
        raise UnsupportedImage(f"the file is {likeness(photo.data)}; accepted are {ACCEPTED} files")
    refuse_false_claims(photo.name, photo.content_type, kind)
    image = _header(photo.data, kind, limits)
    _check_dimensions(image.width, image.height, limits)
    return image


def _header(data: bytes, kind: str, limits: ImageLimits) -> Image.Image:
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    try:
        return Image.open(BytesIO(data), formats=(kind,))
    except Image.DecompressionBombError as exc:
        raise TooManyPixels(
            f"the {kind} header announces too many pixels ({exc}); at most "
            f"{limits.max_pixels:,} are accepted"
        ) from exc
    except UnidentifiedImageError as exc:
        raise DamagedImage(
            f"the file begins like a {kind} picture but its header cannot be read"
        ) from exc
    except Exception as exc:  # as in `decode`
        raise DamagedImage(f"the {kind} header is damaged ({_reason(exc)})") from exc


def _check_dimensions(width: int, height: int, limits: ImageLimits) -> None:
    if width * height > limits.max_pixels or max(width, height) > limits.max_side_px:
        raise TooManyPixels(
            f"the picture is {width:,} × {height:,} pixels; at most {limits.max_pixels:,} in all "
            f"and {limits.max_side_px:,} a side are accepted"
        )
    if min(width, height) < limits.min_side_px:
        raise ImageTooSmall(
            f"the picture is {width} × {height} pixels; at least {limits.min_side_px} a side are "
            "needed"
        )


_TRANSPOSE = {  # EXIF 2.32, tag 0x0112: what turns the stored rows upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright_rgb(
    image: Image.Image, photo: Photo, working_width: int, scaling: Scaling
) -> DecodedImage:
    # HEIF and AVIF carry their rotation in the container and their decoders have applied it.
    in_container = image.format in ("HEIF", "AVIF")
    orientation = None if in_container else image.getexif().get(ExifTags.Base.Orientation)
    sideways = orientation in (5, 6, 7, 8)
    width, height = image.size[::-1] if sideways else image.size
    target = _working_size(width, height, working_width)
    rgb = _scaled_rgb(image, target[::-1] if sideways else target, scaling)
    if orientation in _TRANSPOSE:
        rgb = rgb.transpose(_TRANSPOSE[orientation])
    pixels = np.asarray(rgb)
    pixels.flags.writeable = False
    return DecodedImage(
        pixels=pixels,
        width=width,
        height=height,
        sha256=hashlib.sha256(photo.data).hexdigest(),
        states_up=in_container or orientation in range(1, 9),
    )


def _working_size(width: int, height: int, working_width: int) -> tuple[int, int]:
    scale = min(working_width / width, MAX_ASPECT * working_width / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled_rgb(image: Image.Image, size: tuple[int, int], scaling: Scaling) -> Image.Image:
    """Decode, convert and scale, in the order that touches the fewest pixels."""
    gap = REDUCING_GAP[scaling]
    generous = (round(size[0] * gap), round(size[1] * gap))
    image.draft(image.mode, generous)  # JPEG: the decoder itself scales by 1/2, 1/4 or 1/8
    image.load()
    rgb = _rgb(image)
    if rgb.size == size:
        return rgb
    shrinks = rgb.width > size[0]
    quick = shrinks and scaling is Scaling.QUICK
    resampling = Image.Resampling.HAMMING if quick else Image.Resampling.LANCZOS
    return rgb.resize(size, resampling, reducing_gap=gap)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a sample, grey
        samples = np.asarray(image).astype(np.int64)
        return Image.fromarray((samples.clip(0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise UnsupportedImage(
            "the picture has floating-point samples, whose range is not stated; accepted are 8 "
            "and 16 bits a sample"
        )
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _reason(exc: Exception) -> str:
    """The first line of a decoder's complaint, without addresses or paths."""
    text = str(exc).partition("\n")[0]
    return text[:100] if text and "<" not in text and "/" not in text else type(exc).__name__
