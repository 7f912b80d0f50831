"""Why a face may be unfit for comparison: each measure with its value and its limit.

Quality warns, and refuses on demand; it never changes a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facecompare.errors import PoorQuality
from facecompare.options import MinQuality
from facecompare.pipeline.align import FaceChip
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import EngineCard, Points

# Limits, from `tests/benchmarks/quality_limits.py` on LFW View 1: a width at which an embedding has
# moved by a tenth of the threshold; for the others the edge of what press photos are like: half a
# percent or less of 1,722 photos of DevTrain is beyond each, 1.9 % of 1,549 of DevTest beyond any.
MIN_FACE_PX = 60.0
MIN_SHARPNESS = 8.0  # variance of the chip's Laplacian
BRIGHTNESS = (45.0, 210.0)  # mean grey of the chip
MIN_CONTRAST = 20.0  # standard deviation of the chip's grey
# Standard deviation of the chip's noise: sharp portraits have up to 2.1, and YuNet is sure of them;
# of those with a noise of 25 of 255 it is not, and 99 % have more than the second.
MAX_NOISE, MAX_NOISE_UNSURE = 3.0, 1.5
# YuNet's score of the picture as it is, which is surer of a face the more of it is seen: of 300
# photos of LFW's DevTrain 1 % have less than the second, and 2 % less than the first.
SURE, MIN_VISIBILITY = 92.0, 90.0
# How surely eyes and mouth are seen, from `tests/benchmarks/occlusion.py`, which fits it to masks,
# sunglasses and hands drawn onto DevTrain.
OCCLUSION = Path(__file__).with_name("occlusion.json")
MIN_SEEN = 25.0
MAX_GLARE = 4.0  # of an eye's surroundings in white
MAX_YAW_DEG = 45.0
MAX_PITCH_DEG = 35.0


@dataclass(frozen=True, slots=True)
class Head:
    """An average adult head seen from the front: how far the eyes' centres are apart, and how far
    the nose's point lies below and in front of them. Good to about ten degrees, which is what a
    warning needs."""

    eyes_apart_mm: float
    nose_down_mm: float
    nose_forward_mm: float


# dlib's point is the nose's base: means of Farkas, Anthropometry of the Head and Face (1994),
# rounded. YuNet's is near the tip: such that both give the same poses on LFW's DevTrain.
HEADS = {"nose_base": Head(61.0, 46.0, 24.0), "nose": Head(61.0, 36.0, 34.0)}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, the range within which it does not warn, and whether it does."""

    name: str
    value: float
    unit: str
    minimum: float | None = None
    maximum: float | None = None

    @property
    def warns(self) -> bool:
        """True outside of the range."""
        below = self.minimum is not None and self.value < self.minimum
        above = self.maximum is not None and self.value > self.maximum
        return below or above

    @property
    def remedy(self) -> str | None:
        """What to do about it; None where it does not warn."""
        if not self.warns:
            return None
        from facecompare.pipeline.remedies import remedy_for

        return remedy_for(self.name, self.value, self.minimum)


def quality(
    image: DecodedImage, face: Face, chip: FaceChip, card: EngineCard
) -> tuple[Measure, ...]:
    """Size, sharpness, exposure, noise and pose of a face, always in this order; last how much of
    it is seen, where the detector tells that."""
    grey = _grey(chip.picture)
    yaw, pitch, roll = pose(face.landmarks5, card.landmarks5)
    sureness = None if face.plain_score is None else 100 * face.plain_score
    unsure = sureness is not None and sureness < SURE
    measures: tuple[Measure, ...] = (
        Measure("face_width", image.box_in_photo(face.box).width, "px", minimum=MIN_FACE_PX),
        Measure("sharpness", _laplacian_variance(grey), "grey²", minimum=MIN_SHARPNESS),
        Measure("brightness", float(grey.mean()), "grey", *BRIGHTNESS),
        Measure("contrast", float(grey.std()), "grey", minimum=MIN_CONTRAST),
        Measure("noise", _noise(grey), "grey", None, MAX_NOISE_UNSURE if unsure else MAX_NOISE),
        Measure("yaw", yaw, "°", -MAX_YAW_DEG, MAX_YAW_DEG),
        Measure("pitch", pitch, "°", -MAX_PITCH_DEG, MAX_PITCH_DEG),
        Measure("roll", roll, "°"),  # alignment undoes it, so it never warns
    )
    if sureness is None:
        return measures
    measures += occlusion_measures(chip.picture, sureness)
    # It says that something is wrong, and not what: nothing new where another measure does.
    told = any(each.warns for each in measures)
    return (*measures, Measure("visibility", sureness, "%", None if told else MIN_VISIBILITY))


def refused(measures: Sequence[Measure], wanted: MinQuality) -> bool:
    """Whether a face with these measures is one that the caller refuses."""
    return wanted is MinQuality.REFUSE and any(each.warns for each in measures)


def poor_quality(measures: Sequence[Measure]) -> PoorQuality:
    """The error for a face that is refused, with each of its warnings."""
    found = [
        f"{each.name} is {each.value:.1f} {each.unit}: {each.remedy}"
        for each in measures
        if each.warns
    ]
    return PoorQuality(
        f"found a face that is not fit enough ({'; '.join(found)}); expected one without warnings; "
        "take another photo, or let such faces be compared with min_quality=warn"
    )


def pose(landmarks5: Points, names: Sequence[str]) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees, all 0 for a face that looks into the camera.

    Yaw is positive when the face turns to the viewer's right, pitch when it looks down, roll when
    it leans clockwise. Where the nose lies relative to the eyes is read as a rotation of the head
    above, seen from far away; five points in one place count as frontal. `names` are the points'
    names, as the engine's card has them.
    """
    right, left = (_centre(landmarks5, names, eye) for eye in ("right_eye", "left_eye"))
    across = (right - left).astype(np.float64)
    apart = float(np.hypot(*across))
    if apart == 0:
        return 0.0, 0.0, 0.0
    along, down = across / apart, np.array([-across[1], across[0]]) / apart
    nose_name = next(name for name in names if name in HEADS)
    head, nose = HEADS[nose_name], _centre(landmarks5, names, nose_name) - (right + left) / 2
    yaw = np.arctan(nose @ along / apart * head.eyes_apart_mm / head.nose_forward_mm)
    nose_down_mm = nose @ down / apart * head.eyes_apart_mm * np.cos(yaw)
    reach_mm = np.hypot(head.nose_down_mm, head.nose_forward_mm)
    straight = np.arctan2(head.nose_forward_mm, head.nose_down_mm)
    pitch = straight - np.arccos(np.clip(nose_down_mm / reach_mm, -1, 1))
    roll = np.arctan2(across[1], across[0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def _centre(points: Points, names: Sequence[str], part: str) -> Points:
    """The mean of the points whose names begin so."""
    centre: Points = points[[name.startswith(part) for name in names]].mean(axis=0)
    return centre


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where an aligned face's parts are, in shares of its side: the middle between the eyes, and
    how far these are apart."""

    x: float
    y: float
    eyes_apart: float


# By the side of the chip: dlib's with its padding of a quarter, and ArcFace's template.
GEOMETRIES = {150: Geometry(0.5, 0.335, 0.335), 112: Geometry(0.5, 0.461, 0.3147)}
# Left, right, top and bottom, from the middle between the eyes, in their distance.
REGIONS = {
    "right_eye": (-0.95, -0.15, -0.30, 0.24),
    "left_eye": (0.15, 0.95, -0.30, 0.24),
    "mouth": (-0.57, 0.57, 0.85, 1.38),
    "chin": (-0.5, 0.5, 1.38, 1.72),
    "nose": (-0.33, 0.33, 0.24, 0.78),
    "brow": (-0.6, 0.6, -0.75, -0.38),
    "right_cheek": (-1.0, -0.45, 0.36, 0.85),
    "left_cheek": (0.45, 1.0, 0.36, 0.85),
}
WHITE = 240  # of all three channels: what a photo has in reflections


def occlusion_measures(chip: NDArray[np.uint8], sureness: float) -> tuple[Measure, ...]:
    """How surely the eyes and the mouth are seen, and how much of the eyes is glare; nothing of an
    alignment that was not measured."""
    known = _occlusion_weights().get(str(len(chip)))
    if known is None:
        return ()
    features = occlusion_features(chip, sureness)
    seen = {part: _logistic(features, weights) for part, weights in known.items()}
    white = chip.min(axis=2) > WHITE
    places = GEOMETRIES[len(chip)]
    eyes = (white[_slices(each, len(chip), places)] for each in ("right_eye", "left_eye"))
    glare = max(100 * float(each.mean()) for each in eyes)
    return (
        Measure("eyes_seen", seen["eyes"], "%", MIN_SEEN),
        Measure("mouth_seen", seen["mouth"], "%", MIN_SEEN),
        Measure("glare", glare, "%", maximum=MAX_GLARE),
    )


def occlusion_features(chip: NDArray[np.uint8], sureness: float) -> NDArray[np.float32]:
    """[51]: of each region how much detail, light and colour it has; of the whole how much detail
    and contrast; and how sure the detector is, in percent."""
    half = len(chip) // 2
    small = chip[: 2 * half, : 2 * half].astype(np.float32)
    small = small.reshape(half, 2, half, 2, 3).mean(axis=(1, 3))
    grey = _grey(small)
    detail = np.abs(np.diff(grey, axis=1))[:-1] + np.abs(np.diff(grey, axis=0))[:, :-1]
    blue, red = small[..., 2] - grey, small[..., 0] - grey
    found: list[float] = []
    for name in REGIONS:
        place = _slices(name, half, GEOMETRIES[len(chip)])
        here, light = detail[place], grey[place]
        found += [np.log(here.mean() + 0.5), np.log(np.percentile(here, 90) + 0.5)]
        found += [np.log(light.std() + 0.5), light.mean() / 50]
        found += [each[place].mean() / 20 for each in (blue, red)]
    found += [np.log(np.median(detail) + 1), np.log(grey.std() + 1), sureness / 10]
    return np.array(found, dtype=np.float32)


def _slices(name: str, side: int, places: Geometry) -> tuple[slice, slice]:
    """The rows and columns of this region in an aligned face of this side."""
    left, right, top, bottom = REGIONS[name]
    rows = slice(*(round((places.y + each * places.eyes_apart) * side) for each in (top, bottom)))
    columns = slice(
        *(round((places.x + each * places.eyes_apart) * side) for each in (left, right))
    )
    return rows, columns


def _logistic(features: NDArray[np.float32], weights: Sequence[float]) -> float:
    """In percent; the last weight stands alone."""
    return float(100 / (1 + np.exp(features @ np.array(weights[:-1]) + weights[-1])))


@cache
def _occlusion_weights() -> dict[str, dict[str, list[float]]]:
    """Side of the chip → part of the face → its weights, for being covered."""
    found: dict[str, dict[str, list[float]]] = json.loads(OCCLUSION.read_text("utf-8"))
    return found


def _grey(rgb: NDArray[Any]) -> NDArray[np.float32]:
    return rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)  # BT.601


def _laplacian_variance(grey: NDArray[np.float32]) -> float:
    """Sharpness as variance of the 4-neighbour Laplacian (Pech-Pacheco et al., 2000)."""
    centre = 4 * grey[1:-1, 1:-1]
    laplacian = centre - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(laplacian.var())


def _noise(grey: NDArray[np.float32]) -> float:
    """The noise's standard deviation, from what a plane through 3 × 3 pixels leaves; by the median,
    which edges and hair do not move.

    Source  J. Immerkær, "Fast noise variance estimation" (1996), whose mask has the norm 6; 0.6745
            is the median of a standard normal distribution's absolute values.
    """
    rows = grey[:-2] - 2 * grey[1:-1] + grey[2:]
    left = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.median(np.abs(left)) / (6 * 0.6745))
