"""Degradations: the same photo, made worse in one way at a time.

Every degradation takes an upright RGB photo and the box of its face, and returns a photo of its
own; what is random is drawn from a seed, so that a run can be repeated. Sizes of what covers a face
are shares of its box.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from facecompare.engines.protocol import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    Degrade = Callable[[Image.Image, Box, np.random.Generator], Image.Image]

GREY = (128, 128, 128)
MASK_BLUE = (116, 158, 190)
# The outline of a surgical mask in shares of the face's box: over the nose, out to both sides, and
# round the chin. dlib's boxes reach from the brows to below the chin.
MASK_OUTLINE = (
    (0.04, 0.48),
    (0.32, 0.44),
    (0.50, 0.36),
    (0.68, 0.44),
    (0.96, 0.48),
    (0.93, 0.74),
    (0.72, 1.00),
    (0.50, 1.06),
    (0.28, 1.00),
    (0.07, 0.74),
)


@dataclass(frozen=True, slots=True)
class Degradation:
    """A kind of damage, its strength in words, and how it is done."""

    kind: str
    strength: str
    make: Degrade

    @property
    def name(self) -> str:
        """As reports have it."""
        return f"{self.kind}, {self.strength}"

    def __call__(self, photo: Image.Image, face: Box, seed: int) -> Image.Image:
        """The photo, damaged; the same for the same seed."""
        return self.make(photo, face, np.random.default_rng(seed))


def resolution(longest_px: int) -> Degrade:
    """A photo that once was this small: what it lost does not come back."""

    def make(photo: Image.Image, _face: Box, _random: np.random.Generator) -> Image.Image:
        small = photo.copy()
        small.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
        return small.resize(photo.size, Image.Resampling.BICUBIC)

    return make


def darkness(share: float) -> Degrade:
    """This share of the light."""

    def make(photo: Image.Image, _face: Box, _random: np.random.Generator) -> Image.Image:
        return ImageEnhance.Brightness(photo).enhance(share)

    return make


def noise(deviation: float) -> Degrade:
    """Normal noise of this standard deviation, in grey levels of 255, on each channel."""

    def make(photo: Image.Image, _face: Box, random: np.random.Generator) -> Image.Image:
        pixels = np.asarray(photo, dtype=np.float32)
        noisy = pixels + random.normal(0, deviation, pixels.shape)
        return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))

    return make


def blur(share: float) -> Degrade:
    """A Gaussian blur with a radius of this share of the face's width."""

    def make(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
        return photo.filter(ImageFilter.GaussianBlur(share * face.width))

    return make


def jpeg(quality: int) -> Degrade:
    """Saved as JPEG with this quality, chroma at half resolution."""

    def make(photo: Image.Image, _face: Box, _random: np.random.Generator) -> Image.Image:
        buffer = BytesIO()
        photo.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
        return Image.open(buffer).convert("RGB")

    return make


def rotation(degrees: float) -> Degrade:
    """Turned around the face's centre, to the left or to the right by chance."""

    def make(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
        turn = degrees * random.choice((-1, 1))
        return photo.rotate(turn, Image.Resampling.BICUBIC, center=face.centre, fillcolor=GREY)

    return make


def occlusion(share: float) -> Degrade:
    """A grey bar over this share of the face, from a side that chance chooses."""

    def make(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
        covered = photo.copy()
        bar = _bar(face, share, str(random.choice(("left", "right", "top", "bottom"))))
        ImageDraw.Draw(covered).rectangle(bar, fill=GREY)
        return covered

    return make


def _bar(face: Box, share: float, side: str) -> tuple[float, float, float, float]:
    right, bottom = face.left + face.width, face.top + face.height
    wide, high = share * face.width, share * face.height
    return {
        "left": (face.left, face.top, face.left + wide, bottom),
        "right": (right - wide, face.top, right, bottom),
        "top": (face.left, face.top, right, face.top + high),
        "bottom": (face.left, bottom - high, right, bottom),
    }[side]


def mask(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
    """The shape of a surgical mask."""
    masked = photo.copy()
    outline = [(face.left + x * face.width, face.top + y * face.height) for x, y in MASK_OUTLINE]
    ImageDraw.Draw(masked).polygon(outline, fill=MASK_BLUE)
    return masked


DEGRADATIONS: Sequence[Degradation] = (
    *(Degradation("resolution", f"{side} px", resolution(side)) for side in (256, 128, 96, 64)),
    *(
        Degradation("darkness", f"{share:.0%} of the light", darkness(share))
        for share in (0.5, 0.2)
    ),
    *(Degradation("noise", f"deviation {value}", noise(value)) for value in (10, 25, 50)),
    *(Degradation("blur", f"{share:.0%} of the face", blur(share)) for share in (0.02, 0.05)),
    *(Degradation("JPEG", f"quality {quality}", jpeg(quality)) for quality in (50, 20, 10)),
    *(Degradation("rotation", f"{turn}°", rotation(turn)) for turn in (10, 25, 45)),
    *(Degradation("occlusion", f"{share:.0%}", occlusion(share)) for share in (0.3, 0.5)),
    Degradation("mask", "surgical", mask),
)
