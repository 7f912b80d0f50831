"""How far apart the faces of one person and of two people typically are.

    python -m tests.benchmarks.distances LFW_FOLDER [ENGINE …]

LFW View 1 DevTrain, the subject in the middle; the combined distance where two networks decide. The
page's scale shows the middle nine tenths of both kinds.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from facecompare.engines.cards import engine_card
from tests.benchmarks.accuracy import distance, ours
from tests.benchmarks.views import listed
from tests.support.measured.arguments import benchmark_parser, engine_name, existing_folder

BIN = 0.02  # wide enough for some tens of pairs, narrow enough to see where one kind takes over


def main(folder: Path, *engines: str) -> None:
    pairs = listed(folder / "pairsDevTrain.txt")
    names = sorted({name for one, other, _ in pairs for name in (one, other)})
    paths = [folder / "images" / name for name in names]
    for engine in engines or ("dlib-fast",):
        with ProcessPoolExecutor(2) as pool:
            found = pool.map(partial(ours, name=engine), paths, chunksize=8)
            embedded = dict(zip(names, found, strict=True))
        card = engine_card(engine)
        distances = np.array([distance(embedded[a], embedded[b], card) for a, b, _ in pairs])
        same = np.array([is_same for _, _, is_same in pairs])
        print(f"{engine}: {same.sum()} pairs of one person, {(~same).sum()} of two")
        for title, kind in (("one person", distances[same]), ("two people", distances[~same])):
            marks = np.percentile(kind, (1, 5, 25, 50, 75, 95, 99))
            print(f"{title}: " + "  ".join(f"{value:.3f}" for value in marks))
        for start in np.arange(0.3, 0.8, BIN):
            inside = (distances >= start) & (distances < start + BIN)
            if inside.any():
                share = same[inside].mean()
                print(f"{start:.2f}–{start + BIN:.2f}: {inside.sum():4} pairs, {share:.0%} same")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("engines", nargs="*", type=engine_name, metavar="ENGINE")
    options = line.parse_args()
    main(options.lfw, *options.engines)
