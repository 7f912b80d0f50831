"""Where the quality limits come from, measured on a folder of photos of one face each.

    python -m tests.benchmarks.quality_limits PHOTO_FOLDER

Prints how each measure is distributed, and how far an embedding moves when the same photo is made
smaller, blurred, darker or flatter: a limit stands where it begins to move by a tenth of the
default threshold, or at the edge of the distribution, whichever warns less.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from tqdm import tqdm

from facecompare.compare import compare, detect_faces
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import NoFace
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from tests.support.measured.arguments import benchmark_parser, existing_folder

PHOTOS = 150
Change = Callable[[Image.Image], Image.Image]


def smaller(side_px: int) -> Change:
    return lambda picture: picture.resize((side_px, side_px), Image.Resampling.LANCZOS)


def enhanced(kind: Callable[[Image.Image], ImageEnhance._Enhance], factor: float) -> Change:
    return lambda picture: kind(picture).enhance(factor)


def blurred(radius: float) -> Change:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(radius))


CHANGES: dict[str, tuple[str, Change]] = {
    **{f"{side} px photo": ("face_width", smaller(side)) for side in (200, 150, 120, 90, 60)},
    **{f"blur of {r} px": ("sharpness", blurred(r)) for r in (1, 2, 3, 4)},
    **{
        f"brightness × {f}": ("brightness", enhanced(ImageEnhance.Brightness, f))
        for f in (0.5, 0.3, 0.2, 1.6, 2.2)
    },
    **{
        f"contrast × {f}": ("contrast", enhanced(ImageEnhance.Contrast, f))
        for f in (0.6, 0.4, 0.25)
    },
}


def png(picture: Image.Image) -> Photo:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return Photo(buffer.getvalue())


def measures(photo: Photo, engine: Engine) -> dict[str, float]:
    return {m.name: m.value for m in detect_faces(photo, engine).faces[0].quality}


def distributions(photos: list[Path], engine: Engine) -> None:
    values = defaultdict(list)
    for path in tqdm(photos, unit="photo"):
        for name, value in measures(Photo(path.read_bytes()), engine).items():
            values[name].append(value)
    print("measure        1 %      5 %     50 %     95 %     99 %")
    for name, found in values.items():
        print(f"{name:11}", *(f"{np.percentile(found, p):8.1f}" for p in (1, 5, 50, 95, 99)))


def movements(photos: list[Path], engine: Engine) -> None:
    print("change            measure      its median   median distance moved   no face")
    for title, (name, change) in CHANGES.items():
        moved, values, lost = [], [], 0
        for path in photos:
            with Image.open(path) as file:
                picture = file.convert("RGB")
            try:
                changed = png(change(picture))
                found = compare(png(picture), changed, engine, RequestOptions(threads=1))
            except NoFace:
                lost += 1
                continue
            moved.append(found.match.distance)
            values.append(measures(changed, engine)[name])
        print(f"{title:17} {name:12} {np.median(values):9.1f} {np.median(moved):18.3f} {lost:10}")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("photos", type=existing_folder, metavar="PHOTO_FOLDER")
    every = sorted(line.parse_args().photos.rglob("*.jpg"))
    chosen = every[:: max(1, len(every) // PHOTOS)][:PHOTOS]
    ready = load_engine("dlib-fast", Settings.from_env())
    distributions(chosen, ready)
    movements(chosen[::5], ready)
