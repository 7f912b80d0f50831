"""MTCNN's three networks → ONNX: normalised RGB in, boxes, points and face probabilities out.

The weights come with the package `mtcnn` as lists of arrays, each network's in the order of its
layers: a convolution's kernel (height × width × in × out) and bias, then its PReLU's slopes; then
fully connected layers. Outputs of one network are joined into one tensor:

    proposal    [1, 5, h, w]   box offsets (4), probability of a face
    refinement  [N, 5]         the same
    output      [N, 15]        box offsets (4), five x and five y of the points, probability
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facecompare.engines.mtcnn import OUTPUT_SIDE, REFINEMENT_SIDE
from facecompare.model_build.graph import FLOAT, Graph, value
from facecompare.model_store.sources import mtcnn_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

SAME, VALID = "SAME_UPPER", "VALID"


def build_proposal() -> bytes:
    """`picture` float32 [1, 3, H, W] → `faces` [1, 5, h, w], a cell every two pixels.

    Raises  PackageMissing, ModelFileDamaged.
    """
    net = _Network("mtcnn_proposal", "pnet", "picture")
    net.convolution()
    net.pool(2, SAME)
    net.convolution()
    net.convolution()
    offsets, classes = (net.head_convolution() for _ in range(2))
    faces = net.joined([offsets, net.face_probability(classes)])
    return net.graph.model(
        value("picture", FLOAT, 1, 3, "height", "width"),
        value(faces, FLOAT, 1, 5, "rows", "columns"),
    )


def build_refinement() -> bytes:
    """`patches` float32 [N, 3, 24, 24] → `faces` [N, 5]."""
    net = _Network("mtcnn_refinement", "rnet", "patches")
    net.convolution()
    net.pool(3, SAME)
    net.convolution()
    net.pool(3, VALID)
    net.convolution()
    net.flatten()
    net.connected()
    offsets, classes = (net.head_connected() for _ in range(2))
    faces = net.joined([offsets, net.face_probability(classes)])
    side = REFINEMENT_SIDE
    return net.graph.model(
        value("patches", FLOAT, "patches", 3, side, side), value(faces, FLOAT, "patches", 5)
    )


def build_output() -> bytes:
    """`patches` float32 [N, 3, 48, 48] → `faces` [N, 15]."""
    net = _Network("mtcnn_output", "onet", "patches")
    net.convolution()
    net.pool(3, SAME)
    net.convolution()
    net.pool(3, VALID)
    net.convolution()
    net.pool(2, SAME)
    net.convolution()
    net.flatten()
    net.connected()
    offsets, points, classes = (net.head_connected() for _ in range(3))
    faces = net.joined([offsets, points, net.face_probability(classes)])
    side = OUTPUT_SIDE
    return net.graph.model(
        value("patches", FLOAT, "patches", 3, side, side), value(faces, FLOAT, "patches", 15)
    )


class _Network:
    """Adds layer after layer, taking the arrays in their order."""

    def __init__(self, name: str, file: str, source: str) -> None:
        self.graph = Graph(name)
        self._arrays: Iterator[Array] = iter(mtcnn_arrays(file))
        self._now = source

    def convolution(self) -> None:
        self._now = self._rectified(self._convolved(), axes=(-1, 1, 1))

    def head_convolution(self) -> str:
        return self._convolved()

    def connected(self) -> None:
        self._now = self._rectified(self._multiplied(), axes=(-1,))

    def head_connected(self) -> str:
        return self._multiplied()

    def pool(self, size: int, padding: str) -> None:
        self._now = self.graph.node(
            "MaxPool", self._now, kernel_shape=(size, size), strides=(2, 2), auto_pad=padding
        )

    def flatten(self) -> None:
        """Width before height before channels, as the networks were trained."""
        turned = self.graph.node("Transpose", self._now, perm=(0, 3, 2, 1))
        self._now = self.graph.node("Flatten", turned)

    def face_probability(self, classes: str) -> str:
        """The second of two classes."""
        shares = self.graph.node("Softmax", classes, axis=1)
        index = self.graph.constant(np.array([1], dtype=np.int64))
        return self.graph.node("Gather", shares, index, axis=1)

    def joined(self, parts: Sequence[str]) -> str:
        self.graph.node("Concat", *parts, axis=1)
        return "faces"

    def _convolved(self) -> str:
        kernel, bias = next(self._arrays), next(self._arrays)
        weights = self.graph.constant(kernel.transpose(3, 2, 0, 1))
        return self.graph.node(
            "Conv", self._now, weights, self.graph.constant(bias), kernel_shape=kernel.shape[:2]
        )

    def _multiplied(self) -> str:
        weights, bias = (self.graph.constant(next(self._arrays)) for _ in range(2))
        return self.graph.node("Gemm", self._now, weights, bias)

    def _rectified(self, source: str, axes: tuple[int, ...]) -> str:
        slopes = next(self._arrays).reshape(axes)
        return self.graph.node("PRelu", source, self.graph.constant(slopes))
