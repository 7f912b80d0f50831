"""dlib's CNN face detector on ONNX Runtime: its boxes and scores at the hardware's speed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from facecompare.engines.protocol import Box, Detection
from facecompare.engines.pyramid import LEVEL_RATIO, Layout, tiled_pyramid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels

UP = LEVEL_RATIO[1] / LEVEL_RATIO[0]
UP_SHIFT_PX = 0.3  # pyramid_down::point_up, dlib/image_transforms/image_pyramid.h


class CnnDetector:
    """Fulfils `FaceDetector`; one session serves all threads.

    Source  loss_mmod_::to_label and test_box_overlap, dlib/dnn/loss.h and
            dlib/image_processing/box_overlap_testing.h (20.0.1).
    """

    name = "cnn"

    def __init__(self, session: Any) -> None:
        self._session = session
        self._facts = json.loads(session.get_modelmeta().custom_metadata_map["detector"])

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces, best score first."""
        pyramid, layout = tiled_pyramid(pixels, self._facts["mean_rgb"])
        (responses,) = self._session.run(None, {"pyramid": pyramid})
        rows, columns = np.nonzero(responses[0, 0] > 0)
        scores = responses[0, 0, rows, columns]
        best_first = np.argsort(-scores, kind="stable")
        boxes = self._boxes(columns[best_first], rows[best_first], layout)
        return self._distinct(boxes, scores[best_first])

    def _boxes(
        self, columns: NDArray[np.intp], rows: NDArray[np.intp], layout: Layout
    ) -> NDArray[np.int64]:
        """[N, 4] left, top, right, bottom in whole pixels of the picture, inclusive."""
        stride, offset = self._facts["stride"], self._facts["offset"]
        centres = np.stack([columns, rows], axis=1) * float(stride) + offset
        size = np.array([self._facts["window_width"], self._facts["window_height"]])
        level = _nearest_tile(centres, layout)
        origins = np.array([(tile.left, tile.top) for tile in layout.tiles])
        half = (size - 1) / 2
        corners = np.stack([centres - half, centres + half], axis=1) - origins[level][:, None]
        return np.floor(_to_picture(corners, level) + 0.5).astype(np.int64).reshape(-1, 4)

    def _distinct(self, boxes: NDArray[np.int64], scores: NDArray[np.float32]) -> list[Detection]:
        """Of boxes that overlap too much, the best: greedy non-maximum suppression."""
        kept: list[int] = []
        for index, box in enumerate(boxes):
            if not kept or not self._overlap(boxes[kept], box).any():
                kept.append(index)
        return [Detection(_box(boxes[index]), float(scores[index])) for index in kept]

    def _overlap(self, kept: NDArray[np.int64], box: NDArray[np.int64]) -> NDArray[np.bool_]:
        shared = np.maximum(
            np.minimum(kept[:, 2:], box[2:]) - np.maximum(kept[:, :2], box[:2]) + 1, 0
        ).prod(axis=1)
        areas, area = (kept[:, 2:] - kept[:, :2] + 1).prod(axis=1), (box[2:] - box[:2] + 1).prod()
        iou = shared / (areas + area - shared)
        covered = shared / np.minimum(areas, area)
        overlap: NDArray[np.bool_] = (iou > self._facts["max_iou"]) | (
            covered > self._facts["max_covered"]
        )
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
