"""MTCNN: three small networks, each of which looks closer at what the one before it proposes.

Source  K. Zhang et al., "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
        Networks" (2016); thresholds, smallest face and steps as its authors' programs have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from facecompare.engines.protocol import Box, Detection, FaceDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels, Points

    Rows = NDArray[np.float32]  # N × 5: left, top, right, bottom, probability

SMALLEST_FACE_PX = 20
PYRAMID_FACTOR = 0.709  # about half the area from level to level
THRESHOLDS = (0.6, 0.7, 0.7)  # of the three networks' probabilities
CELL_PX, STRIDE_PX = 12, 2  # what the proposal network sees, and how far apart its cells are
WITHIN_LEVEL, ACROSS_LEVELS, REFINED, FINAL = 0.5, 0.7, 0.7, 0.7  # overlap that is too much
REFINEMENT_SIDE, OUTPUT_SIDE = 24, 48
MOST_PROPOSED = 3_000  # boxes of the first network; a photo of 25 faces has some 1,200
PATCHES_AT_ONCE = 256  # 7 MB of patches; a crowd proposes thousands
# MTCNN also finds faces that lie on their side or stand on their head, with points that are then
# nonsense, and is less sure of them: of the bundled portraits in working size, turned by quarters,
# at most 0.97, and upright at least 0.99. Below this, a photo is looked at in all turns.
SURELY_UPRIGHT = 0.98


class Mtcnn:
    """The three networks; one session of each serves all threads."""

    def __init__(self, proposal: Any, refinement: Any, output: Any) -> None:
        self._sessions = proposal, refinement, output

    def faces(self, pixels: Pixels) -> Rows:
        """All faces, best first."""
        proposal, refinement, output = self._sessions
        picture = Image.fromarray(pixels)
        found = self._proposed(picture, proposal)
        for session, side, threshold in (
            (refinement, REFINEMENT_SIDE, THRESHOLDS[1]),
            (output, OUTPUT_SIDE, THRESHOLDS[2]),
        ):
            if not len(found):
                return found
            squares = _squares(found)
            judged = _run(session, picture, squares, side)
            good = judged[:, -1] > threshold
            found = _moved(squares[good], judged[good, :4], judged[good, -1])
            found = _distinct(
                found, *((REFINED, "union") if side < OUTPUT_SIDE else (FINAL, "min"))
            )
        return found

    def points(self, pixels: Pixels, box: Box) -> Points:
        """The five points of the face in this box: what the last network says of it."""
        corners = (box.left, box.top, box.left + box.width, box.top + box.height)
        square = _squares(np.array([[*corners, 1.0]], dtype=np.float32))
        judged = _run(self._sessions[2], Image.fromarray(pixels), square, OUTPUT_SIDE)[0]
        left, top, right, _, _ = square[0]
        shares = np.stack([judged[4:9], judged[9:14]], axis=1)
        points: Points = (shares * (right - left) + (left, top)).astype(np.float32)
        return points

    def _proposed(self, picture: Image.Image, session: Any) -> Rows:
        levels = []
        scale = CELL_PX / SMALLEST_FACE_PX
        while min(picture.size) * scale >= CELL_PX:
            width, height = (int(np.ceil(side * scale)) for side in picture.size)
            level = _normalised(picture.resize((width, height), Image.Resampling.BOX))
            (faces,) = session.run(None, {"picture": level[None]})
            levels.append(_distinct(_cells(faces[0], scale), WITHIN_LEVEL, "union"))
            scale *= PYRAMID_FACTOR
        if not levels:
            return np.empty((0, 5), np.float32)
        return _distinct(np.concatenate(levels), ACROSS_LEVELS, "union")


class MtcnnDetector(FaceDetector):
    """Finds what MTCNN's networks take for a face."""

    name = "mtcnn"

    def __init__(self, networks: Mtcnn, at_least: float = 0.0) -> None:
        self._networks = networks
        self._at_least = at_least

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces of 20 px and more, best score first; scores are probabilities. None, when the
        best is below `at_least`."""
        found = [
            Detection(Box(left, top, right - left, bottom - top), score)
            for left, top, right, bottom, score in self._networks.faces(pixels).tolist()
        ]
        return found if found and found[0].score >= self._at_least else []


class MtcnnLandmarks:
    """Fulfils `LandmarkPredictor` with five points: eyes, nose and corners of the mouth."""

    def __init__(self, networks: Mtcnn) -> None:
        self._networks = networks

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """The points of the face in this box."""
        return self._networks.points(pixels, box)


def _cells(faces: NDArray[np.float32], scale: float) -> Rows:
    """The proposal network's cells with a face in them, as boxes of the picture."""
    rows, columns = np.nonzero(faces[4] > THRESHOLDS[0])
    corners = np.stack([columns, rows, columns, rows], axis=1).astype(np.float32) * STRIDE_PX
    corners[:, 2:] += CELL_PX
    corners /= scale
    boxes = np.concatenate([corners, faces[4, rows, columns, None]], axis=1)
    return _moved(boxes, faces[:4, rows, columns].T, boxes[:, 4])


def _moved(boxes: Rows, offsets: NDArray[np.float32], scores: NDArray[np.float32]) -> Rows:
    """Boxes after the network's corrections, which are shares of their sides."""
    sides = np.tile(boxes[:, 2:4] - boxes[:, :2], 2)
    moved: Rows = np.concatenate([boxes[:, :4] + offsets * sides, scores[:, None]], axis=1)
    return moved


def _squares(boxes: Rows) -> Rows:
    """Around the same centres, as large as the longer side."""
    centres = (boxes[:, :2] + boxes[:, 2:4]) / 2
    half = (boxes[:, 2:4] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    squares: Rows = np.concatenate([centres - half, centres + half, boxes[:, 4:]], axis=1)
    return squares


def _distinct(boxes: Rows, limit: float, method: str) -> Rows:
    """Best first, without those that overlap a better one by more than this: of both areas
    together ("union"), or of the smaller one ("min"). Of the MOST_PROPOSED best."""
    left = boxes[np.argsort(-boxes[:, 4], kind="stable")][:MOST_PROPOSED]
    kept = []
    while len(left):
        best, left = left[0].copy(), left[1:]  # a view would keep all that there was
        kept.append(best)
        low, high = np.maximum(left[:, :2], best[:2]), np.minimum(left[:, 2:4], best[2:4])
        shared = np.maximum(high - low, 0).prod(axis=1)
        areas, area = (left[:, 2:4] - left[:, :2]).prod(axis=1), (best[2:4] - best[:2]).prod()
        whole = np.minimum(areas, area) if method == "min" else areas + area - shared
        left = left[shared <= limit * whole]
    return np.stack(kept) if kept else boxes[:0]


def _run(session: Any, picture: Image.Image, squares: Rows, side: int) -> NDArray[np.float32]:
    """What the network says of each square; black where it reaches beyond the picture."""
    judged = []
    for start in range(0, len(squares), PATCHES_AT_ONCE):
        patches = [
            _patch(picture, square, side) for square in squares[start : start + PATCHES_AT_ONCE]
        ]
        judged.append(session.run(None, {"patches": np.stack(patches)})[0])
    return np.concatenate(judged)


def _patch(picture: Image.Image, square: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    edges = np.round(square[:4]).astype(int).tolist()
    cut = picture.crop(
        (edges[0], edges[1], max(edges[2], edges[0] + 1), max(edges[3], edges[1] + 1))
    )
    return _normalised(cut.resize((side, side), Image.Resampling.BILINEAR))


def _normalised(picture: Image.Image) -> NDArray[np.float32]:
    """[3, height, width], (RGB − 127.5) / 128."""
    pixels = (np.asarray(picture, dtype=np.float32) - 127.5) / 128
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))
