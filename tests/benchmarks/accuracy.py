"""Accuracy on LFW View 1 DevTest beside the package `face_recognition`, each as it comes.

    python -m tests.benchmarks.accuracy LFW_FOLDER    # after `make bench`: it installs the peer

A photo without a usable face counts as a non-match. Neither is tuned here: both are read at dlib's
own threshold, 0.6, at our default, 0.5, and without any threshold as AUC.
"""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from tqdm import tqdm

from facecompare.compare import embed_photo
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import NoFace
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from tests.benchmarks.views import accuracy, auc, listed

ENGINES = ("dlib-fast", "dlib-accurate", "dlib-yunet")
PEER = "face_recognition"


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
    """Its README: load, find the faces, take the first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import face_recognition
    found = face_recognition.face_encodings(face_recognition.load_image_file(path))
    return found[0] if found else None


def everyone(path: Path) -> list[np.ndarray | None]:
    return [*(ours(path, name) for name in ENGINES), theirs(path)]


def distance(one: np.ndarray | None, other: np.ndarray | None) -> float:
    return np.inf if one is None or other is None else float(np.linalg.norm(one - other))


def main(folder: Path) -> None:
    pairs = listed(folder / "pairsDevTest.txt")
    names = sorted({name for one, other, _ in pairs for name in (one, other)})
    paths = [folder / "images" / name for name in names]
    with ProcessPoolExecutor(2) as pool:
        found = list(tqdm(pool.map(everyone, paths, chunksize=8), total=len(paths), unit="photo"))
    same = np.array([is_same for _, _, is_same in pairs])
    print(f"{len(pairs)} pairs of {len(names)} photos")
    print(f"{'':18} no face  accuracy at 0.6  at 0.5     AUC")
    for column, title in enumerate((*ENGINES, PEER)):
        embedded = dict(zip(names, (row[column] for row in found), strict=True))
        distances = np.array([distance(embedded[a], embedded[b]) for a, b, _ in pairs])
        missing = sum(values is None for values in embedded.values())
        print(
            f"{title:18} {missing:7} {accuracy(distances, same, 0.6):16.4f} "
            f"{accuracy(distances, same, 0.5):7.4f} {auc(distances, same):7.4f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
