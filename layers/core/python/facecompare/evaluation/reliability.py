"""Whether a calibration holds on photos that it was not fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from facecompare.engines.calibration import Calibration, ErrorRate
from facecompare.engines.protocol import EngineCard
from facecompare.errors import FmrNotCalibrated
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.fitting import fit_false_matches
from facecompare.evaluation.metrics import FMRS, Pairs, Share
from facecompare.evaluation.pairs import LabelledPair, folders_name_people

EDGES = tuple(range(0, 101, 10))


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Pairs with scores from `low` to `high`, and how many of them are genuine."""

    low: int
    high: int
    genuine: Share


@dataclass(frozen=True, slots=True)
class PromisedFmr:
    """The threshold that the calibration gives for an FMR, and the FMR measured there: among the
    listed pairs, and among all pairs of two people where the folders name people."""

    fmr: float
    threshold: float
    listed: Share
    all_pairs: ErrorRate | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The calibration's figures beside those that were measured."""

    source: str
    scores: tuple[ScoreBin, ...]
    fmrs: tuple[PromisedFmr, ...]


def reliability(
    calibration: Calibration,
    listed: Sequence[LabelledPair],
    pairs: Pairs,
    embedded: Mapping[str, EmbeddingResult],
    card: EngineCard,
) -> Reliability:
    """The calibration judged by these pairs; those without a distance have no score."""
    bins = _score_bins(calibration, pairs)
    thresholds = {fmr: each for fmr in FMRS if (each := _threshold(calibration, fmr)) is not None}
    places = np.array(sorted(thresholds.values()))
    known = folders_name_people(listed) and len(places)
    measured = (
        {row.threshold: row for row in fit_false_matches(embedded, places, card)} if known else {}
    )
    fmrs = [
        PromisedFmr(fmr, threshold, _listed(pairs, threshold), measured.get(_rounded(threshold)))
        for fmr, threshold in thresholds.items()
    ]
    return Reliability(calibration.source, tuple(bins), tuple(fmrs))


def _score_bins(calibration: Calibration, pairs: Pairs) -> list[ScoreBin]:
    scores = np.array([calibration.score_of(each) for each in pairs.distances.tolist()])
    finite = np.isfinite(pairs.distances)
    bins = []
    for low, high in pairwise(EDGES):
        upper = scores <= high if high == EDGES[-1] else scores < high
        inside = finite & (scores >= low) & upper
        share = Share.counted(int(pairs.same[inside].sum()), int(inside.sum()))
        bins.append(ScoreBin(low, high, share))
    return bins


def _threshold(calibration: Calibration, fmr: float) -> float | None:
    try:
        return _rounded(calibration.threshold_for(fmr))
    except FmrNotCalibrated:
        return None


def _rounded(threshold: float) -> float:
    """To the digits that false match rates are kept with."""
    return float(f"{threshold:.4g}")


def _listed(pairs: Pairs, threshold: float) -> Share:
    return Share.counted(int((pairs.impostor < threshold).sum()), len(pairs.impostor))
