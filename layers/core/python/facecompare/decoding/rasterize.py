"""A file's bytes → an upright RGB picture of working size. It runs in the cell.

Limits are checked on the header, before anything big is allocated. Pillow does the decoding; its
plugins are chosen by the bytes' own signature, so a file cannot pick its decoder by its name.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import ExifTags, Image, ImageFile

from facecompare.decoding.budget import (
    START_OF_SCAN,
    is_out_of_memory,
    refuse_costly,
    refuse_vast,
    too_much_memory,
)
from facecompare.decoding.formats import (
    claim_against,
    decoding_error,
    kind_of,
    may_lack_rows,
    opened,
    readable_exif,
)
from facecompare.decoding.samples import as_eight_bits
from facecompare.decoding.task import DecodingTask, Raster, scale_down
from facecompare.errors import ImageTooCostly, ImageTooSmall, MislabelledImage, UnsupportedImage

# How many times larger than the working size a photo is at least left by JPEG's decoder and by
# averaging, before it is resampled: carefully, and quickly.
CAREFUL_GAP, QUICK_GAP = 2.0, 1.0
# From so many pixels or bytes on, a photo whose decoder cannot decode at less than full size is
# heavy: decoding it may take seconds, where it is made for that. The facts of the file decide, not
# a clock, so that a busy machine gives the same verdicts.
HEAVY_PIXELS, HEAVY_BYTES = 2_000_000, 1_000_000
# A JPEG is heavy with more scans: a baseline one has three at most, for each colour one, and its
# thumbnail as many.
MOST_PLAIN_SCANS = 6
HEAVY_JPEG_BYTES = 8_000_000  # or with so many: each is read to decode at any size
MAX_ASPECT = 1.5  # working height by width: 2:3 is the tallest usual photo; taller ones shrink

# Our own limits are checked on the header right after opening and are stricter than this warning.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


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


def rasterize(data: bytes, task: DecodingTask) -> Raster:
    """The photo's pixels, upright, RGB, `working_width` wide (less if it is very tall); or so many
    `pixels`, but no more than it has; a heavy photo's `larger` picture, too.

    Raises  EmptyImage, ImageTooLarge, UnsupportedImage, MislabelledImage, TooManyPixels,
            ImageTooSmall, ImageTooCostly, DamagedImage.
    """
    kind = kind_of(data, task.limits)
    false_claim = claim_against(task.name, task.content_type, kind)
    if false_claim and task.limits.strict:
        raise MislabelledImage(false_claim)
    refuse_costly(kind, data)
    with _COMPLETE_FILES():
        pictures, width, height = _decoded(data, kind, task)
    samples = b"".join(each.tobytes() for each in pictures)
    sizes = [(each.height, each.width) for each in pictures]
    return Raster(samples, sizes, width, height, false_claim)


def _decoded(data: bytes, kind: str, task: DecodingTask) -> tuple[list[Image.Image], int, int]:
    """The upright pictures, and the photo's width and height; where the file as it is cannot be
    decoded, of what is needed of it."""
    failure: Exception | None = None
    for attempt in _attempts(data, kind):
        try:
            image = opened(attempt, kind, task.limits)
            refuse_vast(image, kind, len(attempt), task.limits)
            return _upright_rgb(image, kind, attempt, task)
        except (UnsupportedImage, ImageTooSmall, ImageTooCostly):
            raise
        # Hostile files make Pillow's plugins raise almost anything: OSError, SyntaxError,
        # ValueError, struct.error, IndexError … All of it means that the file cannot be decoded.
        except Exception as exc:
            if is_out_of_memory(exc):
                raise too_much_memory(task.limits) from exc
            failure = failure or exc
    assert failure is not None  # noqa: S101 – there is one attempt at least
    raise decoding_error(kind, data, failure) from failure


def _attempts(data: bytes, kind: str) -> Iterator[bytes]:
    """The file as it is, and then, should it be needed, mended."""
    yield data
    from facecompare.decoding.completeness import with_end
    from facecompare.decoding.side_data import without_side_data

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


def _is_heavy(image: Image.Image, kind: str, data: bytes) -> bool:
    """Whether it is decoded once for all looks, and not once for each."""
    if kind == "JPEG":
        scans = data.count(START_OF_SCAN)
        many = scans > MOST_PLAIN_SCANS or len(data) >= HEAVY_JPEG_BYTES
        return many or bool(image.info.get("progressive"))
    return image.width * image.height >= HEAVY_PIXELS or len(data) >= HEAVY_BYTES


def _sizes(task: DecodingTask, heavy: bool, width: int, height: int) -> list[tuple[int, int]]:
    """How large a photo of this width and height is decoded."""
    by_width = min(task.working_width / width, MAX_ASPECT * task.working_width / height)
    scales = [scale_down(task.pixels, width * height) if task.pixels else by_width]
    larger = scale_down(task.larger, width * height)
    if heavy and larger > scales[0]:
        scales.append(larger)
    return [(max(1, round(width * scale)), max(1, round(height * scale))) for scale in scales]


def _upright_rgb(
    image: Image.Image, kind: str, data: bytes, task: DecodingTask
) -> tuple[list[Image.Image], int, int]:
    if kind != "JPEG":  # PNG may tell its orientation behind its pixels
        image.load()
    if kind == "HEIF":  # or pi-heif copies a file's first picture, if it has others, at each look
        vars(image)["_heif_file"] = None
    orientation = _orientation(image, kind)
    sideways = orientation in (5, 6, 7, 8)
    width, height = image.size[::-1] if sideways else image.size
    sizes = _sizes(task, _is_heavy(image, kind, data), width, height)
    stored = [size[::-1] if sideways else size for size in sizes]
    scaled = _scaled_rgb(image, stored, (kind, data), quick=task.quick)
    turn = _TRANSPOSE.get(orientation or 1)
    return [each if turn is None else each.transpose(turn) for each in scaled], width, height


def _orientation(image: Image.Image, kind: str) -> int | None:
    """What is left to be done to the decoded rows, as EXIF numbers it: libheif and Pillow's TIFF
    reader have turned theirs; of an AVIF Pillow tells here what its container says, which beats
    EXIF. No viewer goes by XMP."""
    exif = None if kind in ("HEIF", "TIFF") else image.info.get("exif")
    found = readable_exif(exif) if exif else None
    return found.get(ExifTags.Base.Orientation) if found else None


def _scaled_rgb(
    image: Image.Image, sizes: list[tuple[int, int]], file: tuple[str, bytes], *, quick: bool
) -> list[Image.Image]:
    """Decode, convert and scale, in the order that touches the fewest pixels."""
    # The larger one's careful scaling would take as long as decoding it.
    gaps = (QUICK_GAP if quick else CAREFUL_GAP, QUICK_GAP)
    needs = [(w * gap, h * gap) for (w, h), gap in zip(sizes, gaps, strict=False)]
    generous = (round(max(w for w, _ in needs)), round(max(h for _, h in needs)))
    image.draft(image.mode, generous)  # JPEG: the decoder itself scales by 1/2, 1/4 or 1/8
    image.load()
    if may_lack_rows(image, *file):
        raise OSError("rows are missing")
    plain = image.mode == "RGB" and not image.has_transparency_data
    times = max(1, min(image.width // generous[0], image.height // generous[1]))
    whole = image if plain else as_eight_bits(image, times)
    scaled = (
        _scaled(whole, size, each, quick=quick) for size, each in zip(sizes, gaps, strict=False)
    )
    return [each.convert("RGB") for each in scaled]


def _scaled(image: Image.Image, size: tuple[int, int], gap: float, *, quick: bool) -> Image.Image:
    if image.size == size:
        return image
    fast = quick and image.width > size[0]
    resampling = Image.Resampling.HAMMING if fast else Image.Resampling.LANCZOS
    return image.resize(size, resampling, reducing_gap=gap)
