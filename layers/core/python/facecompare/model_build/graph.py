"""A small writer of ONNX graphs: the same calls give the same bytes, everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from facecompare.engines.cards import PIXEL_SCALE
from facecompare.model_build.layers import Convolution

OPSET = 17  # every operator used is in it, and every supported ONNX Runtime knows it
IR_VERSION = 8  # goes with opset 17: onnx/docs/Versioning.md


class Graph:
    """Nodes and constants in the order in which they are added."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        output = f"{operator.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, values: NDArray[Any] | np.generic) -> str:
        """Add a constant; returns its name."""
        name = f"constant{len(self._constants)}"
        array = np.ascontiguousarray(values)
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def normalised(self, rgb: str, mean_rgb: tuple[float, float, float]) -> str:
        """(RGB − mean) / 256, as dlib does before its first layer."""
        mean = np.array(mean_rgb, dtype=np.float32).reshape(1, 3, 1, 1)
        centred = self.node("Sub", rgb, self.constant(mean))
        return self.node("Mul", centred, self.constant(np.float32(PIXEL_SCALE)))

    def convolution(self, source: str, layer: Convolution) -> str:
        """A convolution with its bias."""
        top, left = layer.padding
        return self.node(
            "Conv",
            source,
            self.constant(layer.weights),
            self.constant(layer.bias),
            kernel_shape=layer.weights.shape[2:],
            strides=layer.stride,
            pads=(top, left, top, left),
        )

    def model(
        self,
        source: onnx.ValueInfoProto,
        result: onnx.ValueInfoProto,
        metadata: Mapping[str, str] | None = None,
    ) -> bytes:
        """The checked model, serialised deterministically; the last node's output is the result."""
        self._nodes[-1].output[0] = result.name
        graph = helper.make_graph(self._nodes, self._name, [source], [result], self._constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="facecompare",
        )
        helper.set_model_props(model, dict(sorted((metadata or {}).items())))
        onnx.checker.check_model(model, full_check=True)
        serialised: bytes = model.SerializeToString(deterministic=True)
        return serialised


def value(name: str, kind: int, *shape: int | str) -> onnx.ValueInfoProto:
    """An input or output of a graph; a text in the shape is a free dimension."""
    return helper.make_tensor_value_info(name, kind, shape)


FLOAT = TensorProto.FLOAT
UINT8 = TensorProto.UINT8
