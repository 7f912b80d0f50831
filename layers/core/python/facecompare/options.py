"""What a caller may ask for beside the photos. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from facecompare.config import ImageLimits
from facecompare.engines.calibration import Calibration, check_threshold, requested_threshold
from facecompare.engines.protocol import EngineCard
from facecompare.errors import FmrNotCalibrated


class FacePolicy(StrEnum):
    """Which face of a photo is compared."""

    LARGEST = "largest"
    MOST_CENTRAL = "most-central"
    ONLY_ONE = "only-one"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What decides: a threshold of the first network's distance or, where there is one, of the
    combined distance."""

    first: float
    combined: float | None = None


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a caller may choose, from the edge to the pipeline; None is the installation's default.

    `limits` and `threads` are the installation's own: `FaceService.options` sets them, no caller
    does.
    """

    threshold: float | None = None
    """a distance, in the engine's metric; where the engine has two networks, the first then decides
    alone"""
    fmr: float | None = None
    """a false match rate (ISO/IEC 19795-1) instead of a threshold; `with_fmr_resolved` turns it
    into one"""
    combined_threshold: float | None = None
    """of the distance by which two networks decide; `with_fmr_resolved` sets it, no caller does"""
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

    def with_fmr_resolved(
        self, card: EngineCard, calibration: Calibration | None
    ) -> RequestOptions:
        """The same with a threshold in place of the false match rate: of the distance by which
        this engine decides.

        Raises  BadField when both were asked for; BadThreshold, FmrNotCalibrated.
        """
        asked = requested_threshold(self.threshold, self.fmr, card.id, calibration)
        if self.fmr is None or card.second is None:
            return replace(self, threshold=asked, fmr=None)
        return replace(self, combined_threshold=asked, fmr=None)

    def thresholds(self, card: EngineCard) -> Thresholds:
        """The engine's own thresholds, or those that were asked for; with a threshold of the first
        network's distance that network decides alone.

        Raises  BadThreshold; FmrNotCalibrated while a false match rate is not resolved.
        """
        if self.fmr is not None:
            raise FmrNotCalibrated(
                "found a false match rate and no calibration; expected a threshold; send a "
                "threshold, or compare through FaceService, which turns a rate into one"
            )
        if self.threshold is not None:
            check_threshold(self.threshold)
            return Thresholds(self.threshold)
        if card.second is None:
            return Thresholds(card.default_threshold)
        return Thresholds(card.default_threshold, self.combined_threshold or card.second.threshold)
