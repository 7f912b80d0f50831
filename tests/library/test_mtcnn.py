"""MTCNN with its real weights, on real faces."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine, offered_cards
from facecompare.engines.dlib_engine import mtcnn_of
from facecompare.engines.mtcnn import Mtcnn, MtcnnDetector, MtcnnLandmarks
from facecompare.engines.protocol import Engine
from facecompare.errors import ModelFileDamaged, MtcnnOff, PackageMissing
from facecompare.model_build import mtcnn as build
from facecompare.model_store import sources
from facecompare.model_store.files import ModelFolder
from facecompare.pipeline.decode import Photo
from tests.support.pictures import BIDEN, OBAMA, OBAMA2, encoded, group, plain, portrait


@pytest.fixture(scope="module")
def networks(models_dir: Path) -> Mtcnn:
    settings = Settings.from_env({"FACECOMPARE_MODELS_DIR": str(models_dir)})
    return mtcnn_of(ModelFolder.at(models_dir), settings)


@pytest.fixture(scope="module")
def mtcnn_engine(models_dir: Path) -> Engine:
    env = {"FACECOMPARE_MODELS_DIR": str(models_dir), "FACECOMPARE_MTCNN": "on"}
    return load_engine("mtcnn-dlib", Settings.from_env(env))


def pixels(path: Path) -> np.ndarray:
    return np.asarray(portrait(path))


@pytest.mark.parametrize("path", [OBAMA, OBAMA2, BIDEN], ids=lambda path: path.stem)
def test_one_face_is_found_where_dlib_finds_it(
    networks: Mtcnn, dlib_fast: Engine, path: Path
) -> None:
    picture = pixels(path)
    [found] = MtcnnDetector(networks).find(picture)
    [dlibs] = dlib_fast.detectors[0].find(picture)
    assert found.score > 0.98
    assert found.box.centre == pytest.approx(dlibs.box.centre, abs=0.2 * dlibs.box.width)
    assert found.box.width == pytest.approx(dlibs.box.width, rel=0.35)


@pytest.mark.parametrize("path", [OBAMA, OBAMA2, BIDEN], ids=lambda path: path.stem)
def test_the_five_points_lie_on_eyes_nose_and_mouth(
    networks: Mtcnn, engine: Engine, path: Path
) -> None:
    picture = pixels(path)
    [found] = MtcnnDetector(networks).find(picture)
    left, right, nose, mouth_left, mouth_right = MtcnnLandmarks(networks).landmarks(
        picture, found.box
    )
    exact = engine.landmarks68().landmarks(picture, found.box)
    # By the numbering of iBUG 300-W: eyes 36-41 and 42-47, tip of the nose 30, mouth 48 and 54.
    wanted = [exact[36:42].mean(axis=0), exact[42:48].mean(axis=0), exact[30], exact[48], exact[54]]
    near = 0.06 * found.box.width
    for point, place in zip((left, right, nose, mouth_left, mouth_right), wanted, strict=True):
        assert np.linalg.norm(point - place) < 2 * near


def test_every_face_of_a_group_is_found_and_none_in_a_wall(networks: Mtcnn) -> None:
    detector = MtcnnDetector(networks)
    with Image.open(BytesIO(group(OBAMA, OBAMA2, BIDEN))) as picture:
        assert len(detector.find(np.asarray(picture))) == 3
    with Image.open(BytesIO(plain())) as picture:
        assert detector.find(np.asarray(picture.convert("RGB"))) == []


def test_faces_of_some_20_px_are_found(networks: Mtcnn) -> None:
    small = portrait(OBAMA)
    small.thumbnail((110, 110))  # the face is some 25 px wide then
    assert len(MtcnnDetector(networks).find(np.asarray(small))) == 1


@pytest.mark.parametrize("size", [(1, 1), (11, 300), (12, 12), (20, 20), (16, 900)])
def test_pictures_without_room_for_a_face_have_none(networks: Mtcnn, size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 128, dtype=np.uint8)
    assert MtcnnDetector(networks).find(picture) == []


def test_a_box_beyond_the_edge_still_has_points(networks: Mtcnn) -> None:
    [found] = MtcnnDetector(networks).find(pixels(OBAMA))
    cut = pixels(OBAMA)[:, : round(found.box.left + 0.7 * found.box.width)]
    points = MtcnnLandmarks(networks).landmarks(cut, found.box)
    assert points.shape == (5, 2)
    assert np.isfinite(points).all()


def test_threads_get_the_same_faces(networks: Mtcnn) -> None:
    detector = MtcnnDetector(networks)
    alone = detector.find(pixels(OBAMA))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: detector.find(pixels(OBAMA)), range(16)))
    assert all(found == alone for found in together)


def test_the_engine_gives_dlib_s_verdicts(mtcnn_engine: Engine, dlib_fast: Engine) -> None:
    for other in (OBAMA2, BIDEN):
        photos = Photo(OBAMA.read_bytes()), Photo(other.read_bytes())
        by_mtcnn, by_hog = compare(*photos, mtcnn_engine), compare(*photos, dlib_fast)
        assert by_mtcnn.match.distance == pytest.approx(by_hog.match.distance, abs=0.06)
        assert by_mtcnn.match.same_person is by_hog.match.same_person
        assert by_mtcnn.image1.compared.face.detector == "mtcnn"


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("path", [OBAMA2, BIDEN], ids=lambda path: path.stem)
def test_a_photo_that_lies_on_its_side_is_turned(
    mtcnn_engine: Engine, path: Path, turn: int
) -> None:
    sideways = portrait(path).rotate(turn, expand=True)
    photos = Photo(OBAMA.read_bytes()), Photo(encoded(sideways))
    assert compare(*photos, mtcnn_engine).match.same_person is (path == OBAMA2)


def test_the_engine_is_there_only_when_it_is_switched_on(settings: Settings) -> None:
    assert "mtcnn-dlib" not in {card.id for card in offered_cards(settings)}
    with pytest.raises(MtcnnOff, match=r"exclude commercial use.*FACECOMPARE_MTCNN=on") as refused:
        load_engine("mtcnn-dlib", settings)
    assert refused.value.code == "mtcnn_off"
    switched_on = replace(settings, mtcnn=True)
    offered = {card.id for card in offered_cards(switched_on)}
    assert offered - {card.id for card in offered_cards(settings)} == {"mtcnn-dlib"}
    assert load_engine("mtcnn-dlib", switched_on).card.id == "mtcnn-dlib"


def test_the_networks_are_built_to_the_same_bytes_and_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert build.build_refinement() == build.build_refinement()
    monkeypatch.setitem(sources.MTCNN_CHECKSUMS, "pnet", "0" * 64)
    with pytest.raises(ModelFileDamaged, match="pip install --force-reinstall mtcnn=="):
        build.build_proposal()
    monkeypatch.setattr(sources, "MTCNN_PACKAGE", "no_such_package")
    with pytest.raises(PackageMissing, match="comes with the package no_such_package"):
        build.build_output()
