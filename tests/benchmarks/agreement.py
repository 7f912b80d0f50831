"""How exactly our networks give dlib's numbers, on real faces.

    python -m tests.benchmarks.agreement LFW_FOLDER GROUPS_FOLDER

Prints the largest difference of any embedding component over CHIPS faces of LFW_FOLDER/images, and
for each picture of GROUPS_FOLDER the faces, the smallest overlap and largest score difference of
the CNN detectors.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
from tqdm import tqdm

from facecompare.compare import detect_faces
from facecompare.config import Settings
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.cards import REFERENCE
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Box, Detection
from facecompare.pipeline.decode import Photo, decode
from tests.support.measured.arguments import benchmark_parser, existing_folder

CHIPS = 600


def embeddings(folder: Path, settings: Settings) -> None:
    engine, reference = (load_engine(name, settings) for name in ("dlib-fast", REFERENCE))
    photos = sorted((folder / "images").glob("*/*.jpg"))[:: 4992 // CHIPS][:CHIPS]
    differences, ours_s, theirs_s = [], 0.0, 0.0
    for path in tqdm(photos, unit="chip"):
        chip = detect_faces(Photo(path.read_bytes()), engine).faces[0].chip.views[:1]
        started = perf_counter()
        ours = engine.embed(chip)
        ours_s += perf_counter() - started
        started = perf_counter()
        theirs = reference.embed(chip)
        theirs_s += perf_counter() - started
        differences.append(np.abs(ours - theirs).max())
    print(f"{len(differences)} chips: largest difference of any component {max(differences):.2e}")
    print(f"dlib {theirs_s / ours_s:.1f} times slower")


def overlap(one: Box, other: Box) -> float:
    left, top = max(one.left, other.left), max(one.top, other.top)
    right = min(one.left + one.width, other.left + other.width)
    bottom = min(one.top + one.height, other.top + other.height)
    shared = max(0.0, right - left) * max(0.0, bottom - top)
    return shared / (one.area + other.area - shared)


def detections(folder: Path, settings: Settings) -> None:
    engine, reference = (load_engine(name, settings) for name in ("dlib-fast", REFERENCE))
    for path in sorted(folder.glob("*.jpg")):
        for width in (600, 900):
            pixels = decode(Photo(path.read_bytes()), ImageLimits(), width).pixels
            started = perf_counter()
            theirs = reference.detectors[1].find(pixels)
            between = perf_counter()
            ours = engine.detectors[1].find(pixels)
            ratio = (between - started) / (perf_counter() - between)
            print(f"{path.name} at {width} px: {compared(ours, theirs)}, dlib {ratio:.0f}× slower")


def compared(ours: list[Detection], theirs: list[Detection]) -> str:
    if len(ours) != len(theirs):
        return f"DIFFERENT: {len(ours)} faces, dlib {len(theirs)}"
    pairs = list(zip(ours, theirs, strict=True))
    smallest = min((overlap(a.box, b.box) for a, b in pairs), default=1.0)
    largest = max((abs(a.score - b.score) for a, b in pairs), default=0.0)
    return f"{len(ours)} faces, overlap ≥ {smallest:.3f}, score difference ≤ {largest:.1e}"


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("groups", type=existing_folder, metavar="GROUPS_FOLDER")
    folders = line.parse_args()
    single = Settings.from_env({"FACECOMPARE_THREADS": "1"})
    embeddings(folders.lfw, single)
    detections(folders.groups, single)
