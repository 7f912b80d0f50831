"""Why a face may be unfit for comparison: each measure with its value and its limit.

Quality warns; it never changes a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.pipeline.align import FaceChip
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import EngineCard, Points

# Limits, from `tests/benchmarks/quality_limits.py` on LFW View 1: a width at which an embedding has
# moved by a tenth of the threshold; for the others the edge of what press photos are like, 1 %.
MIN_FACE_PX = 60.0
MIN_SHARPNESS = 10.0  # variance of the chip's Laplacian
BRIGHTNESS = (45.0, 210.0)  # mean grey of the chip
MIN_CONTRAST = 20.0  # standard deviation of the chip's grey
# Standard deviation of the chip's noise: sharp portraits have up to 2.1; of LFW's photos with a
# noise of 50, at which both networks accept a fifth of strangers, 97 % have more, with 25 85 %.
MAX_NOISE = 3.0
# YuNet's score, which is surer of a face the more of it is seen: of 60 photos of LFW's DevTrain two
# have less, and all but one of those with a mask or sunglasses drawn onto them.
MIN_VISIBILITY = 92.0
MAX_YAW_DEG = 40.0
MAX_PITCH_DEG = 30.0


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


def quality(
    image: DecodedImage, face: Face, chip: FaceChip, card: EngineCard
) -> tuple[Measure, ...]:
    """Size, sharpness, exposure, noise and pose of a face, always in this order; last how much of
    it is seen, where the detector tells that."""
    grey = _grey(chip.picture)
    yaw, pitch, roll = pose(face.landmarks5, card.landmarks5)
    measures = (
        Measure("face_width", image.box_in_photo(face.box).width, "px", minimum=MIN_FACE_PX),
        Measure("sharpness", _laplacian_variance(grey), "grey²", minimum=MIN_SHARPNESS),
        Measure("brightness", float(grey.mean()), "grey", *BRIGHTNESS),
        Measure("contrast", float(grey.std()), "grey", minimum=MIN_CONTRAST),
        Measure("noise", _noise(grey), "grey", maximum=MAX_NOISE),
        Measure("yaw", yaw, "°", -MAX_YAW_DEG, MAX_YAW_DEG),
        Measure("pitch", pitch, "°", -MAX_PITCH_DEG, MAX_PITCH_DEG),
        Measure("roll", roll, "°"),  # alignment undoes it, so it never warns
    )
    if face.detector_points is None:
        return measures
    visibility = Measure("visibility", 100 * face.detection_score, "%", minimum=MIN_VISIBILITY)
    return (*measures, visibility)


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


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
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
