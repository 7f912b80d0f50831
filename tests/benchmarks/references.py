"""How several photos of one person become one reference: ways to fuse them, on LFW's DevTrain.

    python -m tests.benchmarks.references LFW_FOLDER [ENGINE]

The folder is of LFW View 1. For references of 1, 2, 3 and 5 photos, drawn as `facecompare
calibrate` draws them, and each way: the false non-match rate at false match rates of 0.1 % and
0.01 %, how far genuine and impostor distances are apart (Daugman's d'), and the false match rate of
the engine's own threshold, which is made for one photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from facecompare.engines.protocol import EngineCard
from facecompare.evaluation import references
from facecompare.evaluation.dataset import distance_matrix
from facecompare.evaluation.metrics import Pairs, separability, threshold_at_fmr
from facecompare.pipeline.match import decisive_threshold
from tests.benchmarks.embedded_lfw import embedded_half
from tests.support.measured.arguments import benchmark_parser, engine_name, existing_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

FMRS = (0.001, 0.0001)
DISTANCES: dict[str, Callable[..., Rows]] = {
    "mean of distances": np.mean,
    "nearest": np.min,
    "middle one": np.median,
}


def main(folder: Path, engine_id: str = "") -> None:
    engine, embedded = embedded_half(folder, "DevTrain", engine_id)
    for photos in references.REPORTED:
        print(f"\n{photos} photos")
        trials = references.reference_trials(embedded, engine.card, photos)
        show("mean of embeddings", trials, engine.card)
        for name, combine in DISTANCES.items():
            with _distances_combined_by(combine):
                trials = references.reference_trials(embedded, engine.card, photos)
            show(name, trials, engine.card)


@contextmanager
def _distances_combined_by(combine: Callable[..., Rows]) -> Iterator[None]:
    """Let references stay several rows, whose distances are combined."""

    def fused(rows: list[Rows], _card: EngineCard) -> Rows:
        return np.stack(rows)

    def distances(ones: Rows, others: Rows, card: EngineCard) -> Rows:
        found = [combine(distance_matrix(rows, others, card), axis=0) for rows in ones]
        return np.stack(found)

    with patch.multiple(references, fused=fused, distance_matrix=distances):
        yield


def show(name: str, trials: references.Trials, card: EngineCard) -> None:
    genuine = np.concatenate(list(trials.genuine)).astype(np.float64)
    impostor = np.concatenate(trials.impostor).astype(np.float64)
    rates = [
        f"FNMR {(genuine >= threshold_at_fmr(impostor, fmr)).mean():.2%} at FMR {fmr:.2%}"
        for fmr in FMRS
    ]
    same = np.arange(len(genuine) + len(impostor)) < len(genuine)
    apart = separability(Pairs(np.concatenate([genuine, impostor]), same)).decidability
    own = decisive_threshold(card)
    at_own = f"FMR {(impostor < own).mean():.3%} at {own:g}"
    print(f"  {name:18} {'   '.join(rates)}   d' {apart:.2f}   {at_own}")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("engine", nargs="?", type=engine_name, default="", metavar="ENGINE")
    options = line.parse_args()
    main(options.lfw, options.engine)
