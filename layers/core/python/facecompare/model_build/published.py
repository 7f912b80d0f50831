"""Published ONNX files whose weights are stored as 8-bit blocks → plain float32 networks.

OpenCV Zoo's "int8bq" files hold each weight as an 8-bit number with a scale for each block, and a
node that multiplies them while the network runs. Here that is done once, so that what is left are
the layers; ONNX Runtime refuses some of these files as they are published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from facecompare.errors import ModelFileDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PublishedNode:
    """One layer: its operator, the names of its inputs and its output, and its attributes."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class PublishedNetwork:
    """The layers in their order, and every constant they use by its name."""

    nodes: tuple[PublishedNode, ...]
    constants: Mapping[str, Array]


def read_published(data: bytes) -> PublishedNetwork:
    """The network in this file, all that depends on no input computed.

    Raises  ModelFileDamaged.
    """
    try:
        graph = onnx.load_from_string(data).graph
    except Exception as exc:  # protobuf's own exceptions have no common root
        raise ModelFileDamaged(f"found no ONNX network ({type(exc).__name__})") from exc
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    nodes = tuple(_folded(graph.node, constants))
    return PublishedNetwork(nodes, constants)


def _folded(nodes: Any, constants: dict[str, Array]) -> Iterator[PublishedNode]:
    """The nodes that are left; the results of the others are added to the constants."""
    for node in nodes:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        known = [constants[name] for name in node.input if name in constants]
        if len(known) < len(node.input):
            yield PublishedNode(node.op_type, tuple(node.input), node.output[0], attributes)
        else:
            constants[node.output[0]] = _computed(node.op_type, known, attributes)


def _computed(operator: str, inputs: list[Array], attributes: Mapping[str, Any]) -> Array:
    match operator:
        case "Constant":
            return numpy_helper.to_array(attributes["value"])
        case "Reshape":
            return inputs[0].reshape(inputs[1])
        case "DequantizeLinear":
            values, scales, zeros = inputs
            return _dequantized(values, scales, zeros, **attributes)
    raise ModelFileDamaged(f"found {operator} of constants; expected Reshape or DequantizeLinear")


def _dequantized(
    values: Array, scales: Array, zeros: Array, axis: int = 1, block_size: int = 0
) -> Array:
    """(value − zero) × scale, each block of `block_size` along the axis with its own.

    Source  ONNX, Operators.md, DequantizeLinear (opset 21).
    """
    size = values.shape[axis]
    scales, zeros = (
        np.take(np.repeat(each, block_size, axis), range(size), axis) for each in (scales, zeros)
    )
    dequantized: Array = (values.astype(np.int32) - zeros.astype(np.int32)).astype(np.float32)
    return dequantized * scales
