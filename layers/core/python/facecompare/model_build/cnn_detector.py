"""dlib's CNN face detector → ONNX: a tiled pyramid in, a response map out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from facecompare.errors import ModelFileDamaged
from facecompare.model_build.dat import read_network
from facecompare.model_build.graph import FLOAT, Graph, value
from facecompare.model_build.layers import (
    REINSTALL,
    Convolution,
    DetectionLoss,
    check_structure,
    folded,
)

STRUCTURE = "(CR)*C"
BLOCK = 16  # channels that ONNX Runtime works on at once with AVX-512; 8 with AVX2 divides it


def build_cnn_detector(dat: bytes) -> bytes:
    """`pyramid` float32 [1, 3, H, W], normalised RGB → `responses` [1, 1, h, w].

    What is needed to make the pyramid and to read the map travels as metadata `detector`, JSON:
    mean_rgb; stride and offset, by which a place in the map leads to a place in the pyramid;
    window_width and window_height; max_iou and max_covered of two detections of different faces.

    Raises  ModelFileDamaged.
    """
    network = read_network(dat)
    layers = folded(network)
    check_structure(layers, STRUCTURE, "CNN face detector")
    if not isinstance(network.loss, DetectionLoss):
        raise ModelFileDamaged(f"this is not dlib's CNN face detector; {REINSTALL}")
    convolutions = [layer for layer in layers if isinstance(layer, Convolution)]
    graph = Graph("mmod_human_face_detector")
    signal = "pyramid"
    channels = 3
    for layer in convolutions[:-1]:
        layer = _with_full_blocks(layer, channels)
        channels = len(layer.bias)
        signal = graph.node("Relu", graph.convolution(signal, layer))
    for layer in _in_two_directions(_with_full_inputs(convolutions[-1], channels)):
        signal = graph.convolution(signal, layer)
    stride, offset = _map_to_input(convolutions)
    loss = network.loss
    metadata = {
        "mean_rgb": network.mean_rgb,
        "stride": stride,
        "offset": offset,
        "window_width": loss.window_width,
        "window_height": loss.window_height,
        "max_iou": loss.max_iou,
        "max_covered": loss.max_covered,
    }
    return graph.model(
        value("pyramid", FLOAT, 1, 3, "height", "width"),
        value("responses", FLOAT, 1, 1, "map_height", "map_width"),
        {"detector": json.dumps(metadata, sort_keys=True)},
    )


def _with_full_blocks(layer: Convolution, inputs: int) -> Convolution:
    """The same convolution with its filters filled up with zeros to whole blocks.

    dlib's 45 channels would keep ONNX Runtime from its blocked kernels, which are twice as fast.
    """
    layer = _with_full_inputs(layer, inputs)
    missing = -len(layer.bias) % BLOCK
    weights = np.pad(layer.weights, ((0, missing), (0, 0), (0, 0), (0, 0)))
    return replace(layer, weights=weights, bias=np.pad(layer.bias, (0, missing)))


def _with_full_inputs(layer: Convolution, inputs: int) -> Convolution:
    missing = inputs - layer.weights.shape[1]
    return replace(layer, weights=np.pad(layer.weights, ((0, 0), (0, missing), (0, 0), (0, 0))))


def _in_two_directions(layer: Convolution) -> tuple[Convolution, Convolution]:
    """A convolution with one filter as one along the rows and one that gathers down the columns.

    The first has a filter for each row of the original, the second adds up their responses, each
    shifted by its row: the same sums, at a fraction of the time of a single large filter.
    """
    _, inputs, rows, columns = layer.weights.shape
    along = np.zeros((rows + -rows % BLOCK, inputs, 1, columns), dtype=np.float32)
    along[:rows, :, 0] = layer.weights[0].transpose(1, 0, 2)
    down = np.zeros((1, len(along), rows, 1), dtype=np.float32)
    down[0, range(rows), range(rows), 0] = 1
    (down_padding, along_padding), no_bias = layer.padding, np.zeros(len(along), np.float32)
    return (
        Convolution(along, no_bias, (1, 1), (0, along_padding)),
        Convolution(down, layer.bias, (1, 1), (down_padding, 0)),
    )


def _map_to_input(convolutions: list[Convolution]) -> tuple[int, int]:
    """(stride, offset): place in the pyramid = stride × place in the map + offset.

    Source  con_::map_output_to_input, dlib/dnn/layers.h; the layers are square.
    """
    stride, offset = 1, 0
    for layer in reversed(convolutions):
        step, padding, size = layer.stride[0], layer.padding[0], layer.weights.shape[2]
        stride, offset = stride * step, offset * step - padding + size // 2
    return stride, offset
