"""Stage 5: two embeddings and a threshold → the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.calibration import check_threshold
from facecompare.pipeline.embed import Embedding

if TYPE_CHECKING:
    from numpy.typing import NDArray

EUCLIDEAN, COSINE = "euclidean", "cosine"


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict: `same_person` is `distance < threshold`."""

    distance: float
    threshold: float
    same_person: bool


def match(
    embedding1: Embedding, embedding2: Embedding, threshold: float, metric: str = EUCLIDEAN
) -> Match:
    """Compare by distance; the order of the two does not matter.

    Raises  BadThreshold; ValueError when the embeddings are of different engines.
    """
    if embedding1.engine_id != embedding2.engine_id:
        raise ValueError(f"{embedding1.engine_id} and {embedding2.engine_id} do not compare")
    check_threshold(threshold)
    distance = distance_between(embedding1.values, embedding2.values, metric)
    return Match(distance=distance, threshold=threshold, same_person=distance < threshold)


def distance_between(
    values1: NDArray[np.float32], values2: NDArray[np.float32], metric: str
) -> float:
    """The Euclidean distance, or one less the cosine similarity: 0 for the same, 2 at most."""
    one, other = values1.astype(np.float64), values2.astype(np.float64)
    if metric == COSINE:
        norms = float(np.linalg.norm(one) * np.linalg.norm(other))
        return 1 - float(one @ other) / norms if norms else 1.0
    return float(np.sqrt(np.square(one - other).sum()))
