"""Whether a calibration keeps its word on photos that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from facecompare.engines.calibration import Calibration, FalseAccepts
from facecompare.errors import FmrNotCalibrated
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.fitting import fit_false_accepts
from facecompare.evaluation.metrics import FARS, Pairs, Share
from facecompare.evaluation.pairs import Pair, folders_name_people

EDGES = tuple(range(0, 101, 10))


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Pairs with scores from `low` to `high`, and how many of them are genuine."""

    low: int
    high: int
    genuine: Share


@dataclass(frozen=True, slots=True)
class PromisedFar:
    """The threshold that the calibration names for a rate, and the rates found there: among the
    listed pairs, and among all pairs of two people where the folders name people."""

    far: float
    threshold: float
    listed: Share
    all_pairs: FalseAccepts | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was promised beside what was found."""

    source: str
    scores: tuple[ScoreBin, ...]
    fars: tuple[PromisedFar, ...]


def reliability(
    calibration: Calibration,
    listed: Sequence[Pair],
    pairs: Pairs,
    enrolled: Mapping[str, EmbeddingResult],
    metric: str,
) -> Reliability:
    """The calibration judged by these pairs; those without a distance have no score."""
    scores = np.array([calibration.score_of(each) for each in pairs.distances.tolist()])
    finite = np.isfinite(pairs.distances)
    bins = []
    for low, high in pairwise(EDGES):
        upper = scores <= high if high == EDGES[-1] else scores < high
        inside = finite & (scores >= low) & upper
        bins.append(
            ScoreBin(low, high, Share.counted(int(pairs.same[inside].sum()), int(inside.sum())))
        )
    thresholds = {far: each for far in FARS if (each := _threshold(calibration, far)) is not None}
    places = np.array(sorted(thresholds.values()))
    known = folders_name_people(listed) and len(places)
    measured = (
        {row.threshold: row for row in fit_false_accepts(enrolled, places, metric)} if known else {}
    )
    fars = [
        PromisedFar(far, threshold, _listed(pairs, threshold), measured.get(_rounded(threshold)))
        for far, threshold in thresholds.items()
    ]
    return Reliability(calibration.source, tuple(bins), tuple(fars))


def _threshold(calibration: Calibration, far: float) -> float | None:
    try:
        return _rounded(calibration.threshold_for(far))
    except FmrNotCalibrated:
        return None


def _rounded(threshold: float) -> float:
    """To the digits that false-accept rates are kept with."""
    return float(f"{threshold:.4g}")


def _listed(pairs: Pairs, threshold: float) -> Share:
    return Share.counted(int((pairs.impostor < threshold).sum()), len(pairs.impostor))
