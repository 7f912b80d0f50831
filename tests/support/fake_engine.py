"""An engine whose faces are given by the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facecompare.engines.cards import CARDS
from facecompare.engines.protocol import Box, Detection, EngineCard, LandmarkPredictor

Finder = Callable[[np.ndarray], list[Detection]]


class FakeDetector:
    def __init__(self, name: str, find: Finder) -> None:
        self.name = name
        self.find = find


class FakeLandmarks:
    """Five points of a frontal face that fills the box."""

    def landmarks(self, pixels: np.ndarray, box: Box) -> np.ndarray:
        places = np.array([(0.8, 0.3), (0.6, 0.3), (0.2, 0.3), (0.4, 0.3), (0.5, 0.6)])
        points = places * (box.width, box.height) + (box.left, box.top)
        return points.astype(np.float32)


class FakeEngine:
    """Fulfils `Engine`; every chip gets the embedding that `embeddings` returns for it."""

    def __init__(
        self,
        *finders: Finder,
        embed: Callable[[np.ndarray], np.ndarray] = lambda chips: np.zeros((len(chips), 128)),
        card: EngineCard = CARDS[0],
    ) -> None:
        names = ("hog", "cnn")
        self.card = card
        self.model_digest = "0" * 64
        self.detectors: Sequence[FakeDetector] = [
            FakeDetector(name, find) for name, find in zip(names, finders, strict=False)
        ]
        self.landmarks5 = FakeLandmarks()
        self.embed = embed

    def landmarks68(self) -> LandmarkPredictor:
        return self.landmarks5


def found(left: float, top: float, side: float, score: float = 1.0) -> Detection:
    return Detection(Box(left, top, side, side), score)


def nothing(_pixels: np.ndarray) -> list[Detection]:
    return []
