"""An engine whose faces are given by the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facecompare.engines.cards import engine_card
from facecompare.engines.protocol import (
    Box,
    Detection,
    Engine,
    EngineCard,
    FaceDetector,
    LandmarkPredictor,
)

Pixels = NDArray[np.uint8]
Finder = Callable[[Pixels], list[Detection]]
Embedder = Callable[[Pixels], NDArray[Any]]


ONE_NETWORK = engine_card("dlib-fast")


class FakeDetector(FaceDetector):
    def __init__(self, name: str, find: Finder) -> None:
        self.name = name
        self._find = find

    def find(self, pixels: Pixels) -> list[Detection]:
        return self._find(pixels)


class FakeLandmarks(LandmarkPredictor):
    """Five points of a frontal face that fills the box."""

    def landmarks(self, pixels: Pixels, box: Box) -> NDArray[np.float32]:
        places = np.array([(0.8, 0.3), (0.6, 0.3), (0.2, 0.3), (0.4, 0.3), (0.5, 0.6)])
        points = places * (box.width, box.height) + (box.left, box.top)
        return points.astype(np.float32)


class FakeEngine(Engine):
    """Every chip gets the embedding that `embed` returns for it."""

    def __init__(
        self,
        *finders: Finder,
        embed: Embedder = lambda chips: np.zeros((len(chips), 128)),
        card: EngineCard = ONE_NETWORK,
    ) -> None:
        names = ("hog", "cnn")
        self.card = card
        self.model_digest = "0" * 64
        self.detectors: Sequence[FaceDetector] = [
            FakeDetector(name, find) for name, find in zip(names, finders, strict=False)
        ]
        self.landmarks5: LandmarkPredictor | None = FakeLandmarks()
        self.first: Engine | None = None
        self.second: Engine | None = None
        self._embed = embed

    def landmarks68(self) -> LandmarkPredictor:
        return FakeLandmarks()

    def embed(self, chips: Pixels) -> NDArray[Any]:
        return self._embed(chips)


def found(left: float, top: float, side: float, score: float = 1.0) -> Detection:
    return Detection(Box(left, top, side, side), score)


def nothing(_pixels: Pixels) -> list[Detection]:
    return []
