"""YuNet: what it finds in photos, where its points lie, and when all turns are looked at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facecompare.compare import detect_faces
from facecompare.config import Settings
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Box, Engine
from facecompare.engines.yunet import MULTIPLE_PX, SURELY_UPRIGHT
from facecompare.errors import NoFace
from facecompare.evaluation.degradations import DEGRADATIONS
from facecompare.pipeline.decode import Photo, decode
from tests.support import pictures


@pytest.fixture(scope="module")
def yunet(models_dir: Path) -> Engine:
    settings = replace(Settings.from_env({}), models_dir=models_dir)
    return load_engine("dlib-yunet", settings)


def pixels_of(data: bytes) -> np.ndarray:
    return decode(Photo(data), ImageLimits()).pixels


def test_its_boxes_and_points_are_on_the_face(yunet: Engine, engine: Engine) -> None:
    """dlib's HOG detector, whose frame it takes, says where the face is."""
    hog = load_engine("dlib-fast", Settings.from_env())
    photo = Photo(pictures.OBAMA.read_bytes())
    ours, theirs = (detect_faces(photo, each).faces[0].face for each in (yunet, hog))
    apart = np.hypot(*np.subtract(ours.box.centre, theirs.box.centre))
    assert apart < 0.1 * theirs.box.width
    assert ours.box.width == pytest.approx(theirs.box.width, rel=0.2)
    assert abs(ours.landmarks5 - theirs.landmarks5).max() < 0.05 * theirs.box.width
    assert ours.detector_points is not None
    right_eye, left_eye = theirs.landmarks5[:2].mean(axis=0), theirs.landmarks5[2:4].mean(axis=0)
    for point, eye in zip(ours.detector_points, (left_eye, right_eye), strict=False):
        assert np.hypot(*(point - eye)) < 0.08 * theirs.box.width


@pytest.mark.parametrize("size", [(600, 750), (600, 601), (333, 97), (32, 32), (17, 500)])
def test_pictures_of_any_size_are_looked_at(yunet: Engine, size: tuple[int, int]) -> None:
    with Image.open(pictures.OBAMA) as portrait:
        picture = Image.new("RGB", size)
        picture.paste(portrait.convert("RGB"), (0, 0))
    found = yunet.detectors[1].find(np.asarray(picture))
    assert all(0 <= each.score <= 1 for each in found)


def test_the_padding_moves_nothing(yunet: Engine) -> None:
    whole = pixels_of(pictures.OBAMA.read_bytes())[: -MULTIPLE_PX // 2]
    (one,) = yunet.detectors[1].find(whole)
    height, width = (-(-side // MULTIPLE_PX) * MULTIPLE_PX for side in whole.shape[:2])
    padded = np.zeros((height, width, 3), np.uint8)
    padded[: whole.shape[0], : whole.shape[1]] = whole
    (other,) = yunet.detectors[1].find(padded)
    assert one.box == other.box


def test_a_face_that_is_surely_upright_is_looked_at_once(yunet: Engine) -> None:
    (found,) = yunet.detectors[0].find(pixels_of(pictures.OBAMA.read_bytes()))
    assert found.score >= SURELY_UPRIGHT


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_that_lies_on_its_side_is_turned(yunet: Engine, turns: int) -> None:
    """Without metadata that says which way is up."""
    lying = Image.open(pictures.OBAMA).convert("RGB").rotate(90 * turns, expand=True)
    report = detect_faces(Photo(pictures.encoded(lying, "PNG")), yunet)
    assert report.image.quarter_turns == (4 - turns) % 4
    assert [face.face.detector for face in report.faces] == ["yunet"]


@pytest.mark.parametrize("portrait", [pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_damaged_photo_is_turned_until_it_stands(
    yunet: Engine, portrait: Path, turns: int
) -> None:
    """Masks, bars, noise and blur of every strength that evaluations know, but those that turn."""
    upright = pictures.portrait(portrait).resize((250, 312))
    box = _box_in(upright, yunet)
    for damage in DEGRADATIONS:
        if damage.kind == "rotation":
            continue
        lying = damage(upright, box, seed=3).rotate(90 * turns, expand=True)
        report = detect_faces(Photo(pictures.encoded(lying, "PNG")), yunet)
        assert report.image.quarter_turns == (4 - turns) % 4, damage.name


def _box_in(picture: Image.Image, engine: Engine) -> Box:
    found = detect_faces(Photo(pictures.encoded(picture, "PNG")), engine)
    return found.image.box_in_photo(found.faces[0].face.box)


@pytest.mark.parametrize("degrees", [-45, -30, 30, 45])
def test_a_leaning_face_has_its_points_in_their_places(yunet: Engine, degrees: int) -> None:
    upright = Image.open(pictures.OBAMA).convert("RGB")
    centre = upright.width / 2, upright.height / 2
    leaning = upright.rotate(degrees, Image.Resampling.BICUBIC, center=centre, fillcolor="grey")
    found, straight = (
        detect_faces(Photo(pictures.encoded(picture, "PNG")), yunet)
        for picture in (leaning, upright)
    )
    assert found.image.quarter_turns == 0
    face, expected = found.faces[0].face, straight.faces[0].face
    assert face.detector_points is not None
    assert expected.detector_points is not None
    scale = found.image.pixels.shape[1] / upright.width
    away = expected.detector_points - np.multiply(centre, scale)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = away @ np.array([[cos, -sin], [sin, cos]]) + np.multiply(centre, scale)
    assert np.abs(face.detector_points - turned).max() < 0.1 * expected.box.width


def test_a_photo_without_a_face_has_none(yunet: Engine) -> None:
    with pytest.raises(NoFace):
        detect_faces(Photo(pictures.plain(300, 200)), yunet)


def test_faces_of_40_pixels_are_found(yunet: Engine) -> None:
    """dlib's HOG detector finds faces of 80."""
    with Image.open(pictures.OBAMA) as portrait:
        small = portrait.convert("RGB").resize((100, 125))
    crowd = Image.new("RGB", (600, 500), "grey")
    for left in (20, 220, 420):
        crowd.paste(small, (left, 150))
    report = detect_faces(Photo(pictures.encoded(crowd, "PNG")), yunet)
    assert len(report.faces) == 3


def test_a_noisy_face_is_found_at_a_second_look(yunet: Engine) -> None:
    with Image.open(pictures.OBAMA) as portrait:
        small = np.asarray(portrait.convert("RGB").resize((250, 312)), np.float32)
    noise = np.random.default_rng(7).normal(0, 40, small.shape)
    noisy = Image.fromarray((small + noise).clip(0, 255).astype(np.uint8))
    report = detect_faces(Photo(pictures.encoded(noisy, "PNG")), yunet)
    clean = detect_faces(Photo(pictures.OBAMA.read_bytes()), yunet)
    (box,), (expected,) = ([each.face.box for each in found.faces] for found in (report, clean))
    apart = np.hypot(*np.subtract(box.centre, expected.centre))
    assert apart < 0.15 * expected.width
