"""What `best-match` does to the false match rate: measured, and as it is told.

    python -m tests.benchmarks.best_match LFW_FOLDER [ENGINE]

The folder is of LFW View 1. One photo of each person of DevTest is held against k photos of k other
people, drawn by chance, and the nearest counts, as one photo of a person against a group in which
they are not. Printed for k faces: the share of nearest distances below a threshold, with the 95 %
interval of people drawn anew, beside what `Calibration.of_nearest` says of the same threshold, by
the rate of single pairs that the calibration has from DevTrain and by the one measured here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facecompare.config import Settings
from facecompare.engines.calibration import Calibration
from facecompare.engines.calibration_files import find_calibration
from facecompare.evaluation.dataset import distance_matrix
from facecompare.evaluation.pairs import person_of
from facecompare.pipeline.match import decisive_threshold
from tests.benchmarks.embedded_lfw import embedded_half
from tests.support.measured.arguments import benchmark_parser, engine_name, existing_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACES = (1, 2, 3, 5)
GROUPS = 400  # drawn for each photo
FMRS = (0.001, 0.01)
RESAMPLES = 500


def main(folder: Path, engine_id: str = "") -> None:
    engine, embedded = embedded_half(folder, "DevTest", engine_id)
    names = [name for name, made in embedded.items() if not made.failure]
    values = np.stack([embedded[name].values for name in names])
    people, person = np.unique([person_of(name) for name in names], return_inverse=True)
    firsts = np.array([np.flatnonzero(person == each)[0] for each in range(len(people))])
    distances = distance_matrix(values[firsts], values[firsts], engine.card)
    calibration = find_calibration(
        engine.card.id, engine.model_digest, Settings.from_env().models_dir
    )
    assert calibration is not None
    thresholds = {"the engine's own": decisive_threshold(engine.card)}
    thresholds |= {f"FMR {fmr:.1%}": calibration.threshold_for(fmr) for fmr in FMRS}
    nearest = {faces: nearest_of(distances, faces) for faces in FACES}
    for name, threshold in thresholds.items():
        print(f"\nthreshold {threshold:.3f} ({name})")
        single = share_below(nearest[1], threshold)[0]
        for faces in FACES:
            print(row(faces, nearest[faces], threshold, calibration, single))


def nearest_of(distances: NDArray[np.float32], faces: int) -> NDArray[np.float32]:
    """[people, GROUPS]: each person to the nearest of so many others, no two alike in a group."""
    random = np.random.default_rng(faces)
    size = len(distances)
    found = np.empty((size, GROUPS), np.float32)
    for each in range(size):
        others = np.delete(distances[each], each)
        groups = random.random((GROUPS, len(others))).argpartition(faces, axis=1)[:, :faces]
        found[each] = others[groups].min(axis=1)
    return found


def share_below(nearest: NDArray[np.float32], threshold: float) -> tuple[float, float, float]:
    """The share, and its interval by people."""
    of_people = (nearest < threshold).mean(axis=1)
    random = np.random.default_rng(0)
    drawn = random.choice(of_people, (RESAMPLES, len(of_people))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(of_people.mean()), float(low), float(high)


def row(
    faces: int,
    nearest: NDArray[np.float32],
    threshold: float,
    calibration: Calibration,
    single: float,
) -> str:
    share, low, high = share_below(nearest, threshold)
    told = calibration.of_nearest(faces).fmr_at(threshold)
    of_single = 1 - (1 - single) ** faces
    return (
        f"{faces} faces: {share:.3%} [{low:.3%}, {high:.3%}]   told {told:.3%}   "
        f"from the single pairs here {of_single:.3%}"
    )


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("engine", nargs="?", type=engine_name, default="", metavar="ENGINE")
    options = line.parse_args()
    main(options.lfw, options.engine)
