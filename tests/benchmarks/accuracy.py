"""Accuracy on LFW View 1 DevTest beside the package `face_recognition`, each as it comes.

    python -m tests.benchmarks.accuracy LFW_FOLDER    # after `make bench`: it installs the peer

A photo without a usable face counts as a non-match. None is tuned here: each is read at its own
threshold, at dlib's own, 0.6, where its distance is dlib's, and without any threshold as AUC.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from tqdm import tqdm

from facecompare.compare import embed_photo
from facecompare.config import Settings
from facecompare.engines.cards import engine_card
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.errors import NoFace
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import EUCLIDEAN, decisive_threshold, distances_between
from tests.benchmarks.views import accuracy, auc, listed
from tests.support.measured.arguments import benchmark_parser, existing_folder

ENGINES = ("dlib-sface", "dlib-fast", "dlib-accurate", "dlib-yunet", "sface")
PEER = "face_recognition"
DLIBS_OWN = 0.6


@cache
def _engine(name: str) -> Engine:
    return load_engine(name, Settings.from_env())


def ours(path: Path, name: str) -> np.ndarray | None:
    options = RequestOptions(face=FacePolicy.MOST_CENTRAL)  # LFW's subject stands in the middle
    try:
        return embed_photo(Photo(path.read_bytes()), _engine(name), options).values
    except NoFace:
        return None


def theirs(path: Path) -> np.ndarray | None:
    """Its README: load, find the faces, take the first. None where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import face_recognition
        except ImportError:
            return None
    found = face_recognition.face_encodings(face_recognition.load_image_file(path))
    return found[0] if found else None


def everyone(path: Path) -> list[np.ndarray | None]:
    return [*(ours(path, name) for name in ENGINES), theirs(path)]


def distance(one: np.ndarray | None, other: np.ndarray | None, card: EngineCard) -> float:
    return np.inf if one is None or other is None else distances_between(one, other, card).decisive


def accuracy_at(threshold: float, distances: np.ndarray, same: np.ndarray) -> str:
    return f"{accuracy(distances, same, threshold):.1%}"


def main(folder: Path) -> None:
    pairs = listed(folder / "pairsDevTest.txt")
    names = sorted({name for one, other, _ in pairs for name in (one, other)})
    paths = [folder / "images" / name for name in names]
    with ProcessPoolExecutor(2) as pool:
        found = list(tqdm(pool.map(everyone, paths, chunksize=8), total=len(paths), unit="photo"))
    same = np.array([is_same for _, _, is_same in pairs])
    print(f"{len(pairs)} pairs of {len(names)} photos")
    print(f"{'':18} no face  its threshold  accuracy there  at {DLIBS_OWN}     AUC")
    for column, title in enumerate((*ENGINES, PEER)):
        card = engine_card(title) if title in ENGINES else engine_card("dlib-fast")
        threshold = decisive_threshold(card)
        embedded = dict(zip(names, (row[column] for row in found), strict=True))
        distances = np.array([distance(embedded[a], embedded[b], card) for a, b, _ in pairs])
        missing = sum(values is None for values in embedded.values())
        is_dlibs = card.second is None and card.metric == EUCLIDEAN
        at_dlibs = accuracy_at(DLIBS_OWN, distances, same) if is_dlibs else "–"
        print(
            f"{title:18} {missing:7} {threshold:14} {accuracy_at(threshold, distances, same):>15} "
            f"{at_dlibs:>7} {auc(distances, same):7.4f}"
        )


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    main(line.parse_args().lfw)
