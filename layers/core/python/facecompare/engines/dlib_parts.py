"""dlib's own detectors, shape predictors and face network behind the engine protocol."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any

import dlib
import numpy as np

from facecompare.engines.protocol import Box, Detection, FaceDetector
from facecompare.errors import ModelFileDamaged
from facecompare.model_store.files import BUILD_HINT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels, Points

# Of the CNN detector's pictures: dlib corrupts the heap where a side has 8 pixels or fewer, and
# crashes then or later (20.0.1). What it finds is 80 pixels wide.
LEAST_SIDE_PX = 16
NO_UPSAMPLING = 0  # the working width already suits faces of 80 px and more


class Pool:
    """dlib's objects, each lent to one thread at a time.

    Makes an object when all are lent out, so it holds as many as were ever needed at once.

    dlib's HOG detector shared by two threads corrupts the heap and ends the process; its networks
    answer wrongly.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._idle: LifoQueue[Any] = LifoQueue()

    @contextmanager
    def borrowed(self) -> Iterator[Any]:
        """One object for the time of the block."""
        try:
            item = self._idle.get_nowait()
        except Empty:
            item = self._make()
        try:
            yield item
        finally:
            self._idle.put(item)


class HogDetector(FaceDetector):
    """dlib's frontal HOG detector."""

    name = "hog"

    def __init__(self, path: Path) -> None:
        first = pickle.dumps(_loaded(dlib.fhog_object_detector, path))
        self._detectors = Pool(lambda: pickle.loads(first))  # noqa: S301 – our own

    def find(self, pixels: Pixels) -> list[Detection]:
        """All frontal faces of about 80 px and more, best score first."""
        grey = dlib.as_grayscale(pixels)  # finds what RGB finds, in two thirds of the time
        with self._detectors.borrowed() as detector:
            rectangles, scores, _ = detector.run(grey, NO_UPSAMPLING, 0.0)
        return [
            Detection(_box(rectangle), float(score))
            for rectangle, score in zip(rectangles, scores, strict=True)
        ]


class DlibCnnDetector(FaceDetector):
    """dlib's CNN detector on dlib's own convolutions: slow, and the reference for the fast one."""

    name = "cnn"

    def __init__(self, path: Path) -> None:
        self._networks = Pool(lambda: _loaded(dlib.cnn_face_detection_model_v1, path))

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces, best score first."""
        if min(pixels.shape[:2]) < LEAST_SIDE_PX:
            return []
        with self._networks.borrowed() as network:
            return [
                Detection(_box(found.rect), float(found.confidence))
                for found in network(pixels, NO_UPSAMPLING)
            ]


class DlibLandmarks:
    """One of dlib's shape predictors; sharing it between threads is safe."""

    def __init__(self, path: Path) -> None:
        self._predictor = _loaded(dlib.shape_predictor, path)

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """The points of the face in this box, on whole pixels."""
        shape = self._predictor(pixels, _rectangle(box))
        return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float32)


class DlibFaceNetwork:
    """dlib's face network on dlib's own convolutions: the reference for the fast one."""

    def __init__(self, path: Path) -> None:
        self._networks = Pool(lambda: _loaded(dlib.face_recognition_model_v1, path))

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, 150, 150, 3] RGB chips → [N, 128]."""
        with self._networks.borrowed() as network:
            rows = [np.array(network.compute_face_descriptor(chip)) for chip in chips]
        return np.array(rows, dtype=np.float32)


def _loaded(kind: Callable[[str], Any], path: Path) -> Any:
    """One of dlib's objects. Raises  ModelFileDamaged, also where the file has gone meanwhile."""
    try:
        return kind(str(path))
    except RuntimeError as exc:  # dlib's word for every fault of a file
        raise ModelFileDamaged(f"{path} cannot be loaded ({exc}); {BUILD_HINT}") from exc


def _box(rectangle: dlib.rectangle) -> Box:
    """dlib's right and bottom lie inside of the rectangle; a Box ends after them."""
    return Box(
        float(rectangle.left()),
        float(rectangle.top()),
        float(rectangle.width()),
        float(rectangle.height()),
    )


def _rectangle(box: Box) -> dlib.rectangle:
    left, top = round(box.left), round(box.top)
    return dlib.rectangle(left, top, left + round(box.width) - 1, top + round(box.height) - 1)
