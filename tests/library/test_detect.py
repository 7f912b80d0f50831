"""Stage 2: which detector and which turn finds a face, and which face is compared."""

from __future__ import annotations

from unittest.mock import Mock, patch

import numpy as np
import pytest
from PIL import Image

from facecompare.decoding import rasterize
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.protocol import Detection, Engine
from facecompare.errors import BadField, NoFace, SeveralFaces
from facecompare.options import FacePolicy
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from facecompare.pipeline.detect import (
    LARGER_LOOKS,
    MOST_MATCHED,
    SMALL_FACE_PX,
    DetectedFaces,
    choose,
    detect,
)
from tests.support import pictures
from tests.support.fake_engine import FakeDetector, FakeEngine, found, nothing


def decoded(data: bytes) -> DecodedImage:
    return decode(Photo(data), ImageLimits())


@pytest.fixture(scope="module")
def blank() -> DecodedImage:
    return decoded(pictures.plain(600, 600))


def test_the_first_detector_s_faces_are_taken(blank: DecodedImage) -> None:
    engine = FakeEngine(lambda _: [found(10, 10, 80)], lambda _: [found(0, 0, 500)])
    faces = detect(blank, engine).faces
    assert [(face.detector, face.box.width) for face in faces] == [("hog", 80)]


def test_the_second_detector_is_asked_when_the_first_finds_nothing(blank: DecodedImage) -> None:
    engine = FakeEngine(nothing, lambda _: [found(10, 20, 80, score=0.7)])
    (face,) = detect(blank, engine).faces
    assert (face.detector, face.detection_score) == ("cnn", 0.7)


def test_no_face_anywhere_is_an_error(blank: DecodedImage) -> None:
    with pytest.raises(NoFace, match="600 × 600"):
        detect(blank, FakeEngine(nothing, nothing))


def on_its_side(pixels: np.ndarray) -> list[Detection]:
    """Finds the white corner in every turn, and likes it best at the top left."""
    at_top_left = pixels[0, 0, 0] == 255
    return [found(0, 0, 90, score=1.0 if at_top_left else 0.4)]


def white_corner(row: int, column: int) -> bytes:

    picture = Image.new("RGB", (600, 600))
    picture.paste("white", (column, row, column + 50, row + 50))
    return pictures.encoded(picture, "PNG")


@pytest.mark.parametrize(
    ("row", "column", "turns"), [(0, 0, 0), (0, 550, 1), (550, 550, 2), (550, 0, 3)]
)
def test_the_turn_that_the_detector_likes_best_is_taken(row: int, column: int, turns: int) -> None:
    detected = detect(decoded(white_corner(row, column)), FakeEngine(nothing, on_its_side))
    assert detected.image.quarter_turns == turns


def test_a_photo_is_looked_at_in_all_turns_whatever_it_states() -> None:
    sideways = pictures.portrait().rotate(90, expand=True)
    image = decoded(pictures.stored_with_orientation(1, sideways))
    looked_at: list[tuple[int, ...]] = []

    def find(pixels: np.ndarray) -> list[Detection]:
        looked_at.append(pixels.shape)
        return []

    with pytest.raises(NoFace):
        detect(image, FakeEngine(nothing, find))
    assert set(looked_at) == {(480, 600, 3), (600, 480, 3)}


def looked_at_by(scene: bytes, faces: dict[int, float]) -> tuple[DetectedFaces, list[int]]:
    """What is found, and the widths that the quick detector looks at, where a face of this width is
    seen at pictures of these widths."""
    widths: list[int] = []

    def quick(pixels: np.ndarray) -> list[Detection]:
        widths.append(pixels.shape[1])
        return [found(9, 9, faces[widths[-1]])] if widths[-1] in faces else []

    return detect(decoded(scene), FakeEngine(quick)), widths


def test_without_a_face_the_photo_is_looked_at_twice_more_and_larger() -> None:
    scene = pictures.plain(4000, 3000)
    detected, widths = looked_at_by(scene, {2400: 60.0})
    assert widths == [600, 1200, 2400]
    assert detected.image.pixels.shape == (1800, 2400, 3)
    with pytest.raises(NoFace):
        looked_at_by(scene, {})


def test_a_small_face_is_looked_at_with_the_pixels_that_its_chip_has_room_for() -> None:
    detected, widths = looked_at_by(pictures.plain(4000, 3000), {600: 40.0, 1800: 120.0})
    assert widths == [600, 1800]
    assert detected.faces[0].box.width == 120
    kept, _ = looked_at_by(pictures.plain(4000, 3000), {600: 40.0})
    assert kept.faces[0].box.width == 40


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_small_face_that_a_larger_look_has_found_gets_its_pixels_too(kind: str) -> None:
    scene = pictures.encoded(Image.new("RGB", (4000, 3000)), kind)
    detected, widths = looked_at_by(scene, {1200: 40.0, 2400: 80.0})
    assert widths == [600, 1200, 2400]
    assert detected.faces[0].box.width == 80


def decodings(scene: bytes, limits: ImageLimits) -> int:
    """How often it is decoded for all looks at a photo without a face."""
    with patch.object(rasterize, "rasterize", side_effect=rasterize.rasterize) as counted:
        image = decode(Photo(scene), limits)
        with pytest.raises(NoFace):
            detect(image, FakeEngine(nothing))
    return counted.call_count


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_heavy_photo_is_decoded_once_for_all_looks(
    orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    size = (4000, 3000) if orientation == 1 else (3000, 4000)
    scene = pictures.encoded(Image.new("L", size), "PNG", exif=exif)
    counted = Mock(side_effect=rasterize.rasterize)
    monkeypatch.setattr(rasterize, "rasterize", counted)
    image = decode(Photo(scene), ImageLimits(cell=False))
    widths: list[int] = []

    def quick(pixels: np.ndarray) -> list[Detection]:
        widths.append(pixels.shape[1])
        return []

    with pytest.raises(NoFace, match="4000 × 3000 photo; use"):
        detect(image, FakeEngine(quick))
    assert (widths, counted.call_count) == ([600, 1200, 2400], 1)


@pytest.mark.parametrize(
    ("kind", "settings", "size"),
    [
        ("PNG", {}, (4000, 3000)),
        ("TIFF", {}, (1400, 1000)),  # 4.2 MB
        ("JPEG", {"progressive": True}, (1400, 1000)),
    ],
)
def test_a_photo_whose_decoding_costs_all_again_is_decoded_once(
    kind: str, settings: dict[str, bool], size: tuple[int, int]
) -> None:
    scene = pictures.encoded(Image.new("RGB", size), kind, **settings)
    assert decodings(scene, ImageLimits(cell=False)) == 1


def test_a_baseline_photo_is_decoded_for_each_look() -> None:
    scene = pictures.encoded(Image.new("RGB", (4000, 3000)), "JPEG")
    assert decodings(scene, ImageLimits(cell=False)) == 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_how_busy_the_machine_is_decides_no_verdict(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1_000_000, 1_000))  # so long takes whatever is measured
    monkeypatch.setattr("time.process_time", lambda: next(clock))
    image: DecodedImage | None = decode(
        Photo(pictures.encoded(Image.new("RGB", (4000, 3000)), kind)), ImageLimits(cell=False)
    )
    for pixels in LARGER_LOOKS:
        assert image
        image = image.enlarged(pixels)
    assert image
    assert image.pixels.shape == (1800, 2400, 3)


def test_a_larger_look_at_a_photo_without_a_face_asks_the_detector_that_is_near(
    blank: DecodedImage,
) -> None:
    class Far(FakeDetector):
        def nearer(self) -> FakeDetector:
            return FakeDetector(self.name, lambda pixels: [found(9, 9, pixels.shape[1] / 60)])

    engine = FakeEngine(nothing)
    engine.detectors = [Far("hog", nothing)]
    (face,) = detect(decoded(pictures.plain(4000, 3000)), engine).faces
    assert face.box.width == 20
    with pytest.raises(NoFace):
        detect(blank, engine)


@pytest.mark.parametrize(("width", "face"), [(4000, SMALL_FACE_PX), (640, 40.0)])
def test_a_face_that_is_large_enough_and_a_small_photo_are_looked_at_once(
    width: int, face: float
) -> None:
    _, widths = looked_at_by(pictures.plain(width, width * 3 // 4), {600: face})
    assert widths == [600]


def test_the_quick_detector_decides_again_in_the_turn_that_was_found() -> None:
    def quick(pixels: np.ndarray) -> list[Detection]:
        return [found(1, 1, 70)] if pixels[0, 0, 0] == 255 else []

    detected = detect(decoded(white_corner(550, 550)), FakeEngine(quick, on_its_side))
    assert [face.detector for face in detected.faces] == ["hog"]
    assert detected.image.quarter_turns == 2


FACES = [found(0, 0, 60, 3.0), found(250, 250, 90), found(480, 10, 100)]


@pytest.mark.parametrize(
    ("policy", "width"), [(FacePolicy.LARGEST, 100), (FacePolicy.MOST_CENTRAL, 90)]
)
def test_the_policy_chooses_the_face(blank: DecodedImage, policy: FacePolicy, width: int) -> None:
    detected = detect(blank, FakeEngine(lambda _: FACES))
    assert [face.box.width for face in detected.faces] == [100, 90, 60]
    (face,) = choose(detected, policy)
    assert face.box.width == width


@pytest.mark.parametrize(("place", "width"), [(0, 100), (1, 90), (2, 60)])
def test_a_face_is_chosen_by_its_place_from_the_largest(
    blank: DecodedImage, place: int, width: int
) -> None:
    (face,) = choose(detect(blank, FakeEngine(lambda _: FACES)), place)
    assert face.box.width == width


def test_a_place_without_a_face_is_told(blank: DecodedImage) -> None:
    with pytest.raises(BadField, match="face 3 was asked for and 3 were found; 0 is the largest"):
        choose(detect(blank, FakeEngine(lambda _: FACES)), 3)


def test_only_one_refuses_a_group_and_says_how_many(blank: DecodedImage) -> None:
    with pytest.raises(SeveralFaces, match="3 faces"):
        choose(detect(blank, FakeEngine(lambda _: FACES)), FacePolicy.ONLY_ONE)


def test_only_one_accepts_a_single_face(blank: DecodedImage) -> None:
    detected = detect(blank, FakeEngine(lambda _: FACES[:1]))
    (face,) = choose(detected, FacePolicy.ONLY_ONE)
    assert face.box.width == 60


def test_best_match_holds_all_faces_but_not_an_endless_number(blank: DecodedImage) -> None:
    detected = detect(blank, FakeEngine(lambda _: FACES))
    assert choose(detected, FacePolicy.BEST_MATCH) == detected.faces
    crowd = detect(blank, FakeEngine(lambda _: [found(0, 0, 60)] * (MOST_MATCHED + 1)))
    assert choose(crowd, FacePolicy.BEST_MATCH) == crowd.faces[:MOST_MATCHED]


@pytest.mark.parametrize("name", ["engine", "dlib_fast"])
def test_real_detectors_find_every_face_of_a_group(
    name: str, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(name)
    detected = detect(decoded(pictures.group(pictures.OBAMA, pictures.BIDEN)), engine)
    boxes = [detected.image.box_in_photo(face.box) for face in detected.faces]
    assert len(boxes) == 2
    left, right = sorted(boxes, key=lambda box: box.left)
    assert left.left + left.width < 640 < right.left


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_dlib_s_detectors_find_a_portrait_in_any_turn(dlib_fast: Engine, turns: int) -> None:
    turned = pictures.portrait().rotate(90 * turns, expand=True)
    detected = detect(decoded(pictures.encoded(turned, quality=92)), dlib_fast)
    assert (detected.image.quarter_turns + turns) % 4 == 0
    assert detected.faces[0].detector == "hog"
