"""The layers of dlib's two networks, and what holds a list of them against a known network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from facecompare.errors import ModelFileDamaged

REINSTALL = "run: pip install --force-reinstall face_recognition_models"

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """weights: filters × channels × rows × columns; bias: filters; pairs are (y, x)."""

    weights: Floats
    bias: Floats
    stride: tuple[int, int]
    padding: tuple[int, int]

    def scaled(self, affine: Affine) -> Convolution:
        """This convolution followed by an affine layer, as one convolution."""
        weights = self.weights * affine.gamma[:, None, None, None]
        return Convolution(
            weights, self.bias * affine.gamma + affine.beta, self.stride, self.padding
        )


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """gamma × input + beta for each channel."""

    gamma: Floats
    beta: Floats


@dataclass(frozen=True, slots=True)
class Relu:
    """The rectifier."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """Maximum or average over windows; a size of (0, 0) stands for the whole picture."""

    kind: str
    size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AddPrevious:
    """The sum with an earlier layer's output."""


@dataclass(frozen=True, slots=True, eq=False)
class FullyConnected:
    """weights: inputs × outputs; there is no bias."""

    weights: Floats


Layer: TypeAlias = Convolution | Affine | Relu | Pooling | AddPrevious | FullyConnected


@dataclass(frozen=True, slots=True)
class MetricLoss:
    """The face network's loss: nothing of it is needed to embed."""


@dataclass(frozen=True, slots=True)
class DetectionLoss:
    """The detector's loss: its window in pixels, and when two detections are one face."""

    window_width: int
    window_height: int
    max_iou: float
    max_covered: float


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFile:
    """A network: what is subtracted from RGB before dividing by 256, and its layers in order."""

    loss: MetricLoss | DetectionLoss
    mean_rgb: tuple[float, float, float]
    layers: tuple[Layer, ...]


def folded(network: NetworkFile) -> tuple[Layer, ...]:
    """The layers with every affine layer folded into the convolution before it."""
    layers: list[Layer] = []
    for layer in network.layers:
        last = layers[-1] if layers else None
        if isinstance(layer, Affine) and isinstance(last, Convolution):
            layers[-1] = last.scaled(layer)
        else:
            layers.append(layer)
    return tuple(layers)


def check_structure(layers: tuple[Layer, ...], pattern: str, network: str) -> None:
    """Hold the kinds of layers, a letter each, against a regular expression.

    Raises  ModelFileDamaged for another network than the one expected.
    """
    letters = "".join(_LETTERS.get(type(layer), "?") for layer in layers)
    if not re.fullmatch(pattern, letters):
        raise ModelFileDamaged(
            f"this is not dlib's {network}: its {len(layers)} layers are {letters[:60]}; "
            f"{REINSTALL}"
        )


_LETTERS: dict[type[Layer], str] = {
    Convolution: "C",
    Relu: "R",
    Pooling: "P",
    AddPrevious: "A",
    FullyConnected: "F",
}
