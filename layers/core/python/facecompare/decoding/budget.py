"""What decoding a photo may cost, and what of it can be told before any pixel is decoded.

Decoders do what a file says: a thousand scans over the whole picture, a marker of two bytes two
million times. Files as cameras and editors write them come nowhere near these bounds; what no
header tells, the cell's limits stop.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from facecompare.decoding.boxes import grid_references
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.png_chunks import png_chunks
from facecompare.decoding.tiff_layout import first_directory
from facecompare.errors import ImageTooCostly

if TYPE_CHECKING:
    from PIL import Image

MAX_SCANS = 100  # the finest progressive scripts of mozjpeg and jpegrescan have some thirty
MAX_SEGMENTS = 2_000  # a 15-MB photo's XMP, ICC and multi-picture data fill some 230 of 64 kB
MAX_FILL_BYTES = 65_536  # before a marker (ITU-T T.81 §B.1.1.2); writers that align use few
MAX_CHUNKS = 20_000  # of a PNG; 15 MB in pieces of a kilobyte, the smallest that encoders write
MAX_TIFF_VALUES = 250_000  # of one tag: 52 megapixels are 203,125 tiles of the smallest size, 16²
MAX_GRID_TILES = 1_024  # 48 megapixels in the usual tiles of 512² are 192
# libwebp's decoder of animations, which Pillow uses for all, has two canvases of four bytes a
# pixel, Pillow a copy and its own picture. The file is there as it came, as ours and as Pillow's.
_BYTES_PER_PIXEL = {"WEBP": 16}
_COPIES_OF_THE_FILE = 3
# PNGs by Pillow's names of their samples: those whose pixels take longest to inflate.
_DEEP_WEIGHTS = {"LA;16B": 6 / 5, "RGB;16B": 6 / 5, "RGBA;16B": 8 / 5}
START_OF_SCAN = b"\xff\xda"


def refuse_costly(kind: str, data: bytes) -> None:
    """Raises  ImageTooCostly for a file whose structure says that it takes far too long."""
    look = _LOOKS.get(kind)
    try:
        found = look(data) if look else ""
    except (struct.error, IndexError):
        return  # whatever this is, its decoder tells
    if found:
        raise ImageTooCostly(f"the {kind} picture has {found}; save it anew as an ordinary JPEG")


def _jpeg(data: bytes) -> str:
    scans = data.count(START_OF_SCAN)
    if scans > MAX_SCANS:
        return f"{scans:,} scans; at most {MAX_SCANS} are decoded"
    at, segments = 2, 0
    while data[at] == 0xFF:
        start = at
        while data[at + 1] == 0xFF:
            at += 1
            if at - start > MAX_FILL_BYTES:
                return f"more than {MAX_FILL_BYTES:,} bytes of filling"
        segments += 1
        if segments > MAX_SEGMENTS:
            return f"more than {MAX_SEGMENTS:,} segments before its pixels"
        if data[at + 1] == START_OF_SCAN[1]:
            return ""
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return ""


def _png(data: bytes) -> str:
    further = next(islice(png_chunks(data), MAX_CHUNKS, None), None)
    return f"more than {MAX_CHUNKS:,} chunks" if further else ""


def _tiff(data: bytes) -> str:
    order, entries = first_directory(data)
    for at in entries:
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, at)
        if kind in (3, 4) and number > MAX_TIFF_VALUES:
            return f"{number:,} values of its tag {tag}; at most {MAX_TIFF_VALUES:,} are read"
    return ""


def _heif(data: bytes) -> str:
    for tiles in grid_references(data):
        if len(tiles) > MAX_GRID_TILES:
            return f"a grid of {len(tiles):,} tiles; at most {MAX_GRID_TILES:,} are decoded"
        most = max(Counter(tiles).values(), default=0)  # a damaged grid has none
        if most > 1:
            return f"a grid with one tile {most:,} times"
    return ""


_LOOKS: dict[str, Callable[[bytes], str]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "TIFF": _tiff,
    "HEIF": _heif,
    "AVIF": _heif,
}


def refuse_vast(image: Image.Image, kind: str, file_bytes: int, limits: ImageLimits) -> None:
    """Raises  ImageTooCostly for a picture, opened from a file of so many bytes, that is known to
    need too much of both."""
    pixels = image.width * image.height
    by_pixel = _BYTES_PER_PIXEL.get(kind, 0)
    needed = pixels * by_pixel + _COPIES_OF_THE_FILE * file_bytes
    if limits.cell and by_pixel and needed > limits.decode_bytes:
        raise too_much_memory(limits)
    most = round(limits.max_pixels / _weight(image, kind))
    if pixels > most:
        raise ImageTooCostly(
            f"the {kind} picture has {pixels:,} pixels with an alpha or 16 bits a sample; at most "
            f"{most:,} such ones are decoded; save it as a JPEG"
        )


def _weight(image: Image.Image, kind: str) -> float:
    """How much longer a pixel takes than the longest of those of which `max_pixels` are decoded."""
    if kind == "AVIF" and image.mode == "RGBA":
        return 2.0  # the alpha is a picture of its own (AV1 Image File Format §4.1)
    tiles = getattr(image, "tile", ())
    return _DEEP_WEIGHTS.get(tiles[0].args, 1.0) if kind == "PNG" and tiles else 1.0


def is_out_of_memory(failure: Exception) -> bool:
    """Whether a decoder says that it got no more memory, in its own words."""
    return isinstance(failure, MemoryError) or "memory" in str(failure).lower()


def too_much_memory(limits: ImageLimits) -> ImageTooCostly:
    """The error for a photo that asks for more."""
    return ImageTooCostly(
        f"the photo takes more than {limits.decode_bytes / 1e6:,.0f} MB of memory to decode; save "
        "it with fewer pixels, or as a JPEG"
    )


def too_long(limits: ImageLimits) -> ImageTooCostly:
    """The error for a photo that does not end."""
    return ImageTooCostly(
        f"the photo takes more than {limits.decode_seconds:,} s to decode; save it with fewer "
        "pixels, or as a JPEG"
    )
