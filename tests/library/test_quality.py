"""Quality: each measure reacts to what it is named after, and to nothing else that matters."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from facecompare.compare import detect_faces
from facecompare.engines.cards import DLIB_LANDMARKS5, POINT_NAMES
from facecompare.engines.protocol import Engine
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.quality import MIN_VISIBILITY, Measure, pose
from tests.support import pictures


def measures(picture: Image.Image, engine: Engine) -> dict[str, Measure]:
    photo = Photo(pictures.encoded(picture, "PNG"))
    return {measure.name: measure for measure in detect_faces(photo, engine).faces[0].quality}


def warnings(picture: Image.Image, engine: Engine) -> set[str]:
    return {name for name, measure in measures(picture, engine).items() if measure.warns}


def test_a_good_portrait_warns_of_nothing(engine: Engine) -> None:
    assert warnings(pictures.portrait(), engine) == set()


def test_a_small_face_warns_of_its_width_in_pixels_of_the_original(engine: Engine) -> None:
    small = pictures.portrait().resize((140, 175))
    width = measures(small, engine)["face_width"]
    assert width.warns
    assert width.value == pytest.approx(42, abs=3)


def test_a_blurred_face_warns_of_sharpness(engine: Engine) -> None:
    blurred = pictures.portrait().filter(ImageFilter.GaussianBlur(8))
    assert "sharpness" in warnings(blurred, engine)


def test_a_dark_face_warns_of_brightness(engine: Engine) -> None:
    dark = ImageEnhance.Brightness(pictures.portrait()).enhance(0.25)
    assert "brightness" in warnings(dark, engine)


def test_a_flat_face_warns_of_contrast(engine: Engine) -> None:
    flat = ImageEnhance.Contrast(pictures.portrait()).enhance(0.25)
    assert "contrast" in warnings(flat, engine)


def test_a_noisy_face_warns_of_noise(engine: Engine) -> None:
    portrait = pictures.portrait().resize((250, 312))
    noise = np.random.default_rng(1).normal(0, 50, (312, 250, 3))
    noisy = Image.fromarray((np.asarray(portrait) + noise).clip(0, 255).astype(np.uint8))
    assert "noise" in warnings(noisy, engine)
    assert "noise" not in warnings(portrait, engine)


@pytest.mark.parametrize("sides", [(0.05, 0.55, 0.95, 1.05), (0.0, 0.15, 1.0, 0.42)])
def test_a_covered_face_is_less_visible(
    engine: Engine, sides: tuple[float, float, float, float]
) -> None:
    """With a mask over mouth and nose, with a bar over the eyes; in shares of the face's box."""
    portrait = pictures.portrait()
    seen = detect_faces(Photo(pictures.encoded(portrait, "PNG")), engine)
    box = seen.image.box_in_photo(seen.faces[0].face.box)
    left, top, right, bottom = sides
    covered = portrait.copy()
    ImageDraw.Draw(covered).rectangle(
        (
            *(box.left + left * box.width, box.top + top * box.height),
            *(box.left + right * box.width, box.top + bottom * box.height),
        ),
        fill=(15, 15, 15),
    )
    before, after = (measures(each, engine)["visibility"] for each in (portrait, covered))
    assert not before.warns
    assert after.value < before.value - 2


def test_a_face_of_which_little_is_seen_warns() -> None:
    assert Measure("visibility", 89.9, "%", minimum=MIN_VISIBILITY).warns
    assert not Measure("visibility", 90.0, "%", minimum=MIN_VISIBILITY).warns


# Eye corners and nose base in millimetres; x right, y down, z away from the viewer.
HEAD = np.array([[45, 0, 6], [16, 0, -6], [-45, 0, 6], [-16, 0, -6], [0, 46, -24]], dtype=float)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Roll after pitch after yaw; x right, y down, z away from the viewer; degrees."""
    a, b, c = np.radians([-yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    turned: np.ndarray = about_z @ about_x @ about_y
    return turned


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(0, 0, 0), (30, 0, 0), (-45, 0, 0), (0, 20, 0), (0, 0, 25)]
)
def test_pose_gives_back_the_angle_by_which_a_head_was_turned(
    yaw: float, pitch: float, roll: float
) -> None:
    seen = (HEAD @ rotation(yaw, pitch, roll).T)[:, :2] * 2 + 300
    assert pose(seen.astype(np.float32), DLIB_LANDMARKS5) == pytest.approx(
        (yaw, pitch, roll), abs=0.5
    )


# Eyes, nose and corners of the mouth, as YuNet has them: its nose is near the tip.
POINTS = np.array([[-30.5, 0, 0], [30.5, 0, 0], [0, 36, -34], [-24, 66, -5], [24, 66, -5]])


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-45, 0), (0, 20)])
def test_pose_knows_whose_points_it_reads(yaw: float, pitch: float) -> None:
    seen = (POINTS @ rotation(yaw, pitch, 0).T)[:, :2] * 2 + 300
    assert pose(seen.astype(np.float32), POINT_NAMES) == pytest.approx((yaw, pitch, 0), abs=0.5)


def test_a_nose_to_the_viewer_s_right_is_a_positive_yaw() -> None:
    points = np.array([[45, 0], [16, 0], [-45, 0], [-16, 0], [12, 46]], dtype=np.float32)
    assert pose(points, DLIB_LANDMARKS5)[0] > 10


def test_five_points_in_one_place_have_some_pose() -> None:
    assert all(np.isfinite(pose(np.full((5, 2), 7, dtype=np.float32), DLIB_LANDMARKS5)))
