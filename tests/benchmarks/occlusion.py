"""How well what covers a face is told, and what tells it: fitted on DevTrain, shown on DevTest.

    python -m tests.benchmarks.occlusion LFW_FOLDER [--fit]

The folder is of LFW View 1. Masks, sunglasses, hands and glare are drawn onto photos, in many
colours and shapes, and noise is added; printed is, for each kind, how many of DevTest's photos are
warned of at all, and how many with the remedy that is right for them. With --fit the weights of
`pipeline/occlusion.json` are fitted to DevTrain first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from tqdm import tqdm

from facecompare.compare import detect_faces
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Box, Engine
from facecompare.errors import NoFace
from facecompare.evaluation import degradations
from facecompare.evaluation.pairs import images_of, read_labelled_pairs
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.quality import OCCLUSION, occlusion_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Change = Callable[[Image.Image, Box, np.random.Generator], Image.Image]

PHOTOS = 300
PROCESSES = 2
ENGINE = "dlib-sface"  # whose faces have the chips of both alignments
COLOURS = (
    *((116, 158, 190), (240, 240, 240), (25, 25, 28), (128, 128, 128)),
    *((150, 190, 160), (200, 60, 60), (60, 80, 140), (210, 190, 170)),
)
DARK = ((20, 20, 20), (40, 30, 25), (0, 0, 0), (70, 70, 75), (128, 128, 128), (60, 40, 30))
UNTOUCHED_WEIGHT = 8.0  # a false warning is worse than one that is missed
REGULARISATION = 0.3


def cloth(
    size: tuple[int, int], colour: tuple[int, ...], random: np.random.Generator, pleats: float
) -> Image.Image:
    """A surface of this colour with light from a side, a grain and, of masks, pleats."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    surface = np.ones((size[1], size[0], 3)) * colour
    surface += random.normal(0, random.choice([0, 3, 8]), surface.shape[:2])[..., None]
    across, down = random.uniform(-30, 30, 2)
    surface += (across * (x / size[0] - 0.5) + down * (y / size[1] - 0.5))[..., None]
    surface += (pleats * np.sin(y * 2 * np.pi / random.uniform(5, 12)))[..., None]
    return Image.fromarray(surface.clip(0, 255).astype(np.uint8))


def covered(
    photo: Image.Image,
    shape: Callable[[ImageDraw.ImageDraw], None],
    colours: tuple[tuple[int, ...], ...],
    random: np.random.Generator,
    pleats: float = 0.0,
) -> Image.Image:
    stencil = Image.new("L", photo.size, 0)
    shape(ImageDraw.Draw(stencil))
    surface = cloth(photo.size, colours[random.integers(len(colours))], random, pleats)
    result = photo.copy()
    result.paste(surface, (0, 0), stencil)
    return result


def mask(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """A mask of some colour, size and place."""
    shift, size = random.uniform(-0.04, 0.04, 2), random.uniform(0.92, 1.08)
    outline = [
        (
            face.left + (0.5 + (x - 0.5) * size + shift[0]) * face.width,
            face.top + (y + shift[1]) * face.height,
        )
        for x, y in degradations.MASK_OUTLINE
    ]
    pleats = float(random.choice([0, 0, 10]))
    return covered(photo, lambda pen: pen.polygon(outline, fill=255), COLOURS, random, pleats)


def sunglasses(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """A bar, or two round or angular lenses."""
    kind, y = random.integers(3), random.uniform(-0.03, 0.03)
    across, down = random.uniform(0.15, 0.21), random.uniform(0.10, 0.15)

    def at(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        xs = (face.left + each * face.width for each in (left, right))
        ys = (face.top + each * face.height for each in (top, bottom))
        (x0, x1), (y0, y1) = xs, ys
        return x0, y0, x1, y1

    def draw(pen: ImageDraw.ImageDraw) -> None:
        if kind == 0:
            pen.rectangle(at(-0.02, 0.16 + y, 1.02, 0.42 + y), fill=255)
            return
        for x in (0.29, 0.71):
            lens = at(x - across, 0.33 + y - down, x + across, 0.33 + y + down)
            (pen.ellipse if kind == 1 else pen.rectangle)(lens, fill=255)
        pen.rectangle(at(0.4, 0.28 + y, 0.6, 0.31 + y), fill=255)

    return covered(photo, draw, DARK, random)


def bar(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
    """A black bar over the eyes."""
    result = photo.copy()
    left, right = face.left - 0.02 * face.width, face.left + 1.02 * face.width
    top, bottom = face.top + 0.18 * face.height, face.top + 0.44 * face.height
    ImageDraw.Draw(result).rectangle((left, top, right, bottom), fill=(20, 20, 20))
    return result


def hand(photo: Image.Image, face: Box, random: np.random.Generator) -> Image.Image:
    """Something of the face's own colour before mouth and chin."""
    x, y = (round(each) for each in face.centre)
    skin = np.asarray(photo)[max(y - 8, 0) : y + 8, max(x - 8, 0) : x + 8].reshape(-1, 3)
    colour = tuple((skin.mean(axis=0) * random.uniform(0.75, 1.15)).clip(0, 255))
    shift = random.uniform(-0.15, 0.15)
    left, right = (face.left + (each + shift) * face.width for each in (0.05, 0.95))
    top, bottom = (face.top + each * face.height for each in (0.52, 1.15))
    shape = (left, top, right, bottom)
    return covered(photo, lambda pen: pen.ellipse(shape, fill=255), (colour,), random)


def glare(photo: Image.Image, face: Box, _random: np.random.Generator) -> Image.Image:
    """White reflections on both lenses of glasses."""
    shine = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(shine)
    for x in (0.29, 0.71):
        left, right = (face.left + each * face.width for each in (x - 0.13, x + 0.13))
        top, bottom = (face.top + each * face.height for each in (0.24, 0.42))
        pen.ellipse((left, top, right, bottom), fill=(255, 255, 255, 240))
    soft = shine.filter(ImageFilter.GaussianBlur(0.02 * face.width))
    return Image.alpha_composite(photo.convert("RGBA"), soft).convert("RGB")


@dataclass(frozen=True)
class Kind:
    """What is done to a photo, and the measure whose remedy is then right."""

    change: Change
    right: str = ""
    fitted: bool = True


KINDS = {
    "untouched": Kind(lambda photo, _face, _random: photo),
    "mask": Kind(degradations.mask, "mouth_seen"),
    "masks of many kinds": Kind(mask, "mouth_seen"),
    "bar over the eyes": Kind(bar, "eyes_seen"),
    "sunglasses of many kinds": Kind(sunglasses, "eyes_seen"),
    "hand before the mouth": Kind(hand, "mouth_seen"),
    "glare": Kind(glare, "glare"),
    "noise, deviation 25": Kind(degradations.noise(25), "noise"),
    "noise, deviation 50": Kind(degradations.noise(50), "noise"),
    "blur, 5 %": Kind(degradations.blur(0.05)),
    "half of the light": Kind(degradations.darkness(0.5)),
    "JPEG, quality 10": Kind(degradations.jpeg(10)),
}
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


def main(folder: Path, *options: str) -> None:
    if "--fit" in options:
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
    main(Path(sys.argv[1]), *sys.argv[2:])
