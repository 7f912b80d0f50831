"""Stage 5: two embeddings and their thresholds → the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.thresholds import Thresholds
from facecompare.pipeline.embed import Embedding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import EngineCard

    Values = NDArray[np.float32]  # an embedding's numbers

EUCLIDEAN, COSINE = "euclidean", "cosine"


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict of one network, or of two.

    `distance` and `threshold` are the first network's, whoever decides. Where it decides alone,
    `same_person` is `distance < threshold`; where both do, `combined_distance <
    combined_threshold`.
    """

    distance: float
    threshold: float
    same_person: bool
    decided_by: str
    """the id of the engine whose distance decided: the whole one's, or that of its first network"""
    second_distance: float | None = None
    combined_distance: float | None = None
    combined_threshold: float | None = None
    uncertain: bool = False
    """the two networks contradict each other strongly"""

    @property
    def decisive(self) -> tuple[float, float]:
        """The distance that decided, and its threshold; `decided_by` says which calibration tells
        what they stand for."""
        if self.combined_distance is None or self.combined_threshold is None:
            return self.distance, self.threshold
        return self.combined_distance, self.combined_threshold


def decisive_threshold(card: EngineCard) -> float:
    """The engine's own threshold of the distance by which it decides."""
    return card.second.threshold if card.second else card.default_threshold


def match(
    embedding1: Embedding, embedding2: Embedding, thresholds: Thresholds, card: EngineCard
) -> Match:
    """Compare by distance; the order of the two does not matter.

    Raises  ValueError when the embeddings are not both of this engine.
    """
    if not embedding1.engine_id == embedding2.engine_id == card.id:
        raise ValueError(f"{embedding1.engine_id} and {embedding2.engine_id} do not compare")
    found = distances_between(embedding1.values, embedding2.values, card)
    if card.second is None or thresholds.combined is None:
        return Match(
            distance=found.first,
            threshold=thresholds.first,
            same_person=found.first < thresholds.first,
            decided_by=card.second.first_id if card.second else card.id,
        )
    return Match(
        distance=found.first,
        threshold=thresholds.first,
        same_person=found.decisive < thresholds.combined,
        decided_by=card.id,
        second_distance=found.second,
        combined_distance=found.decisive,
        combined_threshold=thresholds.combined,
        uncertain=card.second.contradicts(found.first, found.second),
    )


@dataclass(frozen=True, slots=True)
class Distances:
    """Of two faces: by each network, and the one by which the engine decides."""

    first: float
    second: float
    """NaN where there is one network"""
    decisive: float


def distances_between(values1: Values, values2: Values, card: EngineCard) -> Distances:
    """The distances of two embeddings of this engine."""
    end = card.first_dimension
    first = distance_between(values1[:end], values2[:end], card.metric)
    if card.second is None:
        return Distances(first, float("nan"), first)
    second = distance_between(values1[end:], values2[end:], card.second.card.metric)
    return Distances(first, second, card.second.combined(first, second))


def distance_between(values1: Values, values2: Values, metric: str) -> float:
    """The Euclidean distance, or one less the cosine similarity: 0 for the same, 2 at most."""
    one, other = values1.astype(np.float64), values2.astype(np.float64)
    if metric == COSINE:
        norms = float(np.linalg.norm(one) * np.linalg.norm(other))
        similarity = float(one @ other) / norms if norms else 0.0
        return min(max(1 - similarity, 0.0), 2.0)  # rounding leads a little out of it
    return float(np.sqrt(np.square(one - other).sum()))
