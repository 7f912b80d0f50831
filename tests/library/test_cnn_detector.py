"""dlib's CNN detector on ONNX Runtime where it is easiest to get wrong: many faces and threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dlib
import numpy as np
import pytest
from PIL import Image

from facecompare.engines.cnn_detector import CnnDetector
from facecompare.engines.onnx_session import open_session
from facecompare.engines.protocol import Box, Detection
from facecompare.model_store.sources import CNN_DETECTOR_DAT
from tests.support import pictures

CELL_PX = 220


@pytest.fixture(scope="module")
def detector(models_dir: Path) -> CnnDetector:
    return CnnDetector(lambda: open_session(models_dir / "cnn-detector.onnx", threads=1))


@pytest.fixture(scope="module")
def collage() -> Image.Image:
    """Six faces from large to small in two rows; the picture's edge cuts the first."""
    canvas = Image.new("RGB", (3 * CELL_PX, 2 * CELL_PX), "grey")
    for index, path in enumerate(2 * (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)):
        side = CELL_PX - 15 * index
        column, row = index % 3, index // 3
        place = (column * CELL_PX - (30 if index == 0 else 0), row * CELL_PX)
        canvas.paste(head(path).resize((side, side)), place)
    return canvas


def head(path: Path) -> Image.Image:
    """The face with half its width around it."""
    portrait = Image.open(path).convert("RGB")
    (face,) = dlib.get_frontal_face_detector()(np.asarray(portrait), 0)
    centre, reach = face.center(), face.width()
    return portrait.crop((centre.x - reach, centre.y - reach, centre.x + reach, centre.y + reach))


def dlib_s_own(pixels: np.ndarray, dat_dir: Path) -> list[Detection]:
    network = dlib.cnn_face_detection_model_v1(str(dat_dir / CNN_DETECTOR_DAT))
    return [
        Detection(
            Box(found.rect.left(), found.rect.top(), found.rect.width(), found.rect.height()),
            found.confidence,
        )
        for found in network(pixels, 0)
    ]


@pytest.mark.parametrize("width", [660, 500, 317])
def test_a_collage_s_faces_are_found_on_the_same_pixels_as_by_dlib(
    collage: Image.Image, width: int, detector: CnnDetector, dat_dir: Path
) -> None:
    height = collage.height * width // collage.width
    pixels = np.asarray(collage.resize((width, height)))
    ours, theirs = detector.find(pixels), dlib_s_own(pixels, dat_dir)
    assert [face.box for face in ours] == [face.box for face in theirs]
    assert [face.score for face in ours] == pytest.approx([face.score for face in theirs], abs=1e-4)


def test_the_collage_holds_several_faces(collage: Image.Image, detector: CnnDetector) -> None:
    assert len(detector.find(np.asarray(collage))) >= 4


def test_faces_come_with_the_best_score_first(collage: Image.Image, detector: CnnDetector) -> None:
    scores = [face.score for face in detector.find(np.asarray(collage))]
    assert scores == sorted(scores, reverse=True)


def test_threads_that_share_a_detector_each_get_their_own_picture_s_faces(
    collage: Image.Image, detector: CnnDetector
) -> None:
    sizes = [(330, 220), (300, 300), (400, 260), (220, 330)]
    photos = 3 * [np.asarray(collage.resize(size)) for size in sizes]
    alone = [detector.find(photo) for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detector.find, photos)) == alone


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (600, 2), (2, 600), (90, 91)])
def test_a_picture_without_room_for_a_face_has_none(
    size: tuple[int, int], detector: CnnDetector
) -> None:
    assert detector.find(np.asarray(Image.new("RGB", size, "white"))) == []
