"""The story, with real photos and real networks."""

from __future__ import annotations

import threading

import pytest

from facecompare.compare import compare, detect_faces, embed_photo
from facecompare.engines.protocol import Engine
from facecompare.errors import BadThreshold, EngineFault, InputError, NoFace
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.predict import predict
from tests.support import pictures
from tests.support.fake_engine import FakeEngine, found


def photo(data: bytes) -> Photo:
    return Photo(data)


OBAMA, OBAMA2, BIDEN = (
    Photo(path.read_bytes(), path.name)
    for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
)


def test_two_photos_of_one_person_match(engine: Engine) -> None:
    match = compare(OBAMA, OBAMA2, engine).match
    assert match.same_person
    assert 0.25 < match.distance < 0.45


def test_photos_of_two_people_do_not_match(engine: Engine) -> None:
    match = compare(OBAMA, BIDEN, engine).match
    assert not match.same_person
    assert match.distance > 0.7


def test_a_photo_matches_itself_at_no_distance(engine: Engine) -> None:
    assert compare(OBAMA, OBAMA, engine).match.distance == 0


def test_swapping_the_photos_changes_nothing(engine: Engine) -> None:
    there, back = compare(OBAMA, BIDEN, engine), compare(BIDEN, OBAMA, engine)
    assert there.match == back.match


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_rotated_by_exif_matches_its_original(engine: Engine, orientation: int) -> None:
    rotated = photo(pictures.stored_with_orientation(orientation))
    assert compare(OBAMA, rotated, engine).match.distance < 0.2


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_with_rotated_pixels_and_no_exif_matches_its_original(
    engine: Engine, turns: int
) -> None:
    turned = pictures.portrait().rotate(90 * turns, expand=True)
    rotated = photo(pictures.encoded(turned, "JPEG", quality=92))
    assert compare(OBAMA, rotated, engine).match.distance < 0.2


def test_the_threshold_of_the_caller_decides(engine: Engine) -> None:
    strict = compare(OBAMA, OBAMA2, engine, RequestOptions(threshold=0.2))
    assert (strict.match.same_person, strict.match.threshold) == (False, 0.2)


def test_a_bad_threshold_is_refused_before_any_photo_is_looked_at() -> None:
    with pytest.raises(BadThreshold):
        compare(photo(b""), photo(b""), FakeEngine(), RequestOptions(threshold=-1))


def test_one_thread_and_two_give_the_same_answer(engine: Engine) -> None:
    one, two = (
        compare(OBAMA, BIDEN, engine, RequestOptions(threads=threads)) for threads in (1, 2)
    )
    assert one.match == two.match


def test_the_error_says_which_photo_it_is_about(engine: Engine) -> None:
    with pytest.raises(NoFace) as caught:
        compare(OBAMA, photo(pictures.plain()), engine)
    assert caught.value.image == "image2"


def test_of_two_bad_photos_the_first_is_reported(engine: Engine) -> None:
    with pytest.raises(InputError) as caught:
        compare(photo(b""), photo(b"text"), engine)
    assert (caught.value.code, caught.value.image) == ("empty_image", "image1")


def test_all_faces_of_a_group_are_reported_and_one_is_compared(engine: Engine) -> None:
    report = compare(OBAMA, photo(pictures.group(pictures.OBAMA, pictures.BIDEN)), engine).image2
    assert [face.compared for face in report.faces].count(True) == 1
    assert len(report.faces) == 2


def test_every_stage_is_timed(engine: Engine) -> None:
    timing = compare(OBAMA, OBAMA2, engine).timing
    assert all(milliseconds > 0 for milliseconds in timing.stages_ms.values())
    assert 0 < timing.total_ms <= sum(timing.stages_ms.values()) + 50


def test_prediction_names_the_closer_candidate(engine: Engine) -> None:
    assert predict(OBAMA, BIDEN, OBAMA2, engine).closer == "image2"
    assert predict(OBAMA, OBAMA2, BIDEN, engine).closer == "image1"


def test_prediction_gives_the_distances_of_two_comparisons(engine: Engine) -> None:
    prediction = predict(OBAMA, OBAMA2, BIDEN, engine)
    assert prediction.image1.match == compare(OBAMA, OBAMA2, engine).match
    assert prediction.image2.match == compare(OBAMA, BIDEN, engine).match


def test_detection_embeds_nothing() -> None:
    def refuse(_chips: object) -> None:
        raise AssertionError("embedded")

    engine = FakeEngine(lambda _: [found(100, 100, 200)], embed=refuse)  # type: ignore[arg-type]
    assert len(detect_faces(OBAMA, engine).faces) == 1


def test_an_embedding_of_no_numbers_is_a_fault_of_the_engine() -> None:
    import numpy as np

    engine = FakeEngine(
        lambda _: [found(100, 100, 200)], embed=lambda chips: np.full((len(chips), 128), np.nan)
    )
    with pytest.raises(EngineFault, match="models verify"):
        embed_photo(OBAMA, engine)


def test_68_landmarks_are_found_where_the_five_are(engine: Engine) -> None:
    (face,) = detect_faces(OBAMA, engine, RequestOptions(landmarks68=True)).faces
    assert face.landmarks68 is not None
    eye_corners = face.landmarks68[[45, 42, 36, 39]]
    assert abs(eye_corners - face.face.landmarks5[:4]).max() < 8


def test_many_threads_give_the_distances_that_one_gives(engine: Engine) -> None:
    pairs = [(OBAMA, OBAMA2), (OBAMA, BIDEN), (OBAMA2, BIDEN)]
    alone = [compare(*pair, engine).match.distance for pair in pairs]
    together: list[list[float]] = [[] for _ in range(6)]

    def work(answers: list[float]) -> None:
        for _ in range(3):
            answers.extend(compare(*pair, engine).match.distance for pair in pairs)

    threads = [threading.Thread(target=work, args=(answers,)) for answers in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone * 3] * 6
