"""YuNet: one small network that finds faces with five points of each, small ones too.

Source  W. Wu et al., "YuNet: A Tiny Millisecond-level Face Detector" (2023); what a cell's numbers
        mean: OpenCV, modules/objdetect/src/face_detect.cpp, FaceDetectorYN (4.12).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from facecompare.config import Settings
from facecompare.engines.onnx_session import open_session, thread_share
from facecompare.engines.protocol import Box, Detection, FaceDetector
from facecompare.model_store.files import Models

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels, Points

    Rows = NDArray[np.float32]  # N × 15: score; left, top, right, bottom; five points (x, y)

STRIDES = (8, 16, 32)  # pixels between the cells of each of the network's three outputs
ROW = 15
MULTIPLE_PX = 32  # of which height and width must be
MAX_OVERLAP = 0.3  # intersection over union, as OpenCV's own default
MOST_CELLS = 5_000  # that are looked at more closely, as OpenCV's own default (top_k)
MOST_STRAIGHTENED = 100  # leaning faces, the largest: another look takes milliseconds each
# Scores. On nine group photos all 43 faces and nothing else are above SURE, two things that are no
# faces above PROBABLE, which counts where nothing is sure.
SURE, PROBABLE = 0.8, 0.6
# YuNet also finds faces that lie on their side or stand on their head, with points that are then
# nonsense, and is less sure of them. Of 150 photos of LFW 99 % have a score above this upright, and
# one does in another turn. Below this, a photo is looked at in all turns.
SURELY_UPRIGHT = 0.92
# By so much another turn must look more upright than the photo as it is. Of 80 photos of LFW the
# right turn does by 0.047 at least, with a mask drawn onto them 98 % do by 0.02.
TURN_MARGIN = 0.02
# The points of a face that leans further than this are better in a picture that is turned until it
# stands upright; it reaches so many widths from the centre of the face. Of a face that leans by 45°
# they tell some 25°, so it is turned further, and again while it leans by more than the second: of
# 60 photos of LFW turned by 45°, 45 then have a score above SURELY_UPRIGHT.
LEANING_DEG, STILL_LEANING_DEG, LOOKS_AT_LEANING = 20.0, 5.0, 3
UNDERSTATED, REACH = 1.6, 1.2
LYING_DEG = 55.0  # a quarter turn makes less of it
# Where it is not sure, it also looks at the picture so many times smaller, in which noise, blur and
# the edges of a mask vanish. Of 80 photos of LFW with a mask 12 score higher upside down as they
# are, and one in the mean of these; with noise of deviation 25 (of 255) 15 have a face as they are,
# and all have one in these.
REDUCTIONS = (1, 2, 3, 4, 6)
# dlib's HOG detector frames the same faces so, and dlib's landmarks and all that is measured in
# face widths begin with its frame: a square of this share of the mean side of YuNet's box, and
# its centre so far from the mean of the five points, in widths (DevTrain, 400 photos).
FRAME_SHARE = 0.949
FRAME_OFFSET = (-0.022, -0.017)


def yunet_detectors(models: Models, settings: Settings) -> tuple[YunetDetector, YunetDetector]:
    """One for photos in which it is sure of a face, and one that judges all four turns."""
    session = open_session(models.path_of("yunet"), thread_share(settings))
    return YunetDetector(session, SURELY_UPRIGHT), YunetDetector(session)


class YunetDetector(FaceDetector):
    """Its detections have points. One session serves all threads."""

    name = "yunet"
    turn_margin = TURN_MARGIN

    def __init__(
        self, session: Any, at_least: float = 0.0, reductions: Sequence[int] = REDUCTIONS
    ) -> None:
        self._session = session
        self._at_least = at_least
        self._reductions = reductions

    def nearer(self) -> YunetDetector:
        """Without reductions: they are what it has seen before."""
        return YunetDetector(self._session, self._at_least, reductions=(1,))

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces of which it is sure or, if there are none, that are probable; best score
        first; scores are from 0 to 1. None, when the best is below `at_least`; where that is 0,
        the faces of all looks at the picture, each as it is seen best."""
        looks = [self._rows(pixels)] if self._at_least else self._looks(pixels)
        rows = _distinct(np.concatenate(looks))
        plain = [replace(_detection(row), plain_score=_score_at(row, looks[0])) for row in rows]
        large = _largest(plain)
        found = [
            self._upright(pixels, each) if place in large else each
            for place, each in enumerate(plain)
        ]
        if not found or found[0].score < self._at_least:
            return []
        return [each for each in found if each.score >= SURE] or found

    def uprightness(self, pixels: Pixels) -> float:
        """The mean of the best scores of all looks; one without a face, or left out because it had
        none before, counts as 0."""
        best = [rows[:, 0].max(initial=0) for rows in self._looks(pixels)]
        return float(sum(best) / len(REDUCTIONS))

    def _looks(self, pixels: Pixels) -> list[Rows]:
        looks = []
        for times in self._reductions:
            rows = self._rows(_reduced(pixels, times))
            rows[:, 1:] *= times
            looks.append(rows)
        return looks

    def _upright(self, pixels: Pixels, found: Detection) -> Detection:
        """The same face; a leaning one as it is seen in turned pictures, while it is surer then. As
        it was when it turns out to lie: then the photo has to be turned."""
        first, turned, allowed = found, 0.0, LEANING_DEG
        for _ in range(LOOKS_AT_LEANING):
            lean = _lean(found)
            if abs(lean - turned) < allowed:
                break
            lean = lean if turned else UNDERSTATED * lean
            again = self._turned_by(lean, pixels, found.box)
            if again is None or again.score <= found.score:
                break
            found, turned, allowed = again, lean, STILL_LEANING_DEG
        return found if abs(_lean(found)) < LYING_DEG else first

    def _turned_by(self, lean: float, pixels: Pixels, box: Box) -> Detection | None:
        """The face in this box as it is seen when the picture is turned back by so many degrees."""
        x, y = box.centre
        reach = REACH * box.width
        corner = np.array((x - reach, y - reach))
        around, (left, top) = _around(pixels, (x, y), reach)
        turned = around.rotate(lean, Image.Resampling.BILINEAR, center=(x - left, y - top))
        edges = (*map(round, corner), round(x + reach), round(y + reach))
        cut = turned.crop((edges[0] - left, edges[1] - top, edges[2] - left, edges[3] - top))
        seen = [_detection(row) for row in _distinct(self._rows(np.asarray(cut)))]
        face = min(seen, key=lambda each: _apart(each.box.centre, (reach, reach)), default=None)
        if face is None or face.points is None:
            return None
        if _apart(face.box.centre, (reach, reach)) > box.width / 2:
            return None  # a face beside it
        away = face.points + np.round(corner) - (x, y)
        cos, sin = np.cos(np.radians(lean)), np.sin(np.radians(lean))
        points = (away @ np.array([[cos, sin], [-sin, cos]]) + (x, y)).astype(np.float32)
        box = _framed((face.box.width / FRAME_SHARE) ** 2, points)
        return Detection(box, face.score, points, face.score)

    def _rows(self, pixels: Pixels) -> Rows:
        (cells,) = self._session.run(None, {"pictures": _padded(pixels)[None]})
        return _decoded(cells[0], pixels.shape[1])


def _reduced(pixels: Pixels, times: int) -> Pixels:
    return pixels if times == 1 else np.asarray(Image.fromarray(pixels).reduce(times))


def _padded(pixels: Pixels) -> NDArray[np.float32]:
    """[3, height, width] with black below and to the right, up to the next multiple."""
    height, width = pixels.shape[:2]
    sides = (-(-side // MULTIPLE_PX) * MULTIPLE_PX for side in (height, width))
    padded = np.zeros((3, *sides), np.float32)
    padded[:, :height, :width] = pixels.transpose(2, 0, 1)
    return padded


def _decoded(cells: Rows, width: int) -> Rows:
    """The rows of the cells that probably hold a face, in pixels of the picture."""
    good = np.flatnonzero(cells[:, 0] >= PROBABLE)
    places, strides = _grid(width, len(cells))
    rows, origin, stride = cells[good], places[good], strides[good, None]
    centres = (origin + rows[:, 1:3]) * stride
    half = np.exp(rows[:, 3:5]) * stride / 2
    points = (np.tile(origin, 5) + rows[:, 5:]) * stride
    return np.concatenate([rows[:, :1], centres - half, centres + half, points], axis=1)


def _grid(width: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each cell its (column, row) and its stride."""
    padded = -(-width // MULTIPLE_PX) * MULTIPLE_PX
    height = count * 64 * 16 // (21 * padded)  # 1/64 + 1/256 + 1/1024 of the pixels are cells
    places, strides = [], []
    for stride in STRIDES:
        rows, columns = np.divmod(
            np.arange(padded // stride * (height // stride)), padded // stride
        )
        places.append(np.stack([columns, rows], axis=1))
        strides.append(np.full(len(rows), stride))
    return np.concatenate(places).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _around(
    pixels: Pixels, centre: tuple[float, float], reach: float
) -> tuple[Image.Image, tuple[int, int]]:
    """The part that a square of this half side may show when it is turned, and its corner."""
    corners = [math.floor(at - reach * math.sqrt(2)) - 1 for at in centre]
    left, top = (max(corner, 0) for corner in corners)
    right, bottom = (math.ceil(at + reach * math.sqrt(2)) + 2 for at in centre)
    return Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right])), (left, top)


def _largest(found: list[Detection]) -> set[int]:
    """The places of the MOST_STRAIGHTENED largest."""
    by_size = sorted(range(len(found)), key=lambda place: -found[place].box.area)
    return set(by_size[:MOST_STRAIGHTENED])


def _distinct(rows: Rows) -> list[Rows]:
    """Best first, without those that overlap a better one by more than MAX_OVERLAP; of the
    MOST_CELLS best."""
    left = rows[np.argsort(-rows[:, 0], kind="stable")][:MOST_CELLS]
    kept = []
    while len(left):
        best, left = left[0].copy(), left[1:]  # a view would keep all that there was
        kept.append(best)
        low, high = np.maximum(left[:, 1:3], best[1:3]), np.minimum(left[:, 3:5], best[3:5])
        shared = np.maximum(high - low, 0).prod(axis=1)
        areas, area = (left[:, 3:5] - left[:, 1:3]).prod(axis=1), (best[3:5] - best[1:3]).prod()
        left = left[shared <= MAX_OVERLAP * (areas + area - shared)]
    return kept


def _score_at(row: Rows, look: Rows) -> float:
    """Of the face in this place as this look sees it; 0 where it sees none."""
    x, y = (row[1] + row[3]) / 2, (row[2] + row[4]) / 2
    here = (look[:, 1] < x) & (x < look[:, 3]) & (look[:, 2] < y) & (y < look[:, 4])
    return float(look[here, 0].max(initial=0))


def _detection(row: Rows) -> Detection:
    score, left, top, right, bottom = row[:5].tolist()
    points = row[5:].reshape(5, 2)
    return Detection(_framed((right - left) * (bottom - top), points), score, points)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _lean(found: Detection) -> float:
    """By how many degrees the line through the eyes leans clockwise."""
    assert found.points is not None  # noqa: S101 – all of ours have some
    across, down = (found.points[1] - found.points[0]).tolist()
    return float(np.degrees(np.arctan2(down, across)))


def _framed(area: float, points: Points) -> Box:
    """The square that dlib would frame this face with."""
    side = FRAME_SHARE * area**0.5
    x, y = (points.mean(axis=0) + side * np.array(FRAME_OFFSET)).tolist()
    return Box(x - side / 2, y - side / 2, side, side)
