"""Stage 5: two embeddings (or several of one person and one) and their thresholds → the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    face_pairs: int = 1
    """how many pairs of faces were held against each other, of which this one is the nearest"""
    reference_photos: int = 1
    """how many photos of one person were fused into one embedding"""

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


@dataclass(frozen=True, slots=True)
class FacePair:
    """Two faces that were held against each other, each by its place among those handed in."""

    face1: int
    face2: int
    match: Match


def match_faces(
    reference: Sequence[Sequence[Embedding]],
    probes: Sequence[Embedding],
    thresholds: Thresholds,
    card: EngineCard,
) -> tuple[FacePair, ...]:
    """Each face of the reference's photo against each probe, the nearest first; where the reference
    is several photos of one person, the first face of each, together.

    `face_pairs` of each match is the number of pairs. Raises  ValueError as `match`.
    """
    first, *further = reference
    ones = [[face[0] for face in reference]] if further else [[face] for face in first]
    tried = len(ones) * len(probes)
    pairs = [
        FacePair(place, other, replace(match(one, probe, thresholds, card), face_pairs=tried))
        for place, one in enumerate(ones)
        for other, probe in enumerate(probes)
    ]
    return tuple(sorted(pairs, key=lambda pair: pair.match.decisive[0]))


def copy_among(references: Sequence[Sequence[Embedding]]) -> int | None:
    """The place of the first photo of one person that is an earlier one again: it would count as
    evidence."""
    seen: set[bytes] = set()
    for place, faces in enumerate(references):
        known = len(seen)
        seen.add(faces[0].values.tobytes())
        if len(seen) == known:
            return place
    return None


def match(
    references: Embedding | Sequence[Embedding],
    probe: Embedding,
    thresholds: Thresholds,
    card: EngineCard,
) -> Match:
    """Compare by distance; the order of two single embeddings does not matter.

    Raises  ValueError when the embeddings are not all of this engine.
    """
    if isinstance(references, Embedding):
        references = (references,)
    if strangers := {each.engine_id for each in (*references, probe)} - {card.id}:
        raise ValueError(f"embeddings of {strangers} do not compare with {card.id}")
    reference = fused([each.values for each in references], card)
    found = distances_between(reference, probe.values, card)
    if card.second is None or thresholds.combined is None:
        return Match(
            distance=found.first,
            threshold=thresholds.first,
            same_person=found.first < thresholds.first,
            decided_by=card.second.first_id if card.second else card.id,
            reference_photos=len(references),
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
        reference_photos=len(references),
    )


@dataclass(frozen=True, slots=True)
class Distances:
    """Of two faces: by each network, and the one by which the engine decides."""

    first: float
    second: float
    """NaN where there is one network"""
    decisive: float


def fused(references: Sequence[Values], card: EngineCard) -> Values:
    """One embedding for one person's faces: by each network the mean, of unit lengths where only
    the direction counts.

    Source  `python -m tests.benchmarks.references`, which holds it against the mean, the nearest
            and the middle one of the distances.
    """
    if len(references) == 1:
        return references[0]
    end = card.first_dimension
    rows = np.stack(references)
    parts = [_mean(rows[:, :end], card.metric)]
    if card.second is not None:
        parts.append(_mean(rows[:, end:], card.second.card.metric))
    return np.concatenate(parts)


def _mean(rows: Values, metric: str) -> Values:
    if metric == COSINE:
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    mean: Values = rows.mean(axis=0)
    return mean


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
