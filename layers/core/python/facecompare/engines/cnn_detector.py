"""dlib's CNN face detector on ONNX Runtime: its boxes and scores at the hardware's speed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from facecompare.engines.lazy import Lazy
from facecompare.engines.protocol import Box, Detection, FaceDetector
from facecompare.engines.pyramid import LEVEL_RATIO, Layout, lay_out, tiled_pyramid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels

UP = LEVEL_RATIO[1] / LEVEL_RATIO[0]
UP_SHIFT_PX = 0.3  # pyramid_down::point_up, dlib/image_transforms/image_pyramid.h


class CnnDetector(FaceDetector):
    """One session serves all threads, one picture at a time.

    A run takes over 100 MB for a moment and may use every core, so runs side by side would gain
    nothing but memory.

    Source  loss_mmod_::to_label and test_box_overlap, dlib/dnn/loss.h and
            dlib/image_processing/box_overlap_testing.h (20.0.1).
    """

    name = "cnn"

    def __init__(self, open_session: Callable[[], Any]) -> None:
        self._session = Lazy(open_session)  # most photos need no second detector
        self._running = Lock()

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces, best score first."""
        session = self._session()
        facts = Facts(**json.loads(session.get_modelmeta().custom_metadata_map["detector"]))
        layout = lay_out(pixels.shape[1], pixels.shape[0])
        if min(layout.width, layout.height) <= 2 * facts.offset:
            return []  # no window fits in; dlib's own detector corrupts the heap here
        with self._running:
            pyramid = tiled_pyramid(pixels, facts.mean_rgb, layout)
            (responses,) = session.run(["responses"], {"pyramid": pyramid})
        rows, columns = np.nonzero(responses[0, 0] > 0)
        scores = responses[0, 0, rows, columns]
        best_first = np.argsort(-scores, kind="stable")
        boxes = _boxes(columns[best_first], rows[best_first], layout, facts)
        return _distinct(boxes, scores[best_first], facts)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the model file says of itself; see `facecompare.model_build.cnn_detector`."""

    mean_rgb: tuple[float, float, float]
    stride: int
    offset: int
    window_width: int
    window_height: int
    max_iou: float
    max_covered: float


def _boxes(
    columns: NDArray[np.intp], rows: NDArray[np.intp], layout: Layout, facts: Facts
) -> NDArray[np.int64]:
    """[N, 4] left, top, right, bottom in whole pixels of the picture, inclusive."""
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    centres = places * facts.stride + facts.offset
    half = np.array([facts.window_width - 1, facts.window_height - 1], dtype=np.float64) / 2
    level = _nearest_tile(centres, layout)
    origins = np.array([(tile.left, tile.top) for tile in layout.tiles])
    corners = np.stack([centres - half, centres + half], axis=1) - origins[level][:, None]
    return np.floor(_to_picture(corners, level) + 0.5).astype(np.int64).reshape(-1, 4)


def _distinct(
    boxes: NDArray[np.int64], scores: NDArray[np.float32], facts: Facts
) -> list[Detection]:
    """Of boxes that overlap too much, the best: greedy non-maximum suppression."""
    kept: list[int] = []
    for index, box in enumerate(boxes):
        if not _overlap(boxes[kept], box, facts).any():
            kept.append(index)
    return [Detection(_box(boxes[index]), float(scores[index])) for index in kept]


def _overlap(kept: NDArray[np.int64], box: NDArray[np.int64], facts: Facts) -> NDArray[np.bool_]:
    shared = np.maximum(
        np.minimum(kept[:, 2:], box[2:]) - np.maximum(kept[:, :2], box[:2]) + 1, 0
    ).prod(axis=1)
    areas, area = (kept[:, 2:] - kept[:, :2] + 1).prod(axis=1), (box[2:] - box[:2] + 1).prod()
    iou, covered = shared / (areas + area - shared), shared / np.minimum(areas, area)
    overlap: NDArray[np.bool_] = (iou > facts.max_iou) | (covered > facts.max_covered)
    return overlap


def _nearest_tile(points: NDArray[np.float64], layout: Layout) -> NDArray[np.intp]:
    """The index of the tile that each (x, y) lies in, or is nearest to."""
    low = np.array([(tile.left, tile.top) for tile in layout.tiles])
    high = low + [(tile.width - 1, tile.height - 1) for tile in layout.tiles]
    inside = np.clip(points[:, None], low, high)
    nearest: NDArray[np.intp] = np.square(inside - points[:, None]).sum(axis=2).argmin(axis=1)
    return nearest


def _to_picture(corners: NDArray[np.float64], level: NDArray[np.intp]) -> NDArray[np.float64]:
    """From pixels of a level to pixels of the picture, one level after the other as dlib does."""
    corners = corners.copy()
    for passed in range(int(level.max(initial=0))):
        higher = level > passed
        corners[higher] = corners[higher] * UP + UP_SHIFT_PX
    return corners


def _box(edges: NDArray[np.int64]) -> Box:
    left, top, right, bottom = (float(edge) for edge in edges)
    return Box(left, top, right - left + 1, bottom - top + 1)
