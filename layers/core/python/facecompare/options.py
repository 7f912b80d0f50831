"""What a caller may ask for beside the photos, and what it means for one engine. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from facecompare.config import ImageLimits, Settings
from facecompare.engines.calibration import Calibration
from facecompare.errors import BadField, BadThreshold, FarNotCalibrated, Landmarks68Off

MAX_THRESHOLD = 2.0  # no two dlib embeddings of LFW are further apart than 1.2; beyond is a slip


class FacePolicy(StrEnum):
    """Which face of a photo is compared."""

    LARGEST = "largest"
    MOST_CENTRAL = "most-central"
    ONLY_ONE = "only-one"


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a caller may choose, from the edge to the pipeline; None is the installation's default.

    `limits` and `threads` are the installation's own: `resolved` sets them, no caller does.
    """

    threshold: float | None = None
    """a distance, in the engine's metric"""
    far: float | None = None
    """a false-match rate instead of a threshold; `resolved` turns it into one"""
    face: FacePolicy = FacePolicy.LARGEST
    faces: Mapping[str, int] = field(default_factory=dict)
    """photo → the face to compare, by its place from the largest, 0, to the smallest; beats `face`
    """
    landmarks68: bool = False
    chips: bool = False
    """whether the response carries each aligned face"""
    engine: str | None = None
    limits: ImageLimits = field(default_factory=ImageLimits)
    threads: int = 2

    def resolved(
        self, settings: Settings, engine: str, calibration: Calibration | None
    ) -> RequestOptions:
        """These options as the pipeline takes them here: a threshold or None, limits and threads.

        Raises  BadField, BadThreshold, FarNotCalibrated, Landmarks68Off.
        """
        if self.landmarks68 and not settings.landmarks68:
            raise Landmarks68Off(
                "68-point landmarks were asked for and are switched off, because their model's "
                "licence excludes commercial use (iBUG 300-W); FACECOMPARE_LANDMARKS68=on "
                "switches them on"
            )
        return replace(
            self,
            threshold=self.threshold_with(engine, calibration),
            far=None,
            engine=engine,
            limits=settings.limits,
            threads=settings.threads,
        )

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
