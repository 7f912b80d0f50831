"""YuNet → ONNX: RGB pictures in, a row for each cell out, in which a face may be centred.

The published network has twelve outputs, four for each of three strides, and takes one picture of
640 × 640 px. Here it takes pictures of any size, several at once, and gives one tensor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from facecompare.engines.yunet import ROW, STRIDES
from facecompare.errors import ModelFileDamaged
from facecompare.model_build.graph import FLOAT, Graph, value
from facecompare.model_build.published import PublishedNode, read_published

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAYERS = 94
OUTPUTS = ("cls", "obj", "bbox", "kps")  # of each stride
INPUT = "input"


def build_yunet(published: bytes) -> bytes:
    """`pictures` float32 [N, 3, H, W], RGB from 0 to 255, H and W multiples of 32 → `cells`
    [N, rows, 15]: score, box (4) and five points (10) as offsets from the cell, by stride.

    Raises  ModelFileDamaged.
    """
    network = read_published(published)
    outputs = {f"{name}_{stride}" for name in OUTPUTS for stride in STRIDES}
    if not outputs <= {node.output for node in network.nodes}:
        raise ModelFileDamaged(f"found {len(network.nodes)} layers that are not YuNet's")
    graph = Graph("face_detection_yunet_2023mar")
    names = {INPUT: "pictures"}
    for node in network.nodes:
        names[node.output] = _added(graph, node, names, network.constants)
    strides = [_joined(graph, names, stride) for stride in STRIDES]
    graph.node("Concat", *strides, axis=1)
    return graph.model(
        value("pictures", FLOAT, "pictures", 3, "height", "width"),
        value("cells", FLOAT, "pictures", "rows", ROW),
    )


def _added(
    graph: Graph,
    node: PublishedNode,
    names: Mapping[str, str],
    constants: Mapping[str, NDArray[Any]],
) -> str:
    inputs = [
        names[name] if name in names else graph.constant(_adapted(node, constants[name]))
        for name in node.inputs
    ]
    return graph.node(node.operator, *inputs, **node.attributes)


def _adapted(node: PublishedNode, constant: NDArray[Any]) -> NDArray[Any]:
    """The published network takes BGR, and says in its Reshapes that it takes one picture."""
    if node.inputs[0] == INPUT and constant.ndim == 4:
        return constant[:, ::-1]
    if node.operator == "Reshape":
        return np.array([0, *constant[1:]])  # 0: as many as there are
    return constant


def _joined(graph: Graph, names: Mapping[str, str], stride: int) -> str:
    """One stride's rows; a cell's score is the geometric mean of its two probabilities.

    Source  OpenCV, modules/objdetect/src/face_detect.cpp, FaceDetectorYN (4.12).
    """
    classes, objects, boxes, points = (names[f"{name}_{stride}"] for name in OUTPUTS)
    score = graph.node("Sqrt", graph.node("Mul", classes, objects))
    return graph.node("Concat", score, boxes, points, axis=2)
