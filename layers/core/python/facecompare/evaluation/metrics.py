"""Error rates of verification, from the distances of genuine and impostor pairs.

Terms are those of ISO/IEC 19795-1: the false match rate (FMR) is the share of impostor pairs whose
distance is below the threshold, the false non-match rate (FNMR) that of genuine pairs whose is not.

A pair of which a photo has no usable face has an infinite distance, and so counts as a non-match.
Intervals are of 95 %: Wilson's for a share at a fixed threshold, and percentiles of resampled pairs
where the threshold itself depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Distances = NDArray[np.float64]

FMRS = (0.1, 0.01, 0.001)
FOLDS = 10
RESAMPLES = 1_000
FEW_RESAMPLES = 200  # for figures that vary little and take their time
BEYOND = 4.0  # stands for infinite where a number is needed: twice what any two embeddings reach
Z95 = 1.959964  # of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of so many, with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int

    @classmethod
    def counted(cls, hits: int, of: int) -> Self:
        """Wilson's score interval; (0, 1) of nothing."""
        if of == 0:
            return cls(float("nan"), 0.0, 1.0, 0)
        share, z2 = hits / of, Z95**2
        centre = (share + z2 / (2 * of)) / (1 + z2 / of)
        half = Z95 / (1 + z2 / of) * np.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
        low = 0.0 if hits == 0 else max(0.0, float(centre - half))
        high = 1.0 if hits == of else min(1.0, float(centre + half))
        return cls(share, low, high, of)


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Means over the folds, and how much the accuracy varies between them."""

    accuracy: float
    standard_error: float
    threshold: float
    folds: int


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What happens at one threshold; precision, recall and F1 are of "the same person"."""

    threshold: float
    accuracy: Share
    false_match_rate: Share
    false_non_match_rate: Share
    precision: float
    recall: float
    f1: float
    confusion: dict[str, int]


@dataclass(frozen=True, slots=True)
class AtFmr:
    """The true match rate, 1 − FNMR, at a false match rate; `threshold` is the largest with it."""

    fmr: float
    threshold: float
    true_match_rate: Share


@dataclass(frozen=True, slots=True)
class Separability:
    """How far apart the two kinds lie; pairs without a distance are left out.

    `ratio` is of the means; `decidability` their difference in deviations (Daugman's d').
    """

    genuine_mean: float
    genuine_deviation: float
    impostor_mean: float
    impostor_deviation: float
    ratio: float
    decidability: float


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Distances of pairs and which of them are genuine; both kinds are there."""

    distances: Distances
    same: NDArray[np.bool_]
    folds: NDArray[np.intp] | None = None

    @property
    def genuine(self) -> Distances:
        """Of one person."""
        return self.distances[self.same]

    @property
    def impostor(self) -> Distances:
        """Of two people."""
        return self.distances[~self.same]

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.distances[which], self.same[which])


def at_threshold(pairs: Pairs, threshold: float) -> AtThreshold:
    """The confusion matrix at a threshold, and what follows from it."""
    matched = pairs.distances < threshold
    true_matches = int((matched & pairs.same).sum())
    false_matches = int((matched & ~pairs.same).sum())
    genuine, impostor = int(pairs.same.sum()), int((~pairs.same).sum())
    right = true_matches + impostor - false_matches
    matches = true_matches + false_matches
    return AtThreshold(
        threshold=threshold,
        accuracy=Share.counted(right, genuine + impostor),
        false_match_rate=Share.counted(false_matches, impostor),
        false_non_match_rate=Share.counted(genuine - true_matches, genuine),
        precision=true_matches / matches if matches else float("nan"),
        recall=true_matches / genuine if genuine else float("nan"),
        f1=2 * true_matches / (matches + genuine) if matches + genuine else float("nan"),
        confusion={
            "true_matches": true_matches,
            "false_non_matches": genuine - true_matches,
            "false_matches": false_matches,
            "true_non_matches": impostor - false_matches,
        },
    )


def auc(pairs: Pairs) -> float:
    """The chance that a genuine pair is closer than an impostor pair."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(pairs.same, -np.minimum(pairs.distances, BEYOND)))


def auc_share(pairs: Pairs) -> Share:
    """The same with its interval."""
    low, high = resampled(pairs, auc, times=FEW_RESAMPLES)
    return Share(auc(pairs), low, high, len(pairs.same))


def equal_error_rate(pairs: Pairs) -> float:
    """Where the false match rate and the false non-match rate are the same."""
    fmr, fnmr = error_curves(pairs)
    crossing = int(np.argmax(fmr >= fnmr))
    if crossing == 0:
        return float(fmr[0])
    gap0, gap1 = (float(fnmr[at] - fmr[at]) for at in (crossing - 1, crossing))
    share = gap0 / (gap0 - gap1) if gap0 != gap1 else 0.0
    return float(fmr[crossing - 1] + share * (fmr[crossing] - fmr[crossing - 1]))


def error_curves(pairs: Pairs) -> tuple[Distances, Distances]:
    """FMR, rising, and FNMR, falling, at all distances that occur."""
    thresholds = np.append(np.unique(np.minimum(pairs.distances, BEYOND)), BEYOND + 1)
    genuine, impostor = (
        np.sort(np.minimum(kind, BEYOND)) for kind in (pairs.genuine, pairs.impostor)
    )
    fmr = np.searchsorted(impostor, thresholds) / len(impostor)
    fnmr = 1 - np.searchsorted(genuine, thresholds) / len(genuine)
    return fmr, fnmr


def at_fmr(pairs: Pairs, fmr: float, seed: int = 0) -> AtFmr:
    """The true match rate at the largest threshold with no higher false match rate than this."""
    threshold = threshold_at_fmr(pairs.impostor, fmr)
    matched = float((pairs.genuine < threshold).mean())
    low, high = resampled(pairs, lambda some: _true_match_rate_at(some, fmr), seed)
    return AtFmr(fmr, threshold, Share(matched, low, high, len(pairs.genuine)))


def threshold_at_fmr(impostor: Distances, fmr: float) -> float:
    """The largest threshold with so small a share of impostor distances below it."""
    ordered = np.sort(impostor)
    allowed = int(np.floor(fmr * len(ordered) + 1e-9))
    return float(min(ordered[allowed], BEYOND)) if allowed < len(ordered) else BEYOND


def resampled(
    pairs: Pairs, figure: Callable[[Pairs], float], seed: int = 0, times: int = RESAMPLES
) -> tuple[float, float]:
    """The middle 95 % of a figure over pairs drawn anew, each kind for itself."""
    random = np.random.default_rng(seed)
    kinds = [np.flatnonzero(pairs.same), np.flatnonzero(~pairs.same)]
    figures = [
        figure(pairs.chosen(np.concatenate([random.choice(kind, len(kind)) for kind in kinds])))
        for _ in range(times)
    ]
    low, high = np.percentile(figures, (2.5, 97.5))
    return float(low), float(high)


def cross_validated(pairs: Pairs, seed: int = 0) -> CrossValidated:
    """Accuracy, each fold judged at the threshold that is best on the others.

    LFW's own folds where there are several; else ten, or as many as there are pairs of each kind,
    of which two are needed.
    """
    folds = pairs.folds
    if folds is None or len(np.unique(folds)) < 2:
        folds = _folds(pairs.same, seed)
    accuracies, thresholds = [], []
    for fold in np.unique(folds):
        threshold = best_threshold(pairs.chosen(folds != fold))
        inside = pairs.chosen(folds == fold)
        accuracies.append(float(((inside.distances < threshold) == inside.same).mean()))
        thresholds.append(threshold)
    error = float(np.std(accuracies, ddof=1) / np.sqrt(len(accuracies)))
    return CrossValidated(
        float(np.mean(accuracies)), error, float(np.mean(thresholds)), len(accuracies)
    )


def best_threshold(pairs: Pairs) -> float:
    """The threshold with the most right verdicts; of several equally good ones the middle one."""
    order = np.argsort(pairs.distances, kind="stable")
    distances = np.minimum(pairs.distances[order], BEYOND)
    starts = np.concatenate([distances[:1], distances])  # matching nothing, one pair, two …
    ends = np.append(distances, BEYOND)
    gained = np.concatenate([[0], np.cumsum(np.where(pairs.same[order], 1, -1))])
    possible = ends > starts  # equal distances match together
    possible[0] = True
    best = np.flatnonzero(possible & (gained == gained[possible].max()))
    middle = int(best[len(best) // 2])
    return float((starts[middle] + ends[middle]) / 2)


def separability(pairs: Pairs) -> Separability:
    """Means and deviations of both kinds."""
    kinds = [kind[np.isfinite(kind)] for kind in (pairs.genuine, pairs.impostor)]
    means = [float(kind.mean()) if len(kind) else float("nan") for kind in kinds]
    deviations = [float(kind.std()) if len(kind) else float("nan") for kind in kinds]
    pooled = float(np.sqrt((deviations[0] ** 2 + deviations[1] ** 2) / 2))
    return Separability(
        genuine_mean=means[0],
        genuine_deviation=deviations[0],
        impostor_mean=means[1],
        impostor_deviation=deviations[1],
        ratio=means[1] / means[0] if means[0] else float("inf"),
        decidability=(means[1] - means[0]) / pooled if pooled else float("inf"),
    )


def _true_match_rate_at(pairs: Pairs, fmr: float) -> float:
    return float((pairs.genuine < threshold_at_fmr(pairs.impostor, fmr)).mean())


def _folds(same: NDArray[np.bool_], seed: int) -> NDArray[np.intp]:
    """As many of each kind in each fold."""
    random = np.random.default_rng(seed)
    fewest = min(int(same.sum()), int((~same).sum()))
    folds = np.empty(len(same), dtype=np.intp)
    for kind in (same, ~same):
        places = random.permutation(np.flatnonzero(kind))
        folds[places] = np.arange(len(places)) % min(FOLDS, fewest)
    return folds
