"""Distances of pairs → a calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.calibration import ErrorRate
from facecompare.engines.protocol import EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.dataset import distance_rows
from facecompare.evaluation.metrics import Pairs
from facecompare.evaluation.pairs import person_of
from facecompare.pipeline.match import COSINE, EUCLIDEAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP = 0.01  # between points of both curves; the FMR changes by a third over it at most
SCORES_TO = 1.2  # no two faces of LFW are further apart
THRESHOLDS = {EUCLIDEAN: (0.30, 1.00), COSINE: (0.0, 1.30)}  # which hold nearly all strangers
RESAMPLES = 500


def fit_scores(pairs: Pairs) -> tuple[tuple[float, float], ...]:
    """The chance that a pair is genuine by its distance, each kind weighing as much: a logistic
    curve, which falls everywhere and needs no more than a few hundred pairs."""
    from sklearn.linear_model import LogisticRegression

    finite = np.isfinite(pairs.distances)
    model = LogisticRegression(C=np.inf, class_weight="balanced")
    model.fit(pairs.distances[finite, None], pairs.same[finite])
    places = np.round(np.arange(0, SCORES_TO + STEP / 2, STEP), 2)
    chances = model.predict_proba(places[:, None])[:, 1]
    return tuple(
        (float(place), round(100 * float(chance), 3))
        for place, chance in zip(places, chances, strict=True)
    )


def fit_false_non_matches(
    pairs: Pairs, thresholds: NDArray[np.float64], seed: int = 0
) -> tuple[ErrorRate, ...]:
    """False non-match rates over the genuine pairs that are listed; those without a face count."""
    return _over_listed(pairs.genuine, np.greater_equal, thresholds, seed)


def fit_listed_false_matches(
    pairs: Pairs, thresholds: NDArray[np.float64], seed: int = 0
) -> tuple[ErrorRate, ...]:
    """False match rates over the impostor pairs that are listed, where folders name nobody."""
    return _over_listed(pairs.impostor, np.less, thresholds, seed)


def _over_listed(
    distances: NDArray[np.float64],
    is_error: np.ufunc,
    thresholds: NDArray[np.float64],
    seed: int,
) -> tuple[ErrorRate, ...]:
    drawn = np.random.default_rng(seed).choice(distances, (RESAMPLES, len(distances)))
    shares = [is_error(each[..., None], thresholds).mean(axis=-2) for each in (distances, drawn)]
    return error_rates(thresholds, shares[0], shares[1])


def fit_false_matches(
    embedded: Mapping[str, EmbeddingResult],
    thresholds: NDArray[np.float64],
    card: EngineCard,
    seed: int = 0,
) -> tuple[ErrorRate, ...]:
    """False match rates over all pairs of photos of two people, by the folders that these lie in.

    The 95 % intervals are of people drawn anew: pairs that share a person are not independent.
    """
    names = [name for name, made in embedded.items() if not made.failure]
    people, person = np.unique([person_of(name) for name in names], return_inverse=True)
    photos = np.bincount(person)
    one, other, bins = _close_pairs(
        np.stack([embedded[name].values for name in names]), person, thresholds, card
    )
    random = np.random.default_rng(seed)
    shares = _shares(np.ones(len(people)), photos, one, other, bins, len(thresholds))
    drawn = np.array(
        [
            _shares(
                np.bincount(random.integers(0, len(people), len(people)), minlength=len(people)),
                *(photos, one, other, bins, len(thresholds)),
            )
            for _ in range(RESAMPLES)
        ]
    )
    return error_rates(thresholds, shares, drawn)


def error_rates(
    thresholds: NDArray[np.float64], shares: NDArray[np.float64], drawn: NDArray[np.float64]
) -> tuple[ErrorRate, ...]:
    """A row for each threshold; `drawn` has the shares of people or pairs drawn anew, [times,
    thresholds]."""
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
    rows = zip(thresholds, shares, low, high, strict=True)
    return tuple(ErrorRate(*(float(f"{value:.4g}") for value in row)) for row in rows)


def _close_pairs(
    values: NDArray[np.float32],
    person: NDArray[np.intp],
    thresholds: NDArray[np.float64],
    card: EngineCard,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Every pair of two people nearer than the last threshold: both people, and the first threshold
    that the pair matches at."""
    found = []
    for rows, distances in distance_rows(values, card):
        row, column = np.nonzero(distances < thresholds[-1])
        keep = (row + rows.start < column) & (person[row + rows.start] != person[column])
        row, column = row[keep], column[keep]
        place = np.searchsorted(thresholds, distances[row, column], side="right")
        found.append((person[row + rows.start], person[column], place))
    one, other, bins = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return one, other, bins


def _shares(
    weights: NDArray[np.floating | np.integer],
    photos: NDArray[np.intp],
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    bins: NDArray[np.intp],
    count: int,
) -> NDArray[np.float64]:
    """The share of pairs that match at each threshold, with people as often as their weight."""
    weighted = weights * photos
    pairs = (weighted.sum() ** 2 - np.square(weighted).sum()) / 2
    matched = np.bincount(bins, weights=weights[one] * weights[other], minlength=count + 1)
    shares: NDArray[np.float64] = np.cumsum(matched[:count]) / (pairs or 1)  # one person, no pair
    return shares
