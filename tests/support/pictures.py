"""Photos for tests: real portraits, and hostile files made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pi_heif
import pillow_heif
from PIL import Image

FACES = Path(__file__).parents[2] / "web" / "examples"  # public domain; see SOURCES.md there
OBAMA, OBAMA2, BIDEN = (FACES / name for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))

pillow_heif.register_heif_opener()  # writes HEIC here; what ships reads only, and reads here too
pi_heif.register_heif_opener()


def portrait(path: Path = OBAMA) -> Image.Image:
    return Image.open(path).convert("RGB")


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def heic(picture: Image.Image) -> bytes:
    """As phones keep their photos."""
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture).save(buffer, quality=90)
    return buffer.getvalue()


def stored_with_orientation(orientation: int, picture: Image.Image | None = None) -> bytes:
    """A JPEG whose rows are stored so that only its EXIF orientation makes it upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = picture or portrait()
    stored = picture.transpose(undo[orientation]) if orientation in undo else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(stored, "JPEG", exif=exif, quality=92)


def plain(width: int = 640, height: int = 480, colour: str = "steelblue") -> bytes:
    """A picture without anything in it."""
    return encoded(Image.new("RGB", (width, height), colour), "PNG")


def group(*paths: Path) -> bytes:
    """Several portraits side by side, all equally high."""
    parts = [portrait(path) for path in paths]
    height = min(part.height for part in parts)
    scaled = [part.resize((round(part.width * height / part.height), height)) for part in parts]
    canvas = Image.new("RGB", (sum(part.width for part in scaled), height))
    left = 0
    for part in scaled:
        canvas.paste(part, (left, 0))
        left += part.width
    return encoded(canvas, "JPEG", quality=92)


def group_of(larger: Path, smaller: Path) -> bytes:
    """Two portraits side by side: by `largest` the group shows the first."""
    one, other = portrait(larger), portrait(smaller)
    other = other.resize((other.width * 6 // 10, other.height * 6 // 10))
    canvas = Image.new("RGB", (one.width + other.width, one.height))
    canvas.paste(one, (0, 0))
    canvas.paste(other, (one.width, 0))
    return encoded(canvas, "JPEG", quality=92)


def truncated(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


def png_header(width: int, height: int) -> bytes:
    """A well-formed PNG that announces a size it does not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1024)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _png_chunk(kind, body)
        for kind, body in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg_header(width: int, height: int) -> bytes:
    """The portrait's JPEG with another size written into its frame header."""
    data = bytearray(encoded(Image.new("RGB", (64, 64)), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def many_scans(number: int) -> bytes:
    """A progressive portrait whose last scan comes so many times more."""
    data = encoded(portrait(), progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * number + data[-2:]


def animated_gif(frames: int = 100) -> bytes:
    """Noise that moves: a hundred frames without a face."""
    noise = np.random.default_rng(7).integers(0, 255, (frames, 64, 64, 3), dtype=np.uint8)
    first, *rest = (Image.fromarray(frame) for frame in noise)
    return encoded(first, "GIF", save_all=True, append_images=rest)
