"""What a distance stands for: a verdict, a score, and the error rates of ISO/IEC 19795-1, which are
the false match rate (FMR) and the false non-match rate (FNMR).

A calibration is measured for one exact engine and means nothing for another. Light: no numpy, for a
function that starts has no time to lose.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from facecompare.errors import FmrNotCalibrated

SAME_SCORE, DIFFERENT_SCORE = 90.0, 10.0  # nine of ten such pairs are of one person; of two
Curve = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """An error rate at a threshold, with its 95 % interval."""

    threshold: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReferenceCurves:
    """A calibration's curves for several photos of one person against one photo."""

    photos: int
    genuine: int
    impostor: int
    scores: tuple[tuple[float, float], ...]
    false_matches: tuple[ErrorRate, ...]
    false_non_matches: tuple[ErrorRate, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Straight lines between measured points; beyond them the last value holds.

    `scores` are (distance, score) with rising distances and falling scores; `false_matches` have
    rising thresholds and shares, `false_non_matches` rising thresholds and falling shares.
    """

    engine: str
    model_digest: str
    source: str
    genuine: int
    impostor: int
    scores: tuple[tuple[float, float], ...]
    false_matches: tuple[ErrorRate, ...]
    false_non_matches: tuple[ErrorRate, ...] = ()
    references: tuple[ReferenceCurves, ...] = ()

    def fits(self, engine: str, model_digest: str) -> bool:
        """Whether it was measured with this engine and these weights."""
        return (self.engine, self.model_digest) == (engine, model_digest)

    def score_of(self, distance: float) -> float:
        """0 to 100: how many of 100 such pairs are genuine, had both kinds been equally many."""
        return round(_on(self.scores, distance), 1)

    def fmr_at(self, distance: float) -> float:
        """The false match rate at this distance: the share of impostor pairs below it."""
        return _on([(row.threshold, row.share) for row in self.false_matches], distance)

    def fnmr_at(self, distance: float) -> float | None:
        """The false non-match rate at this distance: the share of genuine pairs that are as far
        apart, or further. None where it was not measured."""
        curve = [(row.threshold, row.share) for row in self.false_non_matches]
        return _on(curve, distance) if curve else None

    def grey_zone(self, threshold: float) -> tuple[float, float]:
        """The distances that are called neither same nor different; the first included, the last
        not: between the threshold and the distances from which on nine of ten pairs are of one
        kind, whichever lie further out."""
        curve = _rising([(-score, distance) for distance, score in self.scores])
        # To four digits as they are told; a threshold is never rounded, for it decides too.
        same, different = (round(_on(curve, -each), 4) for each in (SAME_SCORE, DIFFERENT_SCORE))
        return min(threshold, same), max(threshold, different)

    def of_reference(self, photos: int) -> Calibration | None:
        """For so many photos of one person against one; None where that was not measured."""
        if photos == 1:
            return self
        for each in self.references:
            if each.photos == photos:
                curves = {f.name: getattr(each, f.name) for f in fields(each) if f.name != "photos"}
                return replace(self, **curves, references=())
        return None

    def of_nearest(self, face_pairs: int) -> Calibration:
        """For the nearest of so many pairs of faces, of which one at most is of one person.

        Each pair of strangers is another chance to be near by accident: the share that is so is
        1 − (1 − FMR)ⁿ, and the odds that the nearest pair is of one person are the pair's by n.
        """
        if face_pairs == 1:
            return self
        return replace(
            self,
            scores=tuple(
                (distance, 100 * score / (score + face_pairs * (100 - score)))
                for distance, score in self.scores
            ),
            false_matches=tuple(
                ErrorRate(
                    row.threshold,
                    *(1 - (1 - each) ** face_pairs for each in (row.share, row.low, row.high)),
                )
                for row in self.false_matches
            ),
        )

    def threshold_for(self, fmr: float) -> float:
        """The threshold with this false match rate.

        Raises  FmrNotCalibrated for a share that was not measured.
        """
        curve = self._thresholds()
        least, most = (curve[0][0], curve[-1][0]) if curve else (0.0, 0.0)
        if not least <= fmr <= most or not curve:
            raise FmrNotCalibrated(
                f"found a false match rate of {fmr:g}; expected, for {self.engine}, one of "
                f"the rates from {least:.1g} to {most:.1g} that are measured"
            )
        return _on(curve, fmr)

    def threshold_near(self, fmr: float) -> float:
        """As `threshold_for`, of the nearest rate that was measured."""
        return _on(self._thresholds(), fmr)

    def _thresholds(self) -> list[tuple[float, float]]:
        """By false match rate."""
        return _rising([(row.share, row.threshold) for row in self.false_matches if row.share])


class Verdict(StrEnum):
    """What two photos are called."""

    SAME = "same"
    UNCERTAIN = "uncertain"
    DIFFERENT = "different"


class Doubt(StrEnum):
    """Why a verdict is uncertain."""

    NEAR_THRESHOLD = "near_threshold"
    """the distance lies in the grey zone"""
    NETWORKS_CONTRADICT = "networks_contradict"
    """one network is sure of one person, the other of two; it is uncertain at any distance"""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a distance stands for; without a calibration there are no rates, no score and no grey
    zone: it begins and ends at the threshold."""

    verdict: Verdict
    uncertain_from: float
    uncertain_to: float
    uncertain_because: Doubt | None = None
    score: float | None = None
    fmr_at_threshold: float | None = None
    fmr_at_distance: float | None = None
    fnmr_at_distance: float | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The verdict and why it is uncertain, as records and results have them."""
        return told(self.verdict, self.uncertain_because)


def interpretation_of(
    calibration: Calibration | None,
    distance: float,
    threshold: float,
    *,
    contradiction: bool = False,
    face_pairs: int = 1,
) -> Interpretation:
    """What these stand for: the one place where a verdict is decided. The distance is that of the
    nearest of so many pairs of faces."""
    calibration = calibration.of_nearest(face_pairs) if calibration else None
    begin, end = calibration.grey_zone(threshold) if calibration else (threshold, threshold)
    doubt = Doubt.NETWORKS_CONTRADICT if contradiction else None
    if begin <= distance < end:
        doubt = doubt or Doubt.NEAR_THRESHOLD
    called = Interpretation(verdict_of(distance < begin, doubt), begin, end, doubt)
    if calibration is None:
        return called
    return replace(
        called,
        score=calibration.score_of(distance),
        fmr_at_threshold=_rate(calibration.fmr_at(threshold)),
        fmr_at_distance=_rate(calibration.fmr_at(distance)),
        fnmr_at_distance=_rate(calibration.fnmr_at(distance)),
    )


def verdict_of(near: bool, doubt: Doubt | None) -> Verdict:
    """The word for faces that are near enough for one person or not, if there is no doubt."""
    if doubt:
        return Verdict.UNCERTAIN
    return Verdict.SAME if near else Verdict.DIFFERENT


def told(verdict: Verdict, doubt: Doubt | None) -> dict[str, Any]:
    """A verdict and its reason as texts, under the names that records and results have."""
    return {"verdict": str(verdict), "uncertain_because": str(doubt) if doubt else None}


def _rate(share: float | None) -> float | None:
    """To three digits, which is more than is known."""
    return None if share is None else float(f"{share:.3g}")


def _rising(curve: Curve) -> list[tuple[float, float]]:
    """The curve without points that share their place with an earlier one."""
    kept: list[tuple[float, float]] = []
    for place, value in curve:
        if not kept or place > kept[-1][0]:
            kept.append((place, value))
    return kept


def _on(curve: Curve, place: float) -> float:
    """The value at this place of a curve whose places rise."""
    after = bisect_right(curve, place, key=lambda point: point[0])
    if after in (0, len(curve)):
        return curve[min(after, len(curve) - 1)][1]
    (place0, value0), (place1, value1) = curve[after - 1], curve[after]
    return value0 + (value1 - value0) * (place - place0) / (place1 - place0)
