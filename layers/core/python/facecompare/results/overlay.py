"""Boxes and landmarks drawn onto a photo, as PNG or JPEG."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from facecompare.compare import FaceReport, PhotoReport
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.protocol import Box
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from facecompare.results.heat_map import Explanation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points

DISPLAY_WIDTH_PX = 1000  # wide enough to judge landmarks by eye, small enough to send
COMPARED, OTHER, POINT = "#00c853", "#ffab00", "#ff1744"  # told apart also by line width
GAP_PX = 16
MAP_SIDE_PX = 300
JPEG_QUALITY = 92


def draw_faces(photo: Photo, report: PhotoReport, limits: ImageLimits, kind: str = "PNG") -> bytes:
    """One photo with its faces, as a viewer shows it, at most DISPLAY_WIDTH_PX wide."""
    return encoded(_drawn(photo, report, limits), kind)


def draw_comparison(
    photos: tuple[Photo, Photo],
    reports: tuple[PhotoReport, PhotoReport],
    limits: ImageLimits,
    kind: str = "PNG",
) -> bytes:
    """Both photos side by side with their faces."""
    left, right = (
        _drawn(photo, report, limits) for photo, report in zip(photos, reports, strict=True)
    )
    size = (left.width + GAP_PX + right.width, max(left.height, right.height))
    canvas = Image.new("RGB", size, "white")
    canvas.paste(left, (0, 0))
    canvas.paste(right, (left.width + GAP_PX, 0))
    return encoded(canvas, kind)


def draw_explanation(found: Explanation, kind: str = "PNG") -> bytes:
    """Each aligned face beside its heat map."""
    maps = (found.image1, found.image2)
    parts = [part for each in maps for part in (each.chip, each.picture)]
    size = (MAP_SIDE_PX, MAP_SIDE_PX)
    canvas = Image.new("RGB", (len(parts) * (MAP_SIDE_PX + GAP_PX) - GAP_PX, MAP_SIDE_PX), "white")
    for place, part in enumerate(parts):
        shown = Image.fromarray(part).resize(size, Image.Resampling.LANCZOS)
        canvas.paste(shown, (place * (MAP_SIDE_PX + GAP_PX), 0))
    return encoded(canvas, kind)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """height × width × 3 RGB → PNG."""
    return encoded(Image.fromarray(pixels))


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    """A Pillow picture as PNG or JPEG, without metadata."""
    buffer = BytesIO()
    picture.save(buffer, kind, quality=JPEG_QUALITY)
    return buffer.getvalue()


def _drawn(photo: Photo, report: PhotoReport, limits: ImageLimits) -> Image.Image:
    shown = decode(photo, limits, min(DISPLAY_WIDTH_PX, report.image.width), larger=0)
    picture = Image.fromarray(shown.pixels)
    pen = ImageDraw.Draw(picture)
    scale = picture.width / report.image.width
    for face in reversed(report.faces):  # the largest last, on top
        _draw_face(pen, report.image, face, scale)
    return picture


def _draw_face(
    pen: ImageDraw.ImageDraw, image: DecodedImage, face: FaceReport, scale: float
) -> None:
    box = _scaled(image.box_in_photo(face.face.box), scale)
    colour, width = (COMPARED, 4) if face.compared else (OTHER, 2)
    pen.rectangle(box, outline=colour, width=width)
    _draw_points(pen, image.points_in_photo(face.face.landmarks5) * scale, radius=4)
    if face.landmarks68 is not None:
        _draw_points(pen, image.points_in_photo(face.landmarks68) * scale, radius=2)


def _scaled(box: Box, scale: float) -> tuple[float, float, float, float]:
    right, bottom = box.left + box.width, box.top + box.height
    return box.left * scale, box.top * scale, right * scale, bottom * scale


def _draw_points(pen: ImageDraw.ImageDraw, points: Points, radius: int) -> None:
    for x, y in points.tolist():
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=POINT, outline="white")
