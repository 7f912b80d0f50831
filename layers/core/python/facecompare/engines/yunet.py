"""YuNet: one small network that finds faces with five points of each, small ones too.

Source  W. Wu et al., "YuNet: A Tiny Millisecond-level Face Detector" (2023); what a cell's numbers
        mean: OpenCV, modules/objdetect/src/face_detect.cpp, FaceDetectorYN (4.12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from facecompare.config import Settings
from facecompare.engines.lazy import Lazy
from facecompare.engines.onnx_session import open_session, thread_share
from facecompare.engines.protocol import Box, Detection
from facecompare.model_store.files import Models

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels, Points

    Rows = NDArray[np.float32]  # N × 15: score; left, top, right, bottom; five points (x, y)

STRIDES = (8, 16, 32)  # pixels between the cells of each of the network's three outputs
ROW = 15
MULTIPLE_PX = 32  # of which height and width must be
MAX_OVERLAP = 0.3  # intersection over union, as OpenCV's own default
# Scores. On nine group photos all 43 faces and nothing else are above SURE, two things that are no
# faces above PROBABLE, which counts where nothing is sure.
SURE, PROBABLE = 0.8, 0.6
# YuNet also finds faces that lie on their side or stand on their head, with points that are then
# nonsense, and is less sure of them. Of 150 photos of LFW 99 % have a score above this upright, and
# one does in another turn. Below this, a photo is looked at in all turns.
SURELY_UPRIGHT = 0.92
# By so much another turn must score higher than the photo as it is. Of 40 photos of LFW with a mask
# drawn onto them 4 score higher upside down, by 0.011 at most; of 150 without one the right turn
# scores higher than the others by 0.02 at least.
TURN_MARGIN = 0.02
# The points of a face that leans further than this are better in a picture that is turned until it
# stands upright; it reaches so many widths from the centre of the face.
LEANING_DEG, REACH = 20.0, 1.2
# Where nothing is found, the picture is looked at again so many times smaller, in which noise and
# blur vanish: of 25 photos of LFW with noise of deviation 25 (of 255) 6 have a face at first, and
# all then; with 50 none at first, and 18 then.
SECOND_LOOK = 3
SCALES = np.array([1, *[SECOND_LOOK] * (ROW - 1)], np.float32)  # a score is no length
# dlib's HOG detector frames the same faces so, and dlib's landmarks and all that is measured in
# face widths begin with its frame: a square of this share of the mean side of YuNet's box, and
# its centre so far from the mean of the five points, in widths (DevTrain, 400 photos).
FRAME_SHARE = 0.949
FRAME_OFFSET = (-0.022, -0.017)


def yunet_detectors(models: Models, settings: Settings) -> tuple[YunetDetector, YunetDetector]:
    """One for photos in which it is sure of a face, and one that judges all four turns."""
    path = models.path_of("yunet")
    session = Lazy(lambda: open_session(path, thread_share(settings)))
    return YunetDetector(session, SURELY_UPRIGHT), YunetDetector(session)


class YunetDetector:
    """Fulfils `FaceDetector`; its detections have points. One session serves all threads."""

    name = "yunet"
    turn_margin = TURN_MARGIN

    def __init__(self, session: Callable[[], Any], at_least: float = 0.0) -> None:
        self._session = session
        self._at_least = at_least

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces of which it is sure or, if there are none, that are probable; best score
        first; scores are from 0 to 1. None, when the best is below `at_least`."""
        rows = self._rows(pixels)
        if not len(rows):
            smaller = np.asarray(Image.fromarray(pixels).reduce(SECOND_LOOK))
            rows = self._rows(smaller) * SCALES
        found = [self._upright(pixels, _detection(row)) for row in _distinct(rows)]
        if not found or found[0].score < self._at_least:
            return []
        return [each for each in found if each.score >= SURE] or found

    def _upright(self, pixels: Pixels, found: Detection) -> Detection:
        """The same face; a leaning one as it is seen when the picture is turned, if surer then."""
        lean = _lean(found)
        if abs(lean) < LEANING_DEG:
            return found
        x, y = found.box.centre
        reach = REACH * found.box.width
        corner = np.array((x - reach, y - reach))
        turned = Image.fromarray(pixels).rotate(lean, Image.Resampling.BILINEAR, center=(x, y))
        cut = turned.crop((*map(round, corner), round(x + reach), round(y + reach)))
        seen = [_detection(row) for row in _distinct(self._rows(np.asarray(cut)))]
        again = min(seen, key=lambda each: _apart(each.box.centre, (reach, reach)), default=found)
        other = _apart(again.box.centre, (reach, reach)) > found.box.width / 2  # a face beside it
        if other or again.score <= found.score or again.points is None:
            return found
        away = again.points + np.round(corner) - (x, y)
        cos, sin = np.cos(np.radians(lean)), np.sin(np.radians(lean))
        points = (away @ np.array([[cos, sin], [-sin, cos]]) + (x, y)).astype(np.float32)
        return Detection(_framed((again.box.width / FRAME_SHARE) ** 2, points), again.score, points)

    def _rows(self, pixels: Pixels) -> Rows:
        (cells,) = self._session().run(None, {"pictures": _padded(pixels)[None]})
        return _decoded(cells[0], pixels.shape[1])


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


def _distinct(rows: Rows) -> list[Rows]:
    """Best first, without those that overlap a better one by more than MAX_OVERLAP."""
    left = rows[np.argsort(-rows[:, 0], kind="stable")]
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        low, high = np.maximum(left[:, 1:3], best[1:3]), np.minimum(left[:, 3:5], best[3:5])
        shared = np.maximum(high - low, 0).prod(axis=1)
        areas, area = (left[:, 3:5] - left[:, 1:3]).prod(axis=1), (best[3:5] - best[1:3]).prod()
        left = left[shared <= MAX_OVERLAP * (areas + area - shared)]
    return kept


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
