"""Several photos of one person against one: their error rates, by people and draws of photos.

Of each person with more photos than a reference has, references are drawn; each is held against
the person's other photos and against all photos of others. The 95 % intervals are of people drawn
anew, for the draws of one person are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.calibration import Calibration, ErrorRate, ReferenceCurves
from facecompare.engines.protocol import EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.dataset import distance_matrix
from facecompare.evaluation.fitting import error_rates, fit_scores
from facecompare.evaluation.metrics import Pairs, Share
from facecompare.evaluation.pairs import person_of
from facecompare.options import MAX_REFERENCE_PHOTOS
from facecompare.pipeline.match import fused

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPORTED = (1, 2, 3, 5)
FMR = 0.001  # at which they are reported
DRAWS = 8  # references of one person: more repeat each other
FEWEST_PEOPLE = 20  # of whom there must be references for figures that mean something
IMPOSTORS_FITTED = 20_000  # distances that the score is fitted to, as it weighs both kinds alike
RESAMPLES = 500


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Distances of references of so many photos, a list for each person."""

    photos: int
    genuine: Sequence[NDArray[np.float32]]
    impostor: Sequence[NDArray[np.float32]]

    def false_matches(self, thresholds: NDArray[np.float64]) -> tuple[ErrorRate, ...]:
        """The share of impostor distances below each threshold."""
        return _rates(self.impostor, _below, thresholds)

    def false_non_matches(self, thresholds: NDArray[np.float64]) -> tuple[ErrorRate, ...]:
        """The share of genuine distances that are not."""
        return _rates(self.genuine, _not_below, thresholds)

    def curves(self, thresholds: NDArray[np.float64]) -> ReferenceCurves:
        """What a calibration has of them."""
        genuine, impostor = np.concatenate(self.genuine), np.concatenate(self.impostor)
        some = np.random.default_rng(0).choice(impostor, min(IMPOSTORS_FITTED, len(impostor)))
        same = np.arange(len(genuine) + len(some)) < len(genuine)
        return ReferenceCurves(
            photos=self.photos,
            genuine=len(genuine),
            impostor=len(impostor),
            scores=fit_scores(Pairs(np.concatenate([genuine, some]).astype(np.float64), same)),
            false_matches=self.false_matches(thresholds),
            false_non_matches=self.false_non_matches(thresholds),
        )


@dataclass(frozen=True, slots=True)
class ReferenceFigures:
    """What references of so many photos do at the threshold of one false match rate."""

    photos: int
    people: int
    threshold: float
    """that the calibration has for the rate"""
    false_match_rate: Share
    false_non_match_rate: Share
    with_one: Share
    """the false non-match rate of the same people's single photos, at one photo's threshold"""


def reference_trials(
    embedded: Mapping[str, EmbeddingResult], card: EngineCard, photos: int, least: int = 0
) -> Trials:
    """The distances of all people with more photos than `photos`, and than `least`."""
    names = [name for name, made in embedded.items() if not made.failure]
    values = np.stack([embedded[name].values for name in names])
    people, person = np.unique([person_of(name) for name in names], return_inverse=True)
    random = np.random.default_rng(0)
    genuine, impostor = [], []
    for each in range(len(people)):
        own = np.flatnonzero(person == each)
        if len(own) <= max(photos, least):
            continue
        drawn = _draws(own, photos, random)
        references = np.stack([fused(list(values[list(draw)]), card) for draw in drawn])
        distances = distance_matrix(references, values, card)
        others = np.array([np.isin(own, draw, invert=True) for draw in drawn])
        genuine.append(distances[:, own][others])
        impostor.append(distances[:, person != each].ravel())
    return Trials(photos, genuine, impostor)


def fit_references(
    embedded: Mapping[str, EmbeddingResult], thresholds: NDArray[np.float64], card: EngineCard
) -> tuple[ReferenceCurves, ...]:
    """For two photos and more, as far as there are people enough."""
    all_trials = (
        reference_trials(embedded, card, photos) for photos in range(2, MAX_REFERENCE_PHOTOS + 1)
    )
    return tuple(
        trials.curves(thresholds) for trials in all_trials if len(trials.genuine) >= FEWEST_PEOPLE
    )


def reference_figures(
    embedded: Mapping[str, EmbeddingResult], calibration: Calibration, card: EngineCard
) -> tuple[ReferenceFigures, ...]:
    """For each of REPORTED that the calibration has and for which there are people."""
    found = []
    for photos in REPORTED:
        known, trials = calibration.of_reference(photos), reference_trials(embedded, card, photos)
        if known is None or not trials.genuine:
            continue
        threshold = known.threshold_near(FMR)
        single = reference_trials(embedded, card, 1, least=photos)
        found.append(
            ReferenceFigures(
                photos=photos,
                people=len(trials.genuine),
                threshold=float(f"{threshold:.4g}"),
                false_match_rate=_share(trials.false_matches, trials.impostor, threshold),
                false_non_match_rate=_share(trials.false_non_matches, trials.genuine, threshold),
                with_one=_share(
                    single.false_non_matches, single.genuine, calibration.threshold_near(FMR)
                ),
            )
        )
    return tuple(found)


def _draws(
    own: NDArray[np.intp], photos: int, random: np.random.Generator
) -> list[tuple[int, ...]]:
    """Different choices of so many photos; fewer than DRAWS where there are no more."""
    drawn: dict[tuple[int, ...], None] = {}
    for _ in range(4 * DRAWS):
        drawn[tuple(sorted(random.choice(own, photos, replace=False).tolist()))] = None
        if len(drawn) == DRAWS:
            break
    return list(drawn)


def _below(distances: NDArray[np.float32], thresholds: NDArray[np.float64]) -> NDArray[np.integer]:
    """How many are below each threshold."""
    return np.searchsorted(np.sort(distances), thresholds, side="left")


def _not_below(
    distances: NDArray[np.float32], thresholds: NDArray[np.float64]
) -> NDArray[np.integer]:
    return len(distances) - _below(distances, thresholds)


def _rates(
    people: Iterable[NDArray[np.float32]],
    count: Callable[[NDArray[np.float32], NDArray[np.float64]], NDArray[np.integer]],
    thresholds: NDArray[np.float64],
) -> tuple[ErrorRate, ...]:
    people = list(people)
    errors = np.stack([count(each, thresholds) for each in people])
    totals = np.array([len(each) for each in people])
    size = len(people)
    drawn = np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), RESAMPLES)
    shares = errors.sum(axis=0) / totals.sum()
    return error_rates(thresholds, shares, (drawn @ errors) / (drawn @ totals)[:, None])


def _share(
    rates: Callable[[NDArray[np.float64]], tuple[ErrorRate, ...]],
    people: Sequence[NDArray[np.float32]],
    threshold: float,
) -> Share:
    """The rate at one threshold. Where there is no error, people drawn anew have none either: then
    the interval is that of one trial a person."""
    (row,) = rates(np.array([threshold]))
    high = row.high or Share.counted(0, len(people)).high
    return Share(row.share, row.low, high, sum(map(len, people)))
