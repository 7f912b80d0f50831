"""Which parts of two faces their distance depends on: a patch slides over one face at a time.

What it is: for each place of the patch, how much farther apart or nearer the two faces are for the
network when this part of one cannot be seen (M. Zeiler and R. Fergus, "Visualizing and
Understanding Convolutional Networks", 2014). It tells neither why a network decided so nor what a
person would go by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from facecompare.compare import Comparison, PhotoReport, compare
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.align import align
from facecompare.pipeline.decode import DecodedImage, Photo
from facecompare.pipeline.detect import Face
from facecompare.pipeline.embed import Embedding, embed_all
from facecompare.pipeline.match import distances_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Corners = list[tuple[float, ...]]

STEPS = 8  # places of the patch in a row, and rows: 64 embeddings a face, some two seconds
PATCH = 0.25  # of the aligned face's width: smaller ones hardly move a distance
CHIPS_PER_CALL = 16  # that go through the network together, for memory
STRONGEST = 0.75  # of the colour, over the face


@dataclass(frozen=True, slots=True, eq=False)
class FaceMap:
    """Of one face: by how much the distance grows where the patch lies (less than 0: shrinks).

    face     its place in the photo, 0 for the largest
    changes  STEPS × STEPS, rows from the top
    chip     the aligned face, height × width × 3, RGB
    picture  the same with the changes as colour: red where covering moves the two apart, blue where
             it brings them together
    """

    face: int
    changes: NDArray[np.float64]
    chip: NDArray[np.uint8]
    picture: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A comparison, and a map of each of its two faces; the same colour is the same change."""

    comparison: Comparison
    image1: FaceMap
    image2: FaceMap


def explain(image1: Photo, image2: Photo, engine: Engine, options: RequestOptions) -> Explanation:
    """Compare, then cover the two faces part by part.

    Raises  as `compare`.
    """
    comparison = compare(image1, image2, engine, options)
    reports = comparison.image1, comparison.image2
    one, other = (embed_all([each.compared.chip], engine)[0] for each in reports)
    changes1 = _changes(comparison, comparison.image1, (one, other), engine)
    changes2 = _changes(comparison, comparison.image2, (other, one), engine)
    most = float(max(np.abs(changes1).max(), np.abs(changes2).max())) or 1.0
    maps = (
        FaceMap(
            face=next(place for place, face in enumerate(report.faces) if face.compared),
            changes=changes,
            chip=report.compared.chip.picture,
            picture=_coloured(report.compared.chip.picture, changes / most),
        )
        for report, changes in zip(reports, (changes1, changes2), strict=True)
    )
    return Explanation(comparison, *maps)


def _changes(
    comparison: Comparison,
    report: PhotoReport,
    embeddings: tuple[Embedding, Embedding],
    engine: Engine,
) -> NDArray[np.float64]:
    """[STEPS, STEPS]: the distance to the other face with each part covered, less that without, by
    what decided. `embeddings` are this photo's face and the other's."""
    whole, other = embeddings
    image, face, card = report.image, report.compared.face, engine.card
    by_first = card.second is not None and comparison.match.combined_distance is None

    def distance(of_face: Embedding) -> float:
        found = distances_between(of_face.values, other.values, card)
        return found.first if by_first else found.decisive

    colour = tuple(report.compared.chip.picture.mean(axis=(0, 1)).astype(int).tolist())
    covered = (_covered(image, each, colour) for each in _patches(image, face, engine))
    chips = [align(each, face, card) for each in covered]
    parts = (chips[at : at + CHIPS_PER_CALL] for at in range(0, len(chips), CHIPS_PER_CALL))
    embedded = [each for part in parts for each in embed_all(part, engine)]
    return np.array([distance(each) for each in embedded]).reshape(STEPS, STEPS) - distance(whole)


def _patches(image: DecodedImage, face: Face, engine: Engine) -> list[Corners]:
    """The patch's corners in working pixels, for each of its places on the aligned face, row by row
    from the top."""
    found = _places_in_picture(image, face, engine)
    side = len(found) - 1
    half = PATCH / 2 * side
    centres = (np.arange(STEPS) + 0.5) / STEPS * side
    patches = []
    for row in centres:
        for column in centres:
            top, bottom = (int(np.clip(row + each, 0, side)) for each in (-half, half))
            left, right = (int(np.clip(column + each, 0, side)) for each in (-half, half))
            corners = ((top, left), (top, right), (bottom, right), (bottom, left))
            patches.append([tuple(found[place].tolist()) for place in corners])
    return patches


def _places_in_picture(image: DecodedImage, face: Face, engine: Engine) -> NDArray[np.float64]:
    """[side, side, 2]: (x, y) in working pixels of each pixel of the aligned face.

    It is asked of the aligned face of a picture whose colours are its coordinates around the face;
    as a face is turned, scaled and moved, straight lines through what it shows hold beyond too.
    """
    box, (height, width) = face.box, image.pixels.shape[:2]
    start = np.array([box.left - box.width, box.top - box.height])
    extent = 3 * np.array([box.width, box.height])
    codes = [
        (np.arange(side) - first) / whole * 255
        for side, first, whole in zip((width, height), start, extent, strict=True)
    ]
    across, down = np.meshgrid(*codes)
    known = (across > 0) & (across < 255) & (down > 0) & (down < 255)
    colours = np.stack([across, down, np.where(known, 255, 0)], axis=2).clip(0, 255)
    coded = replace(image, pixels=colours.round().astype(np.uint8))
    chip = align(coded, face, engine.card).picture.astype(float)
    rows, columns = np.indices(chip.shape[:2])
    places = np.stack([columns, rows, np.ones_like(rows)], axis=2).astype(float)
    seen = chip[..., 2] == 255
    lines, *_ = np.linalg.lstsq(places[seen], chip[seen][:, :2], rcond=None)
    found: NDArray[np.float64] = places @ lines / 255 * extent + start
    return found


def _covered(image: DecodedImage, corners: Corners, colour: tuple[int, ...]) -> DecodedImage:
    """The picture with a patch of this colour."""
    picture = Image.fromarray(image.pixels)
    ImageDraw.Draw(picture).polygon(corners, fill=colour)
    return replace(image, pixels=np.asarray(picture))


def _coloured(chip: NDArray[np.uint8], changes: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The chip under red and blue, by changes from −1 to 1."""
    height, width = chip.shape[:2]
    smooth = Image.fromarray(changes.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    values = np.clip(np.asarray(smooth), -1, 1)[..., None]
    colour = np.where(values > 0, (220, 30, 30), (30, 80, 220))
    strength = STRONGEST * np.abs(values)
    grey = chip.mean(axis=2, keepdims=True).repeat(3, axis=2)
    mixed: NDArray[np.uint8] = (grey * (1 - strength) + colour * strength).astype(np.uint8)
    return mixed
