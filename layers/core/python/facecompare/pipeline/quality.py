"""Why a face may be unfit for comparison: each measure with its value and its limit.

Quality warns; it never changes a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.pipeline.align import FaceChip
from facecompare.pipeline.decode import DecodedImage
from facecompare.pipeline.detect import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Points

# Limits, from `tests/benchmarks/quality_limits.py` on LFW View 1: a width at which an embedding has
# moved by a tenth of the threshold; for the others the edge of what press photos are like, 1 %.
MIN_FACE_PX = 60.0
MIN_SHARPNESS = 10.0  # variance of the chip's Laplacian
BRIGHTNESS = (45.0, 210.0)  # mean grey of the chip
MIN_CONTRAST = 20.0  # standard deviation of the chip's grey
MAX_YAW_DEG = 40.0
MAX_PITCH_DEG = 30.0

# An average adult head seen from the front: centres of the eyes 61 mm apart, nose base 46 mm below
# and 24 mm in front of them (from means of Farkas, Anthropometry of the Head and Face, 1994,
# rounded). Good to about ten degrees, which is what a warning needs.
EYES_APART_MM, NOSE_DOWN_MM, NOSE_FORWARD_MM = 61.0, 46.0, 24.0


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


def quality(image: DecodedImage, face: Face, chip: FaceChip) -> tuple[Measure, ...]:
    """Size, sharpness, exposure and pose of a face, always in this order."""
    grey = _grey(chip.picture)
    yaw, pitch, roll = pose(face.landmarks5)
    return (
        Measure("face_width", image.box_in_photo(face.box).width, "px", minimum=MIN_FACE_PX),
        Measure("sharpness", _laplacian_variance(grey), "grey²", minimum=MIN_SHARPNESS),
        Measure("brightness", float(grey.mean()), "grey", *BRIGHTNESS),
        Measure("contrast", float(grey.std()), "grey", minimum=MIN_CONTRAST),
        Measure("yaw", yaw, "°", -MAX_YAW_DEG, MAX_YAW_DEG),
        Measure("pitch", pitch, "°", -MAX_PITCH_DEG, MAX_PITCH_DEG),
        Measure("roll", roll, "°"),  # alignment undoes it, so it never warns
    )


def pose(landmarks5: Points) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees, all 0 for a face that looks into the camera.

    Yaw is positive when the face turns to the viewer's right, pitch when it looks down, roll when
    it leans clockwise. Where the nose lies relative to the eyes is read as a rotation of the head
    above, seen from far away; five points in one place count as frontal.
    """
    right, left = landmarks5[0:2].mean(axis=0), landmarks5[2:4].mean(axis=0)
    across = (right - left).astype(np.float64)
    apart = float(np.hypot(*across))
    if apart == 0:
        return 0.0, 0.0, 0.0
    along, down = across / apart, np.array([-across[1], across[0]]) / apart
    nose = landmarks5[4] - (right + left) / 2
    yaw = np.arctan(nose @ along / apart * EYES_APART_MM / NOSE_FORWARD_MM)
    nose_down_mm = nose @ down / apart * EYES_APART_MM * np.cos(yaw)
    reach_mm = np.hypot(NOSE_DOWN_MM, NOSE_FORWARD_MM)
    straight = np.arctan2(NOSE_FORWARD_MM, NOSE_DOWN_MM)
    pitch = straight - np.arccos(np.clip(nose_down_mm / reach_mm, -1, 1))
    roll = np.arctan2(across[1], across[0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    return rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)  # BT.601


def _laplacian_variance(grey: NDArray[np.float32]) -> float:
    """Sharpness as variance of the 4-neighbour Laplacian (Pech-Pacheco et al., 2000)."""
    centre = 4 * grey[1:-1, 1:-1]
    laplacian = centre - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(laplacian.var())
