"""Photos and pairs, embedded: what every figure is computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.protocol import EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.embedding import Embedder, Task
from facecompare.evaluation.metrics import Pairs
from facecompare.evaluation.pairs import LabelledPair, check_images, images_of
from facecompare.evaluation.recipes import EmbeddingRecipe
from facecompare.model_store.files import sha256_of
from facecompare.pipeline.match import COSINE, distances_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_AT_ONCE = 1_024  # photos whose distances to all others are computed at once: some 40 MB

Done = Iterable[tuple[Task, EmbeddingResult]]
ShowProgress = Callable[[Done, str, int], Done]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A folder of images and pairs of them; `hashes` are the SHA-256 of the files by name."""

    folder: Path
    pairs: Sequence[LabelledPair]
    hashes: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path, pairs: Sequence[LabelledPair]) -> Dataset:
        """Raises  BadDataset when photos are missing."""
        names = images_of(pairs)
        check_images(folder, names)
        return cls(folder, pairs, {name: sha256_of(folder / name) for name in names})


@dataclass(frozen=True, slots=True)
class EmbeddingRun:
    """Where embeddings are made, and who is told of progress."""

    embedder: Embedder
    progress: ShowProgress

    def embed(
        self,
        dataset: Dataset,
        recipe: EmbeddingRecipe,
        boxes: Mapping[str, tuple[float, ...]] | None = None,
    ) -> dict[str, EmbeddingResult]:
        """The result of each photo, by name; of equal files one is embedded."""
        first = {sha256: name for name, sha256 in dataset.hashes.items()}
        tasks = [
            Task(dataset.folder / name, sha256, recipe, (boxes or {}).get(name, ()))
            for sha256, name in sorted(first.items())
        ]
        done = self.embedder.embed(tasks)
        title = recipe.degradation or recipe.engine
        made = {task.sha256: embedded for task, embedded in self.progress(done, title, len(tasks))}
        return {name: made[sha256] for name, sha256 in dataset.hashes.items()}


def distances_of(
    pairs: Sequence[LabelledPair], embedded: Mapping[str, EmbeddingResult], card: EngineCard
) -> Pairs:
    """The distance that decides, of every pair; infinite where a photo has no embedding."""
    found = [_distance(embedded[pair.image1], embedded[pair.image2], card) for pair in pairs]
    folds = [pair.fold for pair in pairs]
    has_folds = all(fold is not None for fold in folds)
    return Pairs(
        np.array(found),
        np.array([pair.same for pair in pairs]),
        np.array(folds, dtype=np.intp) if has_folds else None,
    )


def _distance(one: EmbeddingResult, other: EmbeddingResult, card: EngineCard) -> float:
    if one.failure or other.failure:
        return np.inf
    return distances_between(one.values, other.values, card).decisive


def distance_rows(
    values: NDArray[np.float32], card: EngineCard
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Blocks of the matrix of all distances: (rows, [rows, photos])."""
    for start in range(0, len(values), ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, len(values)))
        yield rows, distance_matrix(values[rows], values, card)


def distance_matrix(
    ones: NDArray[np.float32], others: NDArray[np.float32], card: EngineCard
) -> NDArray[np.float32]:
    """The distances that decide, of each to each; NaN where one is NaN."""
    end = card.first_dimension
    first = _distances(ones[:, :end], others[:, :end], card.metric)
    if card.second is None:
        return first
    second = _distances(ones[:, end:], others[:, end:], card.second.card.metric)
    return card.second.combined(first, second)


def _distances(
    ones: NDArray[np.float32], others: NDArray[np.float32], metric: str
) -> NDArray[np.float32]:
    products = ones @ others.T
    norms = np.square(ones).sum(axis=1)[:, None], np.square(others).sum(axis=1)[None]
    if metric == COSINE:
        similarity: NDArray[np.float32] = products / np.sqrt(norms[0] * norms[1])
        return 1 - similarity
    distances: NDArray[np.float32] = np.sqrt(np.maximum(norms[0] + norms[1] - 2 * products, 0))
    return distances
