"""The face network as a file: what it promises, and that it is the same wherever it is built."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np
import onnx
import pytest
from PIL import Image

from facecompare.engines.dlib_engine import OnnxFaceNetwork
from facecompare.engines.onnx_session import open_session
from facecompare.model_build.face_network import build_face_network
from facecompare.model_store.sources import FACE_NETWORK_DAT, read_dat

SIDE_PX = 150


@pytest.fixture(scope="module")
def file() -> bytes:
    return build_face_network(read_dat(FACE_NETWORK_DAT))


@pytest.fixture(scope="module")
def network(file: bytes, tmp_path_factory: pytest.TempPathFactory) -> OnnxFaceNetwork:
    path = tmp_path_factory.mktemp("network") / "face-network.onnx"
    path.write_bytes(file)
    return OnnxFaceNetwork(open_session(path, threads=1))


def crops(portrait: Path, count: int) -> np.ndarray:
    """Chips cut anywhere from a portrait, at any size and brightness."""
    generator = np.random.default_rng(7)
    picture = Image.open(portrait).convert("RGB")
    chips = []
    for _ in range(count):
        side = int(generator.integers(SIDE_PX // 2, min(picture.size)))
        left, top = (int(generator.integers(0, extent - side + 1)) for extent in picture.size)
        crop = picture.crop((left, top, left + side, top + side)).resize((SIDE_PX, SIDE_PX))
        brightness = generator.uniform(0.2, 1.6)
        chips.append(np.clip(np.asarray(crop) * brightness, 0, 255).astype(np.uint8))
    return np.stack(chips)


def test_chips_of_anything_give_dlib_s_embeddings(
    portrait: Path, network: OnnxFaceNetwork, dat_dir: Path
) -> None:
    chips = crops(portrait, 12)
    reference = dlib.face_recognition_model_v1(str(dat_dir / FACE_NETWORK_DAT))
    theirs = np.array([reference.compute_face_descriptor(chip) for chip in chips])
    assert np.abs(network.embed(chips) - theirs).max() <= 1e-5


@pytest.mark.parametrize("grey", [0, 1, 128, 255])
def test_chips_of_one_colour_give_dlib_s_embeddings_too(
    grey: int, network: OnnxFaceNetwork, dat_dir: Path
) -> None:
    chip = np.full((SIDE_PX, SIDE_PX, 3), grey, dtype=np.uint8)
    reference = dlib.face_recognition_model_v1(str(dat_dir / FACE_NETWORK_DAT))
    theirs = np.array(reference.compute_face_descriptor(chip))
    assert np.abs(network.embed(chip[None])[0] - theirs).max() <= 1e-5


def test_the_file_takes_raw_rgb_and_any_number_of_chips(file: bytes) -> None:
    graph = onnx.load_from_string(file).graph
    (source,), (result,) = graph.input, graph.output
    assert source.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert [dim.dim_param or dim.dim_value for dim in source.type.tensor_type.shape.dim] == [
        "chips",
        3,
        SIDE_PX,
        SIDE_PX,
    ]
    assert [dim.dim_param or dim.dim_value for dim in result.type.tensor_type.shape.dim] == [
        "chips",
        128,
    ]


def test_the_file_says_which_onnx_it_is_written_in(file: bytes) -> None:
    model = onnx.load_from_string(file)
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)
    assert model.producer_name == "facecompare"
    assert model.producer_version == ""  # it would change the file with every release
