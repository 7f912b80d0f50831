"""Faces that something covers, and photos that are otherwise unfit: drawn onto other photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from facecompare.engines.protocol import Box
from facecompare.evaluation import degradations

Change = Callable[[Image.Image, Box, np.random.Generator], Image.Image]
COLOURS = (
    *((116, 158, 190), (240, 240, 240), (25, 25, 28), (128, 128, 128)),
    *((150, 190, 160), (200, 60, 60), (60, 80, 140), (210, 190, 170)),
)
DARK = ((20, 20, 20), (40, 30, 25), (0, 0, 0), (70, 70, 75), (128, 128, 128), (60, 40, 30))


def cloth(
    size: tuple[int, int], colour: tuple[int, ...], random: np.random.Generator, pleats: float
) -> Image.Image:
    """A surface of this colour with light from a side, a grain and, of masks, pleats."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    surface = np.ones((size[1], size[0], 3)) * colour
    surface += random.normal(0, random.choice([0, 3, 8]), surface.shape[:2])[..., None]
    across, down = random.uniform(-30, 30, 2)
    surface += (across * (x / size[0] - 0.5) + down * (y / size[1] - 0.5))[..., None]
    surface += (pleats * np.sin(y * 2 * np.pi / random.uniform(5, 12)))[..., None]
    return Image.fromarray(surface.clip(0, 255).astype(np.uint8))


def covered(
    photo: Image.Image,
    shape: Callable[[ImageDraw.ImageDraw], None],
    colours: tuple[tuple[int, ...], ...],
    random: np.random.Generator,
    pleats: float = 0.0,
) -> Image.Image:
    stencil = Image.new("L", photo.size, 0)
    shape(ImageDraw.Draw(stencil))
    surface = cloth(photo.size, colours[random.integers(len(colours))], random, pleats)
    result = photo.copy()
    result.paste(surface, (0, 0), stencil)
    return result


def mask(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """A mask of some colour, size and place."""
    shift, size = random.uniform(-0.04, 0.04, 2), random.uniform(0.92, 1.08)
    outline = [
        (
            face.left + (0.5 + (x - 0.5) * size + shift[0]) * face.width,
            face.top + (y + shift[1]) * face.height,
        )
        for x, y in degradations.MASK_OUTLINE
    ]
    pleats = float(random.choice([0, 0, 10]))
    return covered(photo, lambda pen: pen.polygon(outline, fill=255), COLOURS, random, pleats)


def sunglasses(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """A bar, or two round or angular lenses."""
    kind, y = random.integers(3), random.uniform(-0.03, 0.03)
    across, down = random.uniform(0.15, 0.21), random.uniform(0.10, 0.15)

    def at(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        xs = (face.left + each * face.width for each in (left, right))
        ys = (face.top + each * face.height for each in (top, bottom))
        (x0, x1), (y0, y1) = xs, ys
        return x0, y0, x1, y1

    def draw(pen: ImageDraw.ImageDraw) -> None:
        if kind == 0:
            pen.rectangle(at(-0.02, 0.16 + y, 1.02, 0.42 + y), fill=255)
            return
        for x in (0.29, 0.71):
            lens = at(x - across, 0.33 + y - down, x + across, 0.33 + y + down)
            (pen.ellipse if kind == 1 else pen.rectangle)(lens, fill=255)
        pen.rectangle(at(0.4, 0.28 + y, 0.6, 0.31 + y), fill=255)

    return covered(photo, draw, DARK, random)


def bar(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
    """A black bar over the eyes."""
    result = photo.copy()
    left, right = face.left - 0.02 * face.width, face.left + 1.02 * face.width
    top, bottom = face.top + 0.18 * face.height, face.top + 0.44 * face.height
    ImageDraw.Draw(result).rectangle((left, top, right, bottom), fill=(20, 20, 20))
    return result


def hand(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """Something of the face's own colour before mouth and chin."""
    x, y = (round(each) for each in face.centre)
    skin = np.asarray(photo)[max(y - 8, 0) : y + 8, max(x - 8, 0) : x + 8].reshape(-1, 3)
    colour = tuple((skin.mean(axis=0) * random.uniform(0.75, 1.15)).clip(0, 255))
    shift = random.uniform(-0.15, 0.15)
    left, right = (face.left + (each + shift) * face.width for each in (0.05, 0.95))
    top, bottom = (face.top + each * face.height for each in (0.52, 1.15))
    shape = (left, top, right, bottom)
    return covered(photo, lambda pen: pen.ellipse(shape, fill=255), (colour,), random)


def glare(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
    """White reflections on both lenses of glasses."""
    shine = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(shine)
    for x in (0.29, 0.71):
        left, right = (face.left + each * face.width for each in (x - 0.13, x + 0.13))
        top, bottom = (face.top + each * face.height for each in (0.24, 0.42))
        pen.ellipse((left, top, right, bottom), fill=(255, 255, 255, 240))
    soft = shine.filter(ImageFilter.GaussianBlur(0.02 * face.width))
    return Image.alpha_composite(photo.convert("RGBA"), soft).convert("RGB")


@dataclass(frozen=True)
class Kind:
    """What is done to a photo, and the measure whose remedy is then right."""

    change: Change
    right: str = ""
    fitted: bool = True


KINDS = {
    "untouched": Kind(lambda photo, _face, _random: photo),
    "mask": Kind(degradations.mask, "mouth_seen"),
    "masks of many kinds": Kind(mask, "mouth_seen"),
    "bar over the eyes": Kind(bar, "eyes_seen"),
    "sunglasses of many kinds": Kind(sunglasses, "eyes_seen"),
    "hand before the mouth": Kind(hand, "mouth_seen"),
    "glare": Kind(glare, "glare"),
    "noise, deviation 25": Kind(degradations.noise(25), "noise"),
    "noise, deviation 50": Kind(degradations.noise(50), "noise"),
    "blur, 5 %": Kind(degradations.blur(0.05)),
    "half of the light": Kind(degradations.darkness(0.5)),
    "JPEG, quality 10": Kind(degradations.jpeg(10)),
}
