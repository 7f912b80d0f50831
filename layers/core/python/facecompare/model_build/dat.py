"""A reader of dlib's network files, as far as the two networks used here need it.

Nothing in a file is believed: every length is held against the bytes that are left before anything
is allocated, and the file must end where its last layer ends.

Source  dlib 20.0.1: dlib/serialize.h, dlib/cuda/tensor.h, dlib/dnn/{core,layers,loss,input}.h. A
        layer is written after the layers below it, so layers stand in the file from input to
        output; before them stand the loss layer and one version number for each nesting.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facecompare.errors import ModelFileDamaged
from facecompare.model_build.layers import (
    REINSTALL,
    AddPrevious,
    Affine,
    Convolution,
    DetectionLoss,
    Floats,
    FullyConnected,
    Layer,
    MetricLoss,
    NetworkFile,
    Pooling,
    Relu,
)


def read_network(data: bytes) -> NetworkFile:
    """The network that these bytes hold.

    Raises  ModelFileDamaged when they are cut short, damaged or of another kind.
    """
    return _Reader(data).network()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def network(self) -> NetworkFile:
        self._expect(self._integer(), (1,), "version of the network")
        loss = self._loss()
        mean_rgb = self._input_layer()
        layers: list[Layer] = []
        while self._at < len(self._data):
            layers.append(self._layer(is_first=not layers))
        return NetworkFile(loss, mean_rgb, tuple(layers))

    def _loss(self) -> MetricLoss | DetectionLoss:
        name = self._text()
        if name == "loss_metric_2":
            self._floats(2)  # margin and distance threshold: of use in training only
            return MetricLoss()
        if name == "loss_mmod_":
            return self._detection_loss()
        raise self._damaged(f"a network with the loss {name[:40]!r}")

    def _detection_loss(self) -> DetectionLoss:
        self._expect(self._integer(), (1,), "version of the detector's options")
        width, height = self._integer(), self._integer()
        self._floats(3)  # losses of a false alarm and of a miss, overlap of a hit: training only
        max_iou, max_covered = self._floats(2)
        self._floats(2)  # overlap with ignored boxes: training only
        return DetectionLoss(width, height, max_iou, max_covered)

    def _input_layer(self) -> tuple[float, float, float]:
        while (length := self._integer()) in (1, 2, 3):
            pass  # the version of one nesting: 1 tag or skip, 2 layer, 3 the innermost layer
        name = self._text_of(length)
        red, green, blue = self._floats(3)
        if name == "input_rgb_image_sized":
            self._expect(self._integer(), (150,), "rows of the input")
            self._expect(self._integer(), (150,), "columns of the input")
        elif name != "input_rgb_image_pyramid":
            raise self._damaged(f"the input layer {name[:40]!r}")
        return red, green, blue

    def _layer(self, *, is_first: bool) -> Layer:
        name = self._text()
        readers: dict[str, Callable[[], Layer]] = {
            "con_4": self._convolution,
            "affine_": self._affine,
            "bn_con2": self._batch_norm,
            "relu_": Relu,
            "max_pool_2": lambda: self._pool("max"),
            "avg_pool_2": lambda: self._pool("average"),
            "add_prev_": AddPrevious,
            "fc_2": self._fully_connected,
        }
        if name not in readers:
            raise self._damaged(f"the layer {name[:40]!r}")
        layer = readers[name]()
        self._training_state(is_first)
        return layer

    def _training_state(self, is_first: bool) -> None:
        """Three flags, three tensors of gradients and outputs, and under the input a factor."""
        for _ in range(3):
            self._expect(self._take(1), (b"0", b"1"), "flag")
        for _ in range(3):
            self._tensor()
        if is_first:
            self._integer()

    def _convolution(self) -> Convolution:
        values = self._tensor().ravel()
        filters, rows, columns = (self._integer() for _ in range(3))
        stride, padding = self._pair(), self._pair()
        shape, bias_shape = self._alias(), self._alias()
        self._floats(4)  # learning rates and weight decays
        count = int(np.prod(shape))
        if shape[0] != filters or shape[2:] != (rows, columns):
            raise self._damaged("a convolution whose shapes contradict each other")
        if bias_shape[1] != filters or count + filters != values.size:
            raise self._damaged("a convolution whose weights do not fill it")
        return Convolution(values[:count].reshape(shape), values[count:], stride, padding)

    def _affine(self) -> Affine:
        gamma, beta = self._gamma_and_beta()
        self._integer()  # whether it follows convolutions or fully connected layers
        return Affine(gamma, beta)

    def _batch_norm(self) -> Affine:
        """Folded with its running statistics, as dlib's affine_ does when it reads one."""
        gamma, beta = self._gamma_and_beta()
        self._tensor()  # mean and inverse deviation of the last training batch
        self._tensor()
        means, variances = self._tensor().ravel(), self._tensor().ravel()
        self._integer()  # number of updates
        self._integer()  # window of the running statistics
        *_, epsilon = self._floats(5)  # learning rates and weight decays, then epsilon
        if not means.size == variances.size == gamma.size:
            raise self._damaged("a batch normalisation whose statistics do not fill it")
        gamma = gamma / np.sqrt(variances + np.float32(epsilon))
        return Affine(gamma, beta - gamma * means)

    def _gamma_and_beta(self) -> tuple[Floats, Floats]:
        values = self._tensor().ravel()
        channels, same = self._alias()[1], self._alias()[1]
        if not 2 * channels == 2 * same == values.size:
            raise self._damaged("a scaling whose factors do not fill it")
        return values[:channels], values[channels:]

    def _pool(self, kind: str) -> Pooling:
        return Pooling(kind, self._pair(), self._pair(), self._pair())

    def _fully_connected(self) -> FullyConnected:
        outputs, inputs = self._integer(), self._integer()
        values = self._tensor().ravel()
        self._alias()
        self._alias()
        self._expect(self._integer(), (1,), "bias mode (only layers without bias are known)")
        self._floats(4)  # learning rates and weight decays
        if values.size != inputs * outputs:
            raise self._damaged("a fully connected layer whose weights do not fill it")
        return FullyConnected(values.reshape(inputs, outputs))

    def _pair(self) -> tuple[int, int]:
        return self._integer(), self._integer()

    def _alias(self) -> tuple[int, int, int, int]:
        self._expect(self._integer(), (1,), "version of a tensor's alias")
        return self._shape()

    def _tensor(self) -> Floats:
        self._expect(self._integer(), (2,), "version of a tensor")
        shape = self._shape()
        count = shape[0] * shape[1] * shape[2] * shape[3]
        raw = self._take(4 * count)
        values = np.frombuffer(raw, dtype="<f4").astype(np.float32).reshape(shape)
        if not np.isfinite(values).all():
            raise self._damaged("a tensor with values that are no numbers")
        return values

    def _shape(self) -> tuple[int, int, int, int]:
        samples, channels, rows, columns = (self._integer() for _ in range(4))
        if min(samples, channels, rows, columns) < 0:
            raise self._damaged("a tensor of negative size")
        return samples, channels, rows, columns

    def _floats(self, count: int) -> tuple[float, ...]:
        """Mantissa and binary exponent, each as an integer."""
        values = []
        for _ in range(count):
            mantissa, exponent = self._integer(), self._integer()
            if abs(exponent) > 1100:  # beyond any float64
                raise self._damaged(f"a number with the exponent {exponent}")
            values.append(mantissa * 2.0**exponent)
        return tuple(values)

    def _text(self) -> str:
        return self._text_of(self._integer())

    def _text_of(self, length: int) -> str:
        return self._take(length).decode("latin-1")

    def _integer(self) -> int:
        """A control byte (low bits: how many bytes follow; 0x80: negative) and the magnitude."""
        control = self._take(1)[0]
        if control & 0x70 or not 1 <= control & 0x0F <= 8:
            raise self._damaged(f"the byte {control:#04x} where a number begins")
        magnitude = int.from_bytes(self._take(control & 0x0F), "little")
        return -magnitude if control & 0x80 else magnitude

    def _take(self, count: int) -> bytes:
        if not 0 <= count <= len(self._data) - self._at:
            left = len(self._data) - self._at
            raise self._damaged(f"{count:,} bytes announced and {left:,} left")
        self._at += count
        return self._data[self._at - count : self._at]

    def _expect(self, found: object, accepted: tuple[object, ...], what: str) -> None:
        if found not in accepted:
            raise self._damaged(f"{found!r} as {what}")

    def _damaged(self, found: str) -> ModelFileDamaged:
        return ModelFileDamaged(
            f"this is no dlib network that can be converted: {found}, at byte {self._at:,} of "
            f"{len(self._data):,}; {REINSTALL}"
        )
