"""What a caller may ask for beside the photos, and what it means for one engine. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from facecompare.engines.calibration import Calibration
from facecompare.errors import BadField, BadThreshold, FarNotCalibrated

MAX_THRESHOLD = 2.0  # no two dlib embeddings of LFW are further apart than 1.2; beyond is a slip


class FacePolicy(StrEnum):
    """Which face of a photo is compared."""

    LARGEST = "largest"
    MOST_CENTRAL = "most-central"
    ONLY_ONE = "only-one"


@dataclass(frozen=True, slots=True)
class Wishes:
    """None stands for the installation's default."""

    threshold: float | None = None
    far: float | None = None  # a false-accept rate, instead of a threshold
    face: FacePolicy = FacePolicy.LARGEST
    faces: Mapping[str, int] = field(default_factory=dict)
    landmarks68: bool = False
    chips: bool = False
    engine: str | None = None

    def threshold_with(self, engine: str, calibration: Calibration | None) -> float | None:
        """The distance that decides with this engine; None for the engine's own threshold.

        Raises  BadField, BadThreshold, FarNotCalibrated.
        """
        if self.far is None:
            if self.threshold is not None:
                check_threshold(self.threshold)
            return self.threshold
        if self.threshold is not None:
            raise BadField("threshold and far were both sent; one of them is accepted")
        if calibration is None:
            raise FarNotCalibrated(
                f"a false-accept rate was asked for and {engine} has no calibration; send a "
                "threshold instead"
            )
        return calibration.threshold_for(self.far)


def check_threshold(threshold: float) -> None:
    """Refuse what is no usable distance, before any photo is looked at.

    Raises  BadThreshold.
    """
    if not math.isfinite(threshold) or not 0 < threshold <= MAX_THRESHOLD:
        raise BadThreshold(
            f"the threshold is {threshold}; a distance above 0 and at most {MAX_THRESHOLD} is "
            "accepted"
        )
