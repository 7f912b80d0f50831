"""YuNet and SFace as built here give the published networks' numbers, for any size and number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from facecompare.engines.yunet import ROW, STRIDES
from facecompare.errors import ModelFileDamaged
from facecompare.model_build.published import read_published
from facecompare.model_build.sface import DIMENSION, SIDE_PX, build_sface
from facecompare.model_build.yunet import build_yunet
from facecompare.model_store.sources import NOTHING_GIVEN, SFACE_ONNX, YUNET_ONNX, read_zoo
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, portrait

YUNET, SFACE = read_zoo(YUNET_ONNX, NOTHING_GIVEN), read_zoo(SFACE_ONNX, NOTHING_GIVEN)
PUBLISHED_SIDE_PX = 640  # what the published YuNet takes


@pytest.fixture(scope="module")
def yunet() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(build_yunet(YUNET))


@pytest.fixture(scope="module")
def sface() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(build_sface(SFACE))


@pytest.fixture(scope="module")
def chips() -> np.ndarray:
    """[4, 3, 112, 112] uint8: three faces and noise."""
    noise = np.random.default_rng(7).integers(0, 256, (SIDE_PX, SIDE_PX, 3)).astype(np.uint8)
    faces = [
        np.asarray(portrait(path).resize((SIDE_PX, SIDE_PX))) for path in (OBAMA, OBAMA2, BIDEN)
    ]
    return np.stack([*faces, noise]).transpose(0, 3, 1, 2)


def pictures(width: int, height: int) -> np.ndarray:
    """[2, 3, height, width] float32: two portraits, stretched to this size."""
    made = [np.asarray(portrait(path).resize((width, height))) for path in (OBAMA, BIDEN)]
    return np.stack(made).transpose(0, 3, 1, 2).astype(np.float32)


def published_sface() -> onnxruntime.InferenceSession:
    """With its chips as its only input: it lists its weights as inputs, too."""
    model = onnx.load_from_string(SFACE)
    inputs = [each for each in model.graph.input if each.name == "data"]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of two constants that nothing uses
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def joined(outputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """The published YuNet's twelve outputs as the one that ours has."""
    rows = []
    for stride in STRIDES:
        classes, objects, boxes, points = (
            outputs[f"{name}_{stride}"] for name in ("cls", "obj", "bbox", "kps")
        )
        rows.append(np.concatenate([np.sqrt(classes * objects), boxes, points], axis=2))
    return np.concatenate(rows, axis=1)


def test_sface_s_embeddings_are_the_published_network_s(
    sface: onnxruntime.InferenceSession, chips: np.ndarray
) -> None:
    published = published_sface()
    expected = [published.run(None, {"data": chip[None].astype(np.float32)})[0] for chip in chips]
    (found,) = sface.run(None, {"chips": chips})
    assert found.shape == (len(chips), DIMENSION)
    assert np.abs(found - np.concatenate(expected)).max() <= 1e-5


def test_a_chip_s_embedding_does_not_depend_on_its_neighbours(
    sface: onnxruntime.InferenceSession, chips: np.ndarray
) -> None:
    alone = [sface.run(None, {"chips": chip[None]})[0] for chip in chips]
    (together,) = sface.run(None, {"chips": chips})
    assert np.abs(together - np.concatenate(alone)).max() <= 1e-5


def test_yunet_s_cells_are_the_published_network_s(yunet: onnxruntime.InferenceSession) -> None:
    picture = pictures(PUBLISHED_SIDE_PX, PUBLISHED_SIDE_PX)[:1]
    published = ReferenceEvaluator(onnx.load_from_string(YUNET))
    outputs: Any = published.run(None, {"input": picture[:, ::-1]})  # it takes BGR
    expected = joined(dict(zip(published.output_names, outputs, strict=True)))
    (found,) = yunet.run(None, {"pictures": picture})
    assert found[..., 0].max() > 0.8
    assert np.abs(found - expected).max() <= 1e-3


@pytest.mark.parametrize(("width", "height"), [(320, 416), (608, 32)])
def test_yunet_takes_pictures_of_any_size_and_number(
    yunet: onnxruntime.InferenceSession, width: int, height: int
) -> None:
    both = pictures(width, height)
    alone = [yunet.run(None, {"pictures": picture[None]})[0] for picture in both]
    (together,) = yunet.run(None, {"pictures": both})
    cells = sum(width // stride * (height // stride) for stride in STRIDES)
    assert together.shape == (2, cells, ROW)
    assert np.abs(together - np.concatenate(alone)).max() <= 1e-5


def test_the_same_weights_give_the_same_bytes() -> None:
    assert build_yunet(YUNET) == build_yunet(YUNET)
    assert build_sface(SFACE) == build_sface(SFACE)


def test_no_layer_is_left_that_only_unpacks_weights() -> None:
    for published in (YUNET, SFACE):
        operators = {node.operator for node in read_published(published).nodes}
        assert "DequantizeLinear" not in operators


@pytest.mark.parametrize("data", [b"", b"no network", YUNET[:1000], YUNET[: len(YUNET) // 2]])
def test_what_is_no_network_is_refused(data: bytes) -> None:
    for build in (build_yunet, build_sface):
        with pytest.raises(ModelFileDamaged, match="found "):
            build(data)


def test_one_network_is_not_taken_for_the_other() -> None:
    with pytest.raises(ModelFileDamaged, match="not YuNet's"):
        build_yunet(SFACE)
    with pytest.raises(ModelFileDamaged, match="not SFace's"):
        build_sface(YUNET)
