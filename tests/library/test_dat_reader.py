"""Nothing in a file of dlib's is believed, and what is read is all of it."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import numpy as np
import pytest

from facecompare.errors import ModelFileDamaged
from facecompare.model_build.dat import read_network
from facecompare.model_build.layers import Affine, Convolution, FullyConnected, folded
from facecompare.model_store.sources import CNN_DETECTOR_DAT, FACE_NETWORK_DAT, read_dat

FACE, DETECTOR = read_dat(FACE_NETWORK_DAT), read_dat(CNN_DETECTOR_DAT)
CONTROL_BYTE_OF_A_LONG_NUMBER = 0x08


def test_the_face_network_has_29_layers_with_weights() -> None:
    kinds = Counter(type(layer) for layer in read_network(FACE).layers)
    assert kinds[Convolution] == kinds[Affine] == 29
    assert kinds[FullyConnected] == 1


def test_the_face_network_s_filters_have_5_6_million_weights() -> None:
    layers = folded(read_network(FACE))
    sizes = [layer.weights.size for layer in layers if isinstance(layer, Convolution)]
    assert sum(sizes) == 5_571_168


def test_both_networks_subtract_the_same_mean_colour() -> None:
    for data in (FACE, DETECTOR):
        assert read_network(data).mean_rgb == pytest.approx((122.782, 117.001, 104.298), abs=1e-4)


def test_folding_leaves_a_convolution_that_gives_the_affine_layer_s_output() -> None:
    network = read_network(DETECTOR)
    convolution, affine = network.layers[:2]
    assert isinstance(convolution, Convolution)
    assert isinstance(affine, Affine)
    patch = np.random.default_rng(1).normal(size=convolution.weights.shape[1:])
    before = (convolution.weights * patch).sum(axis=(1, 2, 3)) + convolution.bias
    fused = folded(network)[0]
    assert isinstance(fused, Convolution)
    after = (fused.weights * patch).sum(axis=(1, 2, 3)) + fused.bias
    assert after == pytest.approx(affine.gamma * before + affine.beta, abs=1e-4)


def test_no_bytes_are_no_network() -> None:
    with pytest.raises(ModelFileDamaged, match="1 bytes announced and 0 left"):
        read_network(b"")


@pytest.mark.parametrize("missing", [1, 2, 3, 100, 10_000, 400_000, 729_000])
def test_a_file_without_its_last_bytes_is_refused(missing: int) -> None:
    with pytest.raises(ModelFileDamaged, match="force-reinstall"):
        read_network(DETECTOR[:-missing])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("number", ["version", "size"])
def test_a_lying_number_is_refused_before_anything_is_allocated_for_it(
    number: str, seed: int
) -> None:
    """A random layer's tensor begins with eight bytes of nonsense, announced as one number."""
    places = [at for at in range(len(DETECTOR)) if DETECTOR.startswith(b"con_4", at)]
    generator = np.random.default_rng(seed)
    at = int(generator.choice(places)) + len(b"con_4") + (2 if number == "size" else 0)
    lie = bytes([CONTROL_BYTE_OF_A_LONG_NUMBER]) + generator.bytes(8)
    damaged = DETECTOR[:at] + lie + DETECTOR[at + len(lie) :]
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileDamaged):
            read_network(damaged)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(DETECTOR)
    finally:
        tracemalloc.stop()
