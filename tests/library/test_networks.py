"""dlib's networks on ONNX Runtime give dlib's numbers, and foreign weights give clear errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from facecompare.compare import detect_faces
from facecompare.engines.dlib_engine import OnnxFaceNetwork
from facecompare.engines.dlib_parts import DlibFaceNetwork
from facecompare.engines.onnx_session import open_session
from facecompare.engines.protocol import Engine
from facecompare.engines.pyramid import lay_out
from facecompare.errors import ModelFileDamaged
from facecompare.model_build.cnn_detector import build_cnn_detector
from facecompare.model_build.dat import read_network
from facecompare.model_build.face_network import build_face_network
from facecompare.model_build.layers import DetectionLoss
from facecompare.model_store.sources import CNN_DETECTOR_DAT, FACE_NETWORK_DAT, read_dat
from facecompare.pipeline.decode import Photo
from tests.support import pictures


@pytest.fixture(scope="module")
def chips(engine: Engine) -> np.ndarray:
    """Real faces, bright and dark, mirrored and turned, and one of noise."""
    faces = [
        detect_faces(Photo(path.read_bytes()), engine).faces[0].chip.picture
        for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
    ]
    made = [np.random.default_rng(3).integers(0, 256, (150, 150, 3)).astype(np.uint8)]
    for face in faces:
        picture = Image.fromarray(face)
        made += [face, face[:, ::-1], np.asarray(picture.rotate(20))]
        made += [np.asarray(ImageEnhance.Brightness(picture).enhance(b)) for b in (0.3, 1.8)]
    return np.stack(made)


@pytest.fixture(scope="module")
def network(models_dir: Path) -> OnnxFaceNetwork:
    return OnnxFaceNetwork(open_session(models_dir / "face-network.onnx", threads=1))


def test_embeddings_are_dlib_s_to_a_hundred_thousandth(
    chips: np.ndarray, network: OnnxFaceNetwork, dat_dir: Path
) -> None:
    reference = DlibFaceNetwork(dat_dir / FACE_NETWORK_DAT).embed(chips)
    assert np.abs(network.embed(chips) - reference).max() <= 1e-5


def test_a_chip_s_embedding_does_not_depend_on_its_neighbours(
    chips: np.ndarray, network: OnnxFaceNetwork
) -> None:
    alone = np.concatenate([network.embed(chip[None]) for chip in chips])
    assert np.abs(network.embed(chips) - alone).max() <= 1e-6


def test_the_saved_hog_detector_is_dlib_s_own(models_dir: Path) -> None:
    import dlib

    own = dlib.get_frontal_face_detector()
    saved = dlib.fhog_object_detector(str(models_dir / "hog-detector.svm"))
    for path in (pictures.OBAMA, pictures.BIDEN):
        grey = np.asarray(pictures.portrait(path).convert("L"))
        boxes, scores, kinds = own.run(grey, 1, -0.5)
        assert (list(boxes), list(scores), list(kinds)) == tuple(
            map(list, saved.run(grey, 1, -0.5))
        )
        assert list(boxes)


@pytest.mark.parametrize(("width", "height"), [(600, 750), (600, 300), (1, 1), (17, 900)])
def test_the_tiles_of_a_pyramid_never_overlap_and_lie_inside(width: int, height: int) -> None:
    layout = lay_out(width, height)
    covered = np.zeros((layout.height, layout.width), dtype=int)
    for tile in layout.tiles:
        covered[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
        assert tile.left + tile.width <= layout.width
        assert tile.top + tile.height <= layout.height
    assert covered.max() == 1
    assert (layout.tiles[0].width, layout.tiles[0].height) == (width, height)


FACE, DETECTOR = read_dat(FACE_NETWORK_DAT), read_dat(CNN_DETECTOR_DAT)


def test_the_detector_s_file_says_its_window_and_its_overlap() -> None:
    loss = read_network(DETECTOR).loss
    assert isinstance(loss, DetectionLoss)
    assert (loss.window_width, loss.window_height) == (80, 80)
    assert 0.3 < loss.max_iou < 0.4


@pytest.mark.parametrize("share", [0, 0.0001, 0.001, 0.1, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("build", [build_face_network, build_cnn_detector])
def test_weights_that_are_cut_short_are_refused(
    build: Callable[[bytes], object], share: float
) -> None:
    data = FACE if build is build_face_network else DETECTOR
    with pytest.raises(ModelFileDamaged, match=r"pip install --force-reinstall"):
        build(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    "data", [b"\x00" * 1000, b"\xff" * 1000, b"PK\x03\x04 a zip", b"\x01\x01" * 500]
)
def test_foreign_weights_are_refused(data: bytes) -> None:
    with pytest.raises(ModelFileDamaged, match="no dlib network"):
        build_face_network(data)


def test_one_network_s_weights_are_not_taken_for_the_other_s() -> None:
    with pytest.raises(ModelFileDamaged, match="not dlib's face network"):
        build_face_network(DETECTOR)
    with pytest.raises(ModelFileDamaged, match="not dlib's CNN face detector"):
        build_cnn_detector(FACE)


def test_weights_with_something_behind_them_are_refused() -> None:
    with pytest.raises(ModelFileDamaged):
        build_cnn_detector(DETECTOR + b"\x01\x05hello")


def test_a_length_that_lies_allocates_nothing() -> None:
    at = FACE.index(b"con_4") + len(b"con_4")
    # version 2, then one sample of 2^40 × 2^40 channels: far more than any memory
    lie = b"\x01\x02\x01\x01\x06\0\0\0\0\0\1\x06\0\0\0\0\0\1\x01\x01"
    with pytest.raises(ModelFileDamaged, match="bytes announced"):
        build_face_network(FACE[:at] + lie + FACE[at + 20 :])


@pytest.mark.parametrize("seed", range(25))
def test_a_flipped_bit_in_the_structure_never_escapes_as_another_error(seed: int) -> None:
    generator = np.random.default_rng(seed)
    data = bytearray(DETECTOR)
    names = [b"con_4", b"bn_con2", b"relu_", b"loss_mmod_", b"input_rgb"]
    place = data.index(names[seed % len(names)]) + int(generator.integers(-4, 60))
    data[max(0, place)] ^= 1 << int(generator.integers(0, 8))
    try:
        build_cnn_detector(bytes(data))
    except ModelFileDamaged as error:
        assert "at byte" in error.message or "not dlib's" in error.message


def test_a_file_that_is_no_model_is_a_set_up_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelFileDamaged, match="models build"):
        open_session(tmp_path / "model.onnx", threads=1)
