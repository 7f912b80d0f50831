"""Stage 2: an upright picture → its faces, and which of them is compared.

Detectors are asked in the engine's order and the first that finds anything decides: a HOG detector
is quick, a CNN finds what it misses. A CNN also finds faces that lie on their side, whose landmarks
would then be nonsense; so a photo in which the first is not sure is looked at in all four quarter
turns, and the turn that the detector likes best is taken, whatever the file says of which way is
up: phones write that it is upright when they lie flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.protocol import Box, Detection, Engine, FaceDetector
from facecompare.errors import BadField, NoFace, SeveralFaces
from facecompare.options import FacePolicy, Waiter
from facecompare.pipeline.decode import MOST_PIXELS, DecodedImage

if TYPE_CHECKING:
    from facecompare.engines.protocol import Points


# Pixels of the further looks at a photo without a face: two and four times the working width of a
# photo of 4:3. Of a 12-megapixel one, a face of a fortieth of its width then has 60.
LARGER_LOOKS = (1_080_000, MOST_PIXELS)
# Faces less wide than this have fewer pixels than their chips, of which the face is 100 wide.
SMALL_FACE_PX, CHIP_FACE_PX = 80.0, 120.0
MOST_MATCHED = 20  # faces of a photo under best-match: as many embeddings take about a second
# Faces of a photo that are looked at closely, the largest: landmarks, chips and their quality take
# some milliseconds each, and a mosaic has thousands. Photos of whole schools have some 200.
MOST_FACES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face, in working pixels of the picture it was found in; see `DecodedImage`.

    detector_points  the detector's own five points, where it has any: eyes, nose, mouth's corners
    plain_score      of the picture as it is, where the detector also looks at it changed
    """

    box: Box
    landmarks5: Points
    detector: str
    detection_score: float
    detector_points: Points | None = None
    plain_score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFaces:
    """All faces of a photo, largest first. `image` may be a quarter turn of the decoded one.

    left_out  how many more there are than the MOST_FACES largest
    """

    image: DecodedImage
    faces: tuple[Face, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Search:
    """What looks for faces, and for whom."""

    engine: Engine
    waiter: Waiter | None

    def go_on(self) -> None:
        """Raises  NobodyWaits: a search takes seconds where there is much to see."""
        if self.waiter is not None:
            self.waiter.check()


def detect(image: DecodedImage, engine: Engine, waiter: Waiter | None = None) -> DetectedFaces:
    """All faces of the picture with their five landmarks. Where it has none, or small ones only, it
    is looked at once more with more of the photo's pixels.

    Raises  NoFace when no detector finds one in any turn; NobodyWaits.
    """
    search = _Search(engine, waiter)
    found = _look(image, search, engine.detectors) or _larger_look(image, search)
    if found is None:
        raise NoFace(
            f"no face was found in the {image.width} × {image.height} photo; use one in which a "
            "face is visible from the front and at least a twentieth as wide as the photo"
        )
    return _look_at_a_small_face(found, search) or found


def _look(
    image: DecodedImage, search: _Search, detectors: Sequence[FaceDetector]
) -> DetectedFaces | None:
    upright, *fallbacks = detectors
    found = _faces(image, upright, search)
    for detector in fallbacks:
        if found:
            break
        turned = _best_turn(image, detector, search)
        if turned is None:
            continue
        image = turned
        # The quick detector again: a photo stored sideways gets the boxes it would get upright.
        found = _faces(image, upright, search) if image.quarter_turns else None
        found = found or _faces(image, detector, search)
    return found


def _larger_look(image: DecodedImage, search: _Search) -> DetectedFaces | None:
    """At more and more pixels, until there is a face."""
    detectors = [each.nearer() for each in _quick(search.engine.detectors)]
    for pixels in LARGER_LOOKS:
        larger = image.enlarged(pixels)
        if larger and (found := _look(larger, search, detectors)):
            return found
    return None


def _look_at_a_small_face(found: DetectedFaces, search: _Search) -> DetectedFaces | None:
    """At so many pixels that the largest face has all that its chip has room for."""
    width = found.faces[0].box.width
    if width >= SMALL_FACE_PX:
        return None
    here = found.image.pixels.shape[0] * found.image.pixels.shape[1]
    wanted = min(round(here * (CHIP_FACE_PX / width) ** 2), MOST_PIXELS)
    larger = found.image.enlarged(wanted)
    again = _look(larger, search, _quick(search.engine.detectors)) if larger else None
    return again if again and len(again.faces) >= len(found.faces) else None


def _quick(detectors: Sequence[FaceDetector]) -> list[FaceDetector]:
    """The first detector in all its ways; others take seconds for so many pixels."""
    return [each for each in detectors if each.name == detectors[0].name]


def choose(detected: DetectedFaces, wanted: FacePolicy | int) -> tuple[Face, ...]:
    """The faces that are compared: one, by a policy or by its place among the faces, from 0; by
    `best-match` all, but no more than the MOST_MATCHED largest.

    Raises  SeveralFaces under `only-one`; BadField when no face has that place.
    """
    faces = detected.faces
    if isinstance(wanted, int):
        return (_face_at(faces, wanted),)
    if wanted is FacePolicy.ONLY_ONE and len(faces) > 1:
        raise SeveralFaces(
            f"{len(faces)} faces were found and exactly one is accepted; crop the photo, or choose "
            "the face by its place or by another policy"
        )
    if wanted is FacePolicy.MOST_CENTRAL:
        height, width = detected.image.pixels.shape[:2]
        central = min(faces, key=lambda face: _distance(face.box.centre, (width / 2, height / 2)))
        return (central,)
    return faces[: MOST_MATCHED if wanted is FacePolicy.BEST_MATCH else 1]


def _face_at(faces: tuple[Face, ...], place: int) -> Face:
    if place >= len(faces):
        raise BadField(
            f"face {place} was asked for and {len(faces)} were found; 0 is the largest, and "
            f"{len(faces) - 1} the last, is accepted"
        )
    return faces[place]


def _faces(image: DecodedImage, detector: FaceDetector, search: _Search) -> DetectedFaces | None:
    """What this detector finds; None where that is nothing."""
    search.go_on()
    found = sorted(detector.find(image.pixels), key=lambda each: -each.box.area)
    faces = tuple(
        Face(
            box=each.box,
            landmarks5=_landmarks5(image, each, search),
            detector=detector.name,
            detection_score=each.score,
            detector_points=each.points,
            plain_score=each.plain_score,
        )
        for each in found[:MOST_FACES]
    )
    return DetectedFaces(image, faces, len(found) - len(faces)) if faces else None


def _landmarks5(image: DecodedImage, found: Detection, search: _Search) -> Points:
    search.go_on()
    engine = search.engine
    if engine.landmarks5 is not None:
        return engine.landmarks5.landmarks(image.pixels, found.box)
    assert found.points is not None  # noqa: S101 – an engine without a predictor has such a detector
    return found.points


def _best_turn(image: DecodedImage, detector: FaceDetector, search: _Search) -> DecodedImage | None:
    """The turn that is most upright, and the photo as it is when none is enough more so; None when
    there is a face in none of them."""
    turns = [image.turned(turns) for turns in range(4)]
    scores = []
    for turn in turns:
        search.go_on()
        scores.append(detector.uprightness(turn.pixels))
    as_it_is, *others = scores
    best = max(others)
    if not as_it_is and not best:
        return None
    return turns[1 + others.index(best)] if best - as_it_is > detector.turn_margin else image


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))
