"""Which distance decides, and below what: the engine's thresholds, or those asked for. Light."""

from __future__ import annotations

import math
from dataclasses import dataclass

from facecompare.engines.calibration import Calibration
from facecompare.engines.protocol import EngineCard
from facecompare.errors import BadField, BadThreshold, FmrNotCalibrated

MAX_THRESHOLD = 2.0  # no two dlib embeddings of LFW are further apart than 1.2; beyond is a slip


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What decides: a threshold of the first network's distance or, where there is one, of the
    combined distance."""

    first: float
    combined: float | None = None


def requested_thresholds(
    threshold: float | None,
    fmr: float | None,
    card: EngineCard,
    calibration: Calibration | None,
    reference_photos: int = 1,
) -> tuple[float | None, float | None]:
    """What was asked for, itself or as a false match rate: (threshold of the first network's
    distance, threshold of the combined one); at most one of them is not None. With several photos
    of one person, the threshold that has the false match rate which the engine's own has with one.

    Raises  BadField when both were asked for; BadThreshold, FmrNotCalibrated.
    """
    if threshold is not None and fmr is None:
        check_threshold(threshold)
        return threshold, None
    if fmr is None:
        if reference_photos == 1:
            return None, None
        own = card.second.threshold if card.second else card.default_threshold
        return _decisive(threshold_for_reference(own, calibration, reference_photos), card)
    several = calibration.of_reference(reference_photos) if calibration else None
    if threshold is not None:
        raise BadField("found a threshold and a false match rate (fmr); expected one of them")
    if several is None:
        photos = f" for {reference_photos} photos of one person" if reference_photos > 1 else ""
        raise FmrNotCalibrated(
            f"found a false match rate and no calibration of {card.id}{photos}; expected a "
            "calibrated engine; send a threshold instead"
        )
    return _decisive(several.threshold_for(fmr), card)


def threshold_for_reference(
    threshold: float, calibration: Calibration | None, reference_photos: int
) -> float:
    """For so many photos of one person, what has the same false match rate as this has for one; the
    same one where that was not measured."""
    several = calibration.of_reference(reference_photos) if calibration else None
    if calibration is None or several is None or reference_photos == 1:
        return threshold
    return several.threshold_near(calibration.fmr_at(threshold))


def _decisive(threshold: float, card: EngineCard) -> tuple[float | None, float | None]:
    return (None, threshold) if card.second else (threshold, None)


def thresholds_of(
    card: EngineCard, threshold: float | None = None, combined_threshold: float | None = None
) -> Thresholds:
    """The engine's own thresholds, or those that were asked for; with a threshold of the first
    network's distance that network decides alone.

    Raises  BadThreshold.
    """
    if threshold is not None:
        check_threshold(threshold)
        return Thresholds(threshold)
    if card.second is None:
        return Thresholds(card.default_threshold)
    return Thresholds(card.default_threshold, combined_threshold or card.second.threshold)


def check_threshold(threshold: float) -> None:
    """Refuse what is no usable distance, before any photo is looked at.

    Raises  BadThreshold.
    """
    if not math.isfinite(threshold) or not 0 < threshold <= MAX_THRESHOLD:
        raise BadThreshold(
            f"found the threshold {threshold}; expected a distance above 0 and at most "
            f"{MAX_THRESHOLD}"
        )
