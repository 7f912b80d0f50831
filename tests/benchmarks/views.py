"""Which views of a face are worth averaging, measured on a folder in LFW's form.

    python -m tests.benchmarks.views LFW_FOLDER

The folder holds `images/NAME/NAME_0001.jpg`, `pairsDevTrain.txt`, `pairsDevTest.txt` (LFW View 1).
Settings are chosen on DevTrain; DevTest is printed beside it. Also printed: how many photos have no
usable face, and which detector found the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from tqdm import tqdm

from facecompare.config import Settings
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine, View
from facecompare.errors import NoFace
from facecompare.evaluation import metrics
from facecompare.evaluation.metrics import at_threshold
from facecompare.evaluation.pairs import read_labelled_pairs
from facecompare.options import FacePolicy
from facecompare.pipeline.align import align
from facecompare.pipeline.decode import Photo, decode
from facecompare.pipeline.detect import choose, detect
from tests.support.measured.arguments import benchmark_parser, existing_folder

PADDINGS = (0.15, 0.2, 0.25, 0.3, 0.35)
VIEWS = tuple(View(padding, mirrored) for mirrored in (False, True) for padding in PADDINGS)
SUBSETS = {
    "1: plain": (2,),
    "2: mirror": (2, 7),
    "3: paddings": (1, 2, 3),
    "4: 2 paddings × mirror": (1, 3, 6, 8),
    "6: 3 paddings × mirror": (1, 2, 3, 6, 7, 8),
    "10: 5 paddings × mirror": tuple(range(10)),
}
Pairs = list[tuple[str, str, bool]]


@cache
def _engine() -> Engine:
    from dataclasses import replace

    engine = load_engine("dlib-fast", Settings.from_env())
    engine.card = replace(engine.card, views=VIEWS)
    return engine


def embed_views(path: Path) -> tuple[str, np.ndarray | None]:
    """(detector, [views, 128]) of the photo's most central face, or ("none", None)."""
    engine = _engine()
    try:
        detected = detect(decode(Photo(path.read_bytes()), ImageLimits()), engine)
    except NoFace:
        return "none", None
    (face,) = choose(detected, FacePolicy.MOST_CENTRAL)
    turned = "" if detected.image.quarter_turns == 0 else ", turned"
    chip = align(detected.image, face, engine.card)
    return face.detector + turned, engine.embed(chip.views)


def listed(path: Path) -> Pairs:
    return [(pair.image1, pair.image2, pair.same) for pair in read_labelled_pairs(path)]


def distances(
    pairs: Pairs, embedded: dict[str, np.ndarray], views: tuple[int, ...]
) -> Iterator[tuple[float, bool]]:
    for one, other, same in pairs:
        if one in embedded and other in embedded:
            means = [embedded[name][list(views)].mean(axis=0) for name in (one, other)]
            yield float(np.linalg.norm(means[0] - means[1])), same
        else:
            yield np.inf, same  # a failure to enrol counts as a non-match


def accuracy(distance: np.ndarray, same: np.ndarray, threshold: float) -> float:
    return at_threshold(metrics.Pairs(distance, same), threshold).accuracy.value


def auc(distance: np.ndarray, same: np.ndarray) -> float:
    return metrics.auc(metrics.Pairs(distance, same))


def best_threshold(distance: np.ndarray, same: np.ndarray) -> float:
    candidates = np.arange(0.3, 0.9, 0.005)
    return float(max(candidates, key=lambda value: accuracy(distance, same, value)))


def row(title: str, train: list[tuple[float, bool]], test: list[tuple[float, bool]]) -> str:
    (train_distance, train_same), (test_distance, test_same) = (
        tuple(np.array(column) for column in zip(*part, strict=True)) for part in (train, test)
    )
    threshold = best_threshold(train_distance, train_same)
    figures = [
        accuracy(train_distance, train_same, threshold),
        auc(train_distance, train_same),
        accuracy(test_distance, test_same, threshold),
        auc(test_distance, test_same),
        float((test_distance[test_same] >= 0.5).mean()),
        float((test_distance[~test_same] < 0.5).mean()),
    ]
    return f"{title:26} {threshold:9.3f} " + " ".join(f"{figure:9.4f}" for figure in figures)


def main(folder: Path) -> None:
    photos = sorted((folder / "images").glob("*/*.jpg"))
    with ProcessPoolExecutor(2) as pool:
        results = list(
            tqdm(pool.map(embed_views, photos, chunksize=16), total=len(photos), unit="photo")
        )
    names = [f"{path.parent.name}/{path.name}" for path in photos]
    print(f"{len(photos)} photos, found by:", dict(Counter(detector for detector, _ in results)))
    for name, (detector, _) in zip(names, results, strict=True):
        if detector != "hog":
            print(f"  {detector}: {name}")
    embedded = {
        name: views for name, (_, views) in zip(names, results, strict=True) if views is not None
    }
    train, test = (listed(folder / f"pairsDev{part}.txt") for part in ("Train", "Test"))
    print(f"{'views':26} {'threshold':>9} {'accuracy':>9} {'AUC':>9}", end=" ")
    print(f"{'test acc.':>9} {'test AUC':>9} {'FNMR@0.5':>9} {'FMR@0.5':>9}")
    for title, views in SUBSETS.items():
        parts = (list(distances(pairs, embedded, views)) for pairs in (train, test))
        print(row(title, *parts))


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    main(line.parse_args().lfw)
