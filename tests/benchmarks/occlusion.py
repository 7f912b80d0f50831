"""How well what covers a face is told, and what tells it: fitted on DevTrain, shown on DevTest.

    python -m tests.benchmarks.occlusion LFW_FOLDER [--fit]

The folder is of LFW View 1. Masks, sunglasses, hands and glare are drawn onto photos, in many
colours and shapes, and noise is added; printed is, for each kind, how many of DevTest's photos are
warned of at all, and how many with the remedy that is right for them. With --fit the weights of
`pipeline/occlusion.json` are fitted to DevTrain first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from tqdm import tqdm

from facecompare.compare import detect_faces
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import NoFace
from facecompare.evaluation.pairs import images_of, read_labelled_pairs
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.quality import OCCLUSION, occlusion_features
from tests.support.covered_faces import KINDS
from tests.support.measured.arguments import benchmark_parser, existing_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

PHOTOS = 300
PROCESSES = 2
ENGINE = "dlib-sface"  # whose faces have the chips of both alignments
UNTOUCHED_WEIGHT = 8.0  # a false warning is worse than one that is missed
REGULARISATION = 0.3


COVERS = {"mouth": "mouth_seen", "eyes": "eyes_seen"}


@dataclass(frozen=True)
class Seen:
    """One photo of one kind: the measures that warn, and features by the side of the chip."""

    warnings: frozenset[str]
    features: dict[int, NDArray[np.float32]]


@cache
def engine() -> Engine:
    return load_engine(ENGINE, replace(Settings.from_env(), threads=1))


def seen(task: tuple[Path, int]) -> dict[str, Seen]:
    """A photo in every kind; those without a face are left out."""
    path, seed = task
    options = RequestOptions(face=FacePolicy.MOST_CENTRAL, threads=1)
    with Image.open(path) as file:
        photo = file.convert("RGB")
    whole = detect_faces(Photo(path.read_bytes()), engine(), options)
    box = whole.image.box_in_photo(whole.compared.face.box)
    found = {}
    for number, (name, kind) in enumerate(KINDS.items()):
        buffer = BytesIO()
        kind.change(photo, box, np.random.default_rng([seed, number])).save(buffer, "PNG")
        try:
            face = detect_faces(Photo(buffer.getvalue()), engine(), options).compared
        except NoFace:
            continue
        chips = face.chip.picture, face.chip.second_views
        assert face.face.plain_score is not None
        assert chips[1] is not None
        features = {
            len(chip): occlusion_features(chip, 100 * face.face.plain_score)
            for chip in (chips[0], chips[1][0])
        }
        warnings = frozenset(each.name for each in face.quality if each.warns)
        found[name] = Seen(warnings, features)
    return found


def all_seen(folder: Path, half: str) -> Iterator[dict[str, Seen]]:
    names = images_of(read_labelled_pairs(folder / f"pairs{half}.txt"))
    chosen = names[:: max(1, len(names) // PHOTOS)][:PHOTOS]
    tasks = [(folder / "images" / name, seed) for seed, name in enumerate(chosen)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield from tqdm(pool.map(seen, tasks, chunksize=4), half, len(tasks))


def fit(folder: Path) -> None:
    """Write the weights of a logistic regression for each alignment and part of the face."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows = [(name, each) for photo in all_seen(folder, "DevTrain") for name, each in photo.items()]
    weight = [UNTOUCHED_WEIGHT if name == "untouched" else 1.0 for name, _ in rows]
    weights: dict[str, dict[str, list[float]]] = {}
    for side in rows[0][1].features:
        features = np.stack([each.features[side] for _, each in rows])
        scaler = StandardScaler().fit(features)
        for part, measure in COVERS.items():
            is_covered = [KINDS[name].right == measure for name, _ in rows]
            model = LogisticRegression(C=REGULARISATION, max_iter=5_000)
            model.fit(scaler.transform(features), is_covered, sample_weight=weight)
            slopes = model.coef_[0] / scaler.scale_
            alone = float(model.intercept_[0] - slopes @ scaler.mean_)
            kept = [float(f"{each:.5g}") for each in (*slopes, alone)]
            weights.setdefault(str(side), {})[part] = kept
    OCCLUSION.write_text(json.dumps(weights) + "\n", "utf-8")


def main(folder: Path, *, fitting: bool) -> None:
    if fitting:
        fit(folder)
    photos = list(all_seen(folder, "DevTest"))
    print(f"{'':26}   warned of   rightly   with")
    for name, kind in KINDS.items():
        found = [each[name].warnings for each in photos if name in each]
        warned = sum(map(bool, found)) / len(found)
        right = (
            f"{sum(kind.right in each for each in found) / len(found):9.1%}"
            if kind.right
            else " " * 9
        )
        counts = {
            each: sum(each in every for every in found) for each in sorted(set().union(*found))
        }
        words = ", ".join(f"{each} {count}" for each, count in counts.items())
        print(f"{name:26} {warned:11.1%} {right}   {words}")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("--fit", action="store_true", help="fit the weights first")
    options = line.parse_args()
    main(options.lfw, fitting=options.fit)
