"""dlib's face network → ONNX: raw RGB chips in, embeddings out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facecompare.engines.cards import CHIP_SIDE_PX, DIMENSION
from facecompare.model_build.dat import read_network
from facecompare.model_build.graph import FLOAT, UINT8, Graph, value
from facecompare.model_build.layers import (
    AddPrevious,
    Convolution,
    FullyConnected,
    Layer,
    Pooling,
    Relu,
    check_structure,
    folded,
)

# A convolution, a pool, fourteen residual blocks, the mean over the picture, 128 outputs. A block
# that halves the picture has a pool on its shortcut.
STRUCTURE = "CRP(CRCP?AR){14}PF"


def build_face_network(dat: bytes) -> bytes:
    """`chips` uint8 [N, 3, 150, 150], RGB → `embeddings` float32 [N, 128].

    Raises  ModelFileDamaged.
    """
    network = read_network(dat)
    layers = folded(network)
    check_structure(layers, STRUCTURE, "face network")
    graph = Graph("dlib_face_recognition_resnet_model_v1")
    rgb = graph.node("Cast", "chips", to=FLOAT)
    builder = _Residual(graph, graph.normalised(rgb, network.mean_rgb))
    for layer in layers:
        builder.add(layer)
    return graph.model(
        value("chips", UINT8, "chips", 3, CHIP_SIDE_PX, CHIP_SIDE_PX),
        value("embeddings", FLOAT, "chips", DIMENSION),
    )


@dataclass(frozen=True, slots=True)
class _Signal:
    """What flows through the network at one place: its name in the graph, and its size."""

    name: str
    channels: int
    side: int


class _Residual:
    """Adds layer after layer, keeping what the next sum will need."""

    def __init__(self, graph: Graph, source: str) -> None:
        self._graph = graph
        self._now = _Signal(source, 3, CHIP_SIDE_PX)
        self._shortcut = self._now
        self._begins_block = False

    def add(self, layer: Layer) -> None:
        match layer:
            case Convolution():
                self._now = self._convolved(self._now, layer)
            case Relu():
                self._rectified()
            case Pooling(kind="max"):
                self._now = self._shortcut = self._pooled(self._now, layer, "MaxPool")
            case Pooling(size=(0, 0)):
                mean = self._graph.node("GlobalAveragePool", self._now.name)
                self._now = _Signal(self._graph.node("Flatten", mean), self._now.channels, 1)
            case Pooling():
                self._shortcut = self._pooled(self._shortcut, layer, "AveragePool")
            case AddPrevious():
                self._now = self._sum(self._now, self._shortcut)
                self._begins_block = True
            case FullyConnected():
                weights = self._graph.constant(layer.weights)
                outputs = self._graph.node("MatMul", self._now.name, weights)
                self._now = _Signal(outputs, DIMENSION, 1)

    def _rectified(self) -> None:
        self._now = _Signal(
            self._graph.node("Relu", self._now.name), self._now.channels, self._now.side
        )
        if self._begins_block:
            self._shortcut = self._now
            self._begins_block = False

    def _convolved(self, source: _Signal, layer: Convolution) -> _Signal:
        name = self._graph.convolution(source.name, layer)
        filters, _, size, _ = layer.weights.shape
        side = (source.side + 2 * layer.padding[0] - size) // layer.stride[0] + 1
        return _Signal(name, filters, side)

    def _pooled(self, source: _Signal, layer: Pooling, operator: str) -> _Signal:
        name = self._graph.node(
            operator, source.name, kernel_shape=layer.size, strides=layer.stride
        )
        side = (source.side - layer.size[0]) // layer.stride[0] + 1
        return _Signal(name, source.channels, side)

    def _sum(self, one: _Signal, other: _Signal) -> _Signal:
        """dlib's sum: the smaller one is filled up with zeros behind, below and to the right."""
        channels, side = max(one.channels, other.channels), max(one.side, other.side)
        parts = [self._filled(part, channels, side) for part in (one, other)]
        return _Signal(self._graph.node("Add", *parts), channels, side)

    def _filled(self, part: _Signal, channels: int, side: int) -> str:
        missing = side - part.side
        if part.channels == channels and missing == 0:
            return part.name
        before_and_after = [0, 0, 0, 0, 0, channels - part.channels, missing, missing]
        pads = self._graph.constant(np.array(before_and_after, dtype=np.int64))
        return self._graph.node("Pad", part.name, pads)
