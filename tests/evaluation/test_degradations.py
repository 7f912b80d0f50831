"""Photos made worse: in the way and to the degree that their names say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from facecompare.decoding.limits import ImageLimits
from facecompare.engines.protocol import Box, Engine
from facecompare.evaluation.degradations import DEGRADATIONS, Degradation, mask
from facecompare.evaluation.recipes import NONE, SIXTY_EIGHT, EmbeddingRecipe
from facecompare.pipeline.decode import Photo, decode
from facecompare.pipeline.detect import detect
from tests.support.pictures import BIDEN, OBAMA, encoded, portrait

FACE = Box(250, 100, 192, 192)  # of the bundled portrait, as the detector finds it
INSIDE = np.s_[100:292, 250:442]


def by_name(name: str) -> Degradation:
    return next(each for each in DEGRADATIONS if each.name == name)


def pixels(photo: Image.Image) -> np.ndarray:
    return np.asarray(photo, dtype=np.float32)


@pytest.mark.parametrize("degradation", DEGRADATIONS, ids=lambda each: each.name)
def test_each_changes_the_photo_keeps_its_size_and_can_be_repeated(
    degradation: Degradation,
) -> None:
    photo = portrait(OBAMA)
    once, again = (degradation(photo, FACE, seed=5) for _ in range(2))
    assert once.size == photo.size
    assert once.mode == "RGB"
    assert np.array_equal(pixels(once), pixels(again))
    assert np.abs(pixels(once) - pixels(photo)).mean() > 0.1
    assert np.array_equal(pixels(photo), pixels(portrait(OBAMA)))


def test_names_are_unique() -> None:
    assert len({each.name for each in DEGRADATIONS}) == len(DEGRADATIONS)


def test_darkness_and_noise_are_as_strong_as_they_say() -> None:
    photo = portrait(OBAMA)
    dark = by_name("darkness, 20% of the light")(photo, FACE, 1)
    assert pixels(dark).mean() == pytest.approx(0.2 * pixels(photo).mean(), rel=0.05)
    grey = Image.new("RGB", (400, 400), (128, 128, 128))
    assert pixels(by_name("noise, deviation 25")(grey, FACE, 1)).std() == pytest.approx(
        25, rel=0.03
    )


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_occlusion_covers_its_share_of_the_face_and_nothing_else(share: float) -> None:
    white = Image.new("RGB", (640, 800), "white")
    for seed in range(6):
        covered = pixels(by_name(f"occlusion, {share:.0%}")(white, FACE, seed)) == 128
        assert covered[INSIDE].all(axis=-1).mean() == pytest.approx(share, abs=0.02)
        assert covered.sum() == pytest.approx(covered[INSIDE].sum(), rel=0.03)


def test_a_mask_covers_mouth_and_nose_and_leaves_the_eyes(engine: Engine) -> None:
    image = decode(Photo(OBAMA.read_bytes()), ImageLimits())
    [face] = detect(image, engine).faces
    box = image.box_in_photo(face.box)
    white = Image.new("RGB", portrait(OBAMA).size, "white")
    masked = pixels(mask(white, box, np.random.default_rng(0)))[..., 0] < 255
    points = image.points_in_photo(face.landmarks5)
    eyes, nose = points[:4], points[4]
    assert not any(masked[round(y), round(x)] for x, y in eyes.tolist())
    assert masked[round(nose[1]), round(nose[0])]
    mouth_y = nose[1] + 0.45 * (nose[1] - eyes[:, 1].mean())
    assert masked[round(mouth_y), round(nose[0])]


def test_recipes_change_what_they_say(dlib_fast: Engine) -> None:
    image = decode(Photo(BIDEN.read_bytes()), ImageLimits())
    face = detect(image, dlib_fast).faces[0]
    own, cut, by68 = (
        EmbeddingRecipe("dlib-fast", alignment).chip(image, face, dlib_fast).views
        for alignment in ("5 points", NONE, SIXTY_EIGHT)
    )
    assert own.shape == cut.shape == by68.shape
    assert np.abs(own.astype(int) - by68).mean() < 20 < np.abs(own.astype(int) - cut).mean() + 15
    single = EmbeddingRecipe("dlib-fast", views=1).prepared(dlib_fast)
    assert len(single.card.views) == 1
    alone = EmbeddingRecipe("dlib-fast", detectors=("cnn",)).prepared(dlib_fast)
    assert [detector.name for detector in alone.detectors] == ["cnn"]
    assert EmbeddingRecipe("dlib-fast").prepared(dlib_fast) is dlib_fast


def test_a_recipe_keeps_the_second_network(engine: Engine) -> None:
    image = decode(Photo(BIDEN.read_bytes()), ImageLimits())
    face = detect(image, engine).faces[0]
    recipe = EmbeddingRecipe(engine.card.id, NONE, views=1)
    prepared = recipe.prepared(engine)
    assert (prepared.first, prepared.second) == (engine.first, engine.second)
    own, cut = (each.chip(image, face, engine) for each in (EmbeddingRecipe("any"), recipe))
    assert own.second_views is not None
    assert cut.second_views is not None
    assert (own.second_views == cut.second_views).all()
    assert (own.views != cut.views).any()


def test_the_smallest_quality_is_worse_than_the_best() -> None:
    photo = portrait(OBAMA)
    sizes = [
        len(encoded(by_name(f"JPEG, quality {quality}")(photo, FACE, 0), quality=95))
        for quality in (50, 10)
    ]
    assert sizes[1] < sizes[0]
