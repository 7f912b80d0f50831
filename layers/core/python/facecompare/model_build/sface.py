"""SFace → ONNX: raw RGB chips in, embeddings out.

The published network is MobileFaceNet with the angular loss of its name. Its batch normalisations
are folded into the layers before or after them, and PReLU is written with operators that ONNX
Runtime computes twice as fast. What comes out differs by less than 1e-5 (tests/library).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facecompare.errors import ModelFileDamaged
from facecompare.model_build.graph import FLOAT, UINT8, Graph, value
from facecompare.model_build.published import PublishedNetwork, PublishedNode, read_published

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Channels = NDArray[np.float64]

SIDE_PX, DIMENSION = 112, 128
# Normalisation; 27 times a convolution, its batch normalisation and PReLU; then fully connected.
STRUCTURE = (
    *("Sub", "Mul"),
    *("Conv", "BatchNormalization", "PRelu") * 27,
    *("BatchNormalization", "Dropout", "Flatten", "Gemm", "BatchNormalization"),
)


def build_sface(published: bytes) -> bytes:
    """`chips` uint8 [N, 3, 112, 112], RGB → `embeddings` float32 [N, 128], of any length.

    Raises  ModelFileDamaged.
    """
    network = read_published(published)
    found = tuple(node.operator for node in network.nodes)
    if found != STRUCTURE:
        raise ModelFileDamaged(f"found {len(found)} layers that are not SFace's")
    graph = Graph("face_recognition_sface_2021dec")
    builder = _MobileFaceNet(graph, network)
    builder.add_all()
    return graph.model(
        value("chips", UINT8, "chips", 3, SIDE_PX, SIDE_PX),
        value("embeddings", FLOAT, "chips", DIMENSION),
    )


class _MobileFaceNet:
    """Adds layer after layer."""

    def __init__(self, graph: Graph, network: PublishedNetwork) -> None:
        self._graph = graph
        self._constants = network.constants
        self._nodes = network.nodes

    def add_all(self) -> None:
        minus, times, *blocks = self._nodes[: -len(STRUCTURE[-5:])]
        bn1, _, _, gemm, fc1 = self._nodes[-5:]
        now = self._graph.node("Cast", "chips", to=FLOAT)
        for node in (minus, times):
            now = self._graph.node(node.operator, now, self._kept(node.inputs[1]))
        for at in range(0, len(blocks), 3):
            convolution, normalisation, rectifier = blocks[at : at + 3]
            now = self._convolved(now, convolution, normalisation)
            now = self._rectified(now, self._constants[rectifier.inputs[1]])
        self._connected(self._graph.node("Flatten", now), bn1, gemm, fc1)

    def _kept(self, name: str) -> str:
        return self._graph.constant(self._constants[name])

    def _scale_and_shift(self, node: PublishedNode) -> tuple[Channels, Channels]:
        """What this batch normalisation does to each channel: × scale + shift."""
        gamma, beta, mean, variance = (self._constants[name] for name in node.inputs[1:])
        epsilon = float(node.attributes["epsilon"])
        scale = (gamma / np.sqrt(variance.astype(np.float64) + epsilon)).astype(np.float64)
        return scale, beta - mean * scale

    def _convolved(self, source: str, node: PublishedNode, normalisation: PublishedNode) -> str:
        scale, shift = self._scale_and_shift(normalisation)
        weights = self._constants[node.inputs[1]] * scale[:, None, None, None]
        constants = [self._graph.constant(each.astype(np.float32)) for each in (weights, shift)]
        return self._graph.node("Conv", source, *constants, **node.attributes)

    def _rectified(self, source: str, slopes: Array) -> str:
        """relu(x) − slope × relu(−x), for each channel; slopes may be above 1.

        Both factors are convolutions of one pixel and one channel, which stay in the layout that
        ONNX Runtime computes convolutions in.
        """
        channels = len(slopes.ravel())
        alone = {"group": channels, "kernel_shape": (1, 1)}
        minus = self._graph.constant(np.full((channels, 1, 1, 1), -1, np.float32))
        slope = self._graph.constant(-slopes.reshape(channels, 1, 1, 1))
        above = self._graph.node("Relu", source)
        below = self._graph.node("Relu", self._graph.node("Conv", source, minus, **alone))
        return self._graph.node("Add", above, self._graph.node("Conv", below, slope, **alone))

    def _connected(
        self, source: str, before: PublishedNode, node: PublishedNode, after: PublishedNode
    ) -> None:
        """The fully connected layer, with the batch normalisations on both of its sides."""
        weights, bias = (self._constants[name] for name in node.inputs[1:])  # outputs × inputs
        (scale0, shift0), (scale1, shift1) = map(self._scale_and_shift, (before, after))
        pixels = weights.shape[1] // len(scale0)
        scaled = weights * np.repeat(scale0, pixels)
        shifted = bias + weights @ np.repeat(shift0, pixels)
        folded = (scaled * scale1[:, None]).T, shifted * scale1 + shift1
        constants = [self._graph.constant(each.astype(np.float32)) for each in folded]
        self._graph.node("Gemm", source, *constants)
