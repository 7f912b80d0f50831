"""Photos with more faces, or less of a picture, than anybody photographs: bounded, and ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facecompare.compare import detect_faces
from facecompare.config import ENGINES, Settings
from facecompare.decoding.limits import ImageLimits
from facecompare.engines import mtcnn, yunet
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import NoFace
from facecompare.options import NobodyWaits, RequestOptions
from facecompare.pipeline.decode import Photo, decode
from facecompare.pipeline.detect import MOST_FACES, detect
from facecompare.results.convert import detection_response
from tests.support import pictures
from tests.support.fake_engine import FakeEngine, found

TINY = [(16, 16), (17, 31), (16, 4_000), (4_000, 16)]


class Patience:
    """A `Waiter` that gives up at this check."""

    def __init__(self, checks: int = sys.maxsize) -> None:
        self.checks = checks
        self.checked = 0

    def check(self) -> None:
        self.checked += 1
        if self.checked >= self.checks:
            raise NobodyWaits

    @contextmanager
    def ended_by(self, ending: object) -> Iterator[None]:
        yield

    @contextmanager
    def recording(self) -> Iterator[None]:
        yield


@pytest.fixture(params=ENGINES)
def each_engine(request: pytest.FixtureRequest, settings: Settings) -> Engine:
    engine_id: str = request.param
    return load_engine(engine_id, replace(settings, mtcnn=True))


def mosaic(width: int, height: int, side: int, lean: float = 0) -> Photo:
    """One face again and again, of this width, leaning by so many degrees."""
    with Image.open(pictures.OBAMA) as portrait:
        tile = portrait.convert("RGB").rotate(lean, Image.Resampling.BICUBIC).resize((side, side))
    rows, columns = -(-height // side), -(-width // side)
    whole = np.tile(np.asarray(tile), (rows, columns, 1))[:height, :width]
    return Photo(pictures.encoded(Image.fromarray(whole), "JPEG"))


def test_of_a_crowd_the_largest_are_looked_at_and_all_are_counted() -> None:
    image = decode(Photo(pictures.plain(2_000, 2_000)), ImageLimits())
    crowd = [found(10 * (each % 60), 10 * (each // 60), 5 + each % 40) for each in range(3_000)]
    detected = detect(image, FakeEngine(lambda _: crowd))
    assert len(detected.faces) == MOST_FACES
    assert detected.left_out == len(crowd) - MOST_FACES
    assert min(face.box.width for face in detected.faces) >= 42


@pytest.mark.parametrize("lean", [0, 30])
def test_a_mosaic_is_told_as_what_it_is(engine: Engine, lean: float) -> None:
    report = detect_faces(mosaic(2_000, 1_500, 80, lean), engine)
    assert len(report.faces) == MOST_FACES
    told = detection_response(report, engine.card.id, chips=False)
    assert told.image.not_compared == MOST_FACES + report.left_out - 1 > MOST_FACES


def test_no_more_than_the_largest_leaning_faces_are_looked_at_once_more(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yunet, "MOST_STRAIGHTENED", 2)
    monkeypatch.setattr(yunet, "_lean", lambda _: 40.0)
    looks = []
    turned_by = yunet.YunetDetector._turned_by

    def counted(self: yunet.YunetDetector, *arguments: object) -> object:
        looks.append(arguments)
        return turned_by(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(yunet.YunetDetector, "_turned_by", counted)
    image = decode(mosaic(900, 600, 150), ImageLimits())
    surely = next(each for each in engine.detectors if isinstance(each, yunet.YunetDetector))
    surely.find(image.pixels)
    assert 0 < len(looks) <= 2 * yunet.LOOKS_AT_LEANING


@pytest.mark.parametrize("angle", [25, -30, 40])
def test_a_leaning_face_is_turned_as_in_the_whole_picture(angle: float) -> None:
    """Only what a turn can show is turned."""
    with Image.open(pictures.OBAMA) as portrait:
        pixels = np.asarray(portrait.convert("RGB"))
    x, y, reach = 300.4, 310.7, 150.0
    edges = (round(x - reach), round(y - reach), round(x + reach), round(y + reach))
    whole = Image.fromarray(pixels).rotate(angle, Image.Resampling.BILINEAR, center=(x, y))
    around, (left, top) = yunet._around(pixels, (x, y), reach)
    turned = around.rotate(angle, Image.Resampling.BILINEAR, center=(x - left, y - top))
    part = turned.crop((edges[0] - left, edges[1] - top, edges[2] - left, edges[3] - top))
    difference = np.abs(np.asarray(whole.crop(edges), int) - np.asarray(part, int))
    assert difference.max() <= 1
    assert around.width < pixels.shape[1] or around.height < pixels.shape[0]


def test_suppressed_boxes_are_not_kept() -> None:
    """A view of what was left would keep all of it: gigabytes, of a mosaic."""
    boxes = np.random.default_rng(1).random((500, 5), np.float32)
    boxes[:, 2:4] += boxes[:, :2]
    rows = np.concatenate([boxes[:, 4:], boxes[:, :4], np.zeros((500, 10), np.float32)], axis=1)
    assert all(row.base is None for row in yunet._distinct(rows))
    assert len(mtcnn._distinct(np.tile(boxes, (20, 1)), 2.0, "union")) == mtcnn.MOST_PROPOSED


def test_a_search_ends_where_nobody_waits(each_engine: Engine) -> None:
    """Between looks, turns and faces, with every engine."""
    image = decode(Photo(pictures.plain(300, 240)), ImageLimits(), scaling=each_engine.card.scaling)
    whole = Patience()
    with pytest.raises(NoFace):
        detect(image, each_engine, whole)
    turns = 4 * (len(each_engine.detectors) - 1)
    assert whole.checked >= len(each_engine.detectors[:1]) + turns
    for checks in (1, whole.checked // 2, whole.checked):
        patience = Patience(checks)
        with pytest.raises(NobodyWaits):
            detect(image, each_engine, patience)
        assert patience.checked == checks


def test_each_face_is_a_place_to_end(engine: Engine) -> None:
    photo = mosaic(900, 600, 150)
    patience = Patience()
    report = detect_faces(photo, engine, RequestOptions(waiter=patience))
    assert patience.checked > 2 * len(report.faces)  # landmarks of each, then its chip and quality
    with pytest.raises(NobodyWaits):
        detect_faces(photo, engine, RequestOptions(waiter=Patience(patience.checked)))


def test_tiny_pictures_are_photos_without_a_face() -> None:
    """In a process of its own: dlib's CNN detector may corrupt the heap."""
    script = f"""
import sys
from facecompare.config import ENGINES, Settings
from facecompare.errors import FaceCompareError
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.service import FaceService
from tests.support import pictures
service = FaceService(Settings.from_env(), None)
for engine in ENGINES:
    for width, height in {TINY}:
        try:
            service.detect(Photo(pictures.plain(width, height)), RequestOptions(engine=engine))
        except FaceCompareError as error:
            print(engine, width, height, error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"FACECOMPARE_MTCNN": "on"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    codes = {line.rsplit(" ", 1)[0]: line.split()[-1] for line in done.stdout.splitlines()}
    assert len(codes) == len(ENGINES) * len(TINY)
    assert set(codes.values()) == {"no_face"}
