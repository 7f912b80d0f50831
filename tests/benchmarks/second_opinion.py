"""How two networks decide together: fitted on DevTrain, and held beside each alone on DevTest.

    python -m tests.benchmarks.second_opinion LFW_FOLDER

The folder holds `images/NAME/NAME_0001.jpg`, `pairsDevTrain.txt`, `pairsDevTest.txt` (LFW View 1).
False match rates are of all pairs of two people; a pair without an embedding is refused. Printed:

    weight      of the first distance in the combined one: the FNMR at FMR 0.1 % over all pairs of
                one person, each photo weighing as much; those within a tenth of a point of the
                least are as good, and the card's own must be one of them
    threshold   of the combined distance, with FMR 0.04 %
    same        of each network alone, FMR 0.1 %: below it one is sure of one person
    different   of each alone, FMR 10 %: above it one is sure of two people
    cascade     the first network alone below and above a grey zone, which holds one percent of
                strangers, and the second's distance, at its FMR 0.1 %, within it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from facecompare.config import Settings
from facecompare.engines.cards import engine_card
from facecompare.engines.catalogue import load_engine
from facecompare.evaluation.cache import EmbeddingCache
from facecompare.evaluation.dataset import Dataset, EmbeddingRun, distance_matrix
from facecompare.evaluation.embedding import Embedder
from facecompare.evaluation.pairs import person_of, read_labelled_pairs
from facecompare.evaluation.recipes import EmbeddingRecipe
from tests.support.measured.arguments import benchmark_parser, existing_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

ENGINE = "dlib-sface"
WEIGHTS = np.round(np.arange(0.3, 0.81, 0.05), 2)
AS_GOOD = 0.001  # one pair of DevTrain's thousand
FITTED_FMR, DECIDED_FMR, UNSURE_FMR = 0.001, 0.0004, 0.1
GREY_FMR = 0.01  # of the cascade's upper end; its lower end has FITTED_FMR / 10


@dataclass(frozen=True)
class Distances:
    """Of all photos of a set to each other, by both networks."""

    first: Matrix
    second: Matrix
    genuine: tuple[NDArray[np.intp], NDArray[np.intp]]
    weights: NDArray[np.float64]
    strangers: tuple[NDArray[np.intp], NDArray[np.intp]]
    listed: tuple[NDArray[np.intp], NDArray[np.intp]]
    listed_strangers: tuple[NDArray[np.intp], NDArray[np.intp]]


def distances(folder: Path, pairs_file: str, run: EmbeddingRun) -> Distances:
    listed = read_labelled_pairs(folder / pairs_file)
    embedded = run.embed(Dataset.of(folder / "images", listed), EmbeddingRecipe(ENGINE))
    names = list(embedded)
    place = {name: at for at, name in enumerate(names)}
    card = engine_card(ENGINE)
    assert card.second is not None
    nothing = np.full(card.dimension, np.nan, np.float32)
    values = np.stack([nothing if made.failure else made.values for made in embedded.values()])
    parts = values[:, : card.first_dimension], values[:, card.first_dimension :]
    cards = engine_card(card.second.first_id), card.second.card
    first, second = (
        np.nan_to_num(distance_matrix(part, part, each), nan=np.inf)
        for part, each in zip(parts, cards, strict=True)
    )
    _, person = np.unique([person_of(name) for name in names], return_inverse=True)
    one, other = np.triu_indices(len(names), 1)
    same = person[one] == person[other]
    photos = np.bincount(person)
    return Distances(
        first=first,
        second=second,
        genuine=(one[same], other[same]),
        weights=1 / (photos[person[one[same]]] - 1),
        strangers=(one[~same], other[~same]),
        listed=_places(place, ((pair.image1, pair.image2) for pair in listed if pair.same)),
        listed_strangers=_places(
            place, ((pair.image1, pair.image2) for pair in listed if not pair.same)
        ),
    )


def _places(
    place: dict[str, int], pairs: Iterable[tuple[str, str]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    one, other = zip(*((place[a], place[b]) for a, b in pairs), strict=True)
    return np.array(one), np.array(other)


def at_fmr(matrix: Matrix, of: Distances, fmr: float) -> float:
    """The threshold that this share of strangers is below."""
    strangers = matrix[of.strangers]
    return float(np.partition(strangers, int(fmr * len(strangers)))[int(fmr * len(strangers))])


def fnmr(matrix: Matrix, of: Distances, threshold: float) -> float:
    """Over all pairs of one person, each photo weighing as much."""
    refused = matrix[of.genuine] >= threshold
    return float((of.weights * refused).sum() / of.weights.sum())


def fitted_weight(train: Distances) -> float:
    """The card's own, if it is as good as any; else the middle of those that are."""
    rates = []
    for weight in WEIGHTS:
        combined = weight * train.first + (1 - weight) * train.second
        rates.append(fnmr(combined, train, at_fmr(combined, train, FITTED_FMR)))
        print(f"  weight {weight:.2f}: FNMR {rates[-1]:.2%} at FMR {FITTED_FMR:.1%}")
    good = WEIGHTS[np.array(rates) <= min(rates) + AS_GOOD]
    print(f"  as good: {good[0]:.2f} to {good[-1]:.2f}")
    second = engine_card(ENGINE).second
    assert second is not None
    return second.weight if second.weight in good else float(good[len(good) // 2])


def report(title: str, of: Distances, accepts: Callable[..., NDArray[np.bool_]]) -> None:
    """Of the listed pairs of one person, and of all pairs of two people."""
    refused = 1 - accepts(of.first[of.listed], of.second[of.listed]).mean()
    matched = accepts(of.first[of.strangers], of.second[of.strangers]).mean()
    print(f"{title:28} FNMR {refused:6.2%}   FMR {matched:7.3%}")


def main(folder: Path) -> None:
    settings = Settings.from_env()
    engine = load_engine(ENGINE, settings)
    with (
        closing(EmbeddingCache(settings.embeddings, engine.model_digest)) as cache,
        Embedder(cache, settings, settings.threads) as embedder,
    ):
        run = EmbeddingRun(embedder, lambda done, title, total: tqdm(done, title, total))
        train, test = (
            distances(folder, name, run) for name in ("pairsDevTrain.txt", "pairsDevTest.txt")
        )
    weight = fitted_weight(train)
    combined = weight * train.first + (1 - weight) * train.second
    threshold = at_fmr(combined, train, DECIDED_FMR)
    same = [at_fmr(each, train, FITTED_FMR) for each in (train.first, train.second)]
    different = [at_fmr(each, train, UNSURE_FMR) for each in (train.first, train.second)]
    low, high = (at_fmr(train.first, train, fmr) for fmr in (FITTED_FMR / 10, GREY_FMR))
    print(f"weight {weight:.2f}, threshold {threshold:.4f}")
    print(f"same {same[0]:.3f}, {same[1]:.3f}; different {different[0]:.3f}, {different[1]:.3f}")
    print(f"cascade: grey from {low:.3f} to {high:.3f}")

    def cascade(first: Matrix, second: Matrix) -> NDArray[np.bool_]:
        return (first < low) | ((first < high) & (second < same[1]))

    for name, of in (("DevTrain", train), ("DevTest", test)):
        print(name)
        report("  first alone at 0.5", of, lambda first, _: first < 0.5)
        report("  second alone", of, lambda _, second: second < same[1])
        report("  cascade", of, cascade)
        report(
            "  both together",
            of,
            lambda first, second: weight * first + (1 - weight) * second < threshold,
        )
        for kind, where in (("one person", of.listed), ("two people", of.strangers)):
            first, second = of.first[where], of.second[where]
            asked = ((first >= low) & (first < high)).mean()
            contradicted = (
                ((first < same[0]) & (second > different[1]))
                | ((second < same[1]) & (first > different[0]))
            ).mean()
            print(f"  pairs of {kind}: cascade asks {asked:.1%}, contradicted {contradicted:.3%}")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    main(line.parse_args().lfw)
