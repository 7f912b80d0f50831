"""Several photos of one person as one reference."""

from __future__ import annotations

import csv
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from facecompare.batches.chunk import Chunk
from facecompare.batches.packed_manifest import lines_range, offsets_range, pack_manifest, pairs_in
from facecompare.batches.pairs_file import read_pairs
from facecompare.cli.main import main
from facecompare.compare import compare, embed_photo
from facecompare.engines.calibration_files import SHIPPED, read_calibration
from facecompare.engines.protocol import Engine
from facecompare.engines.thresholds import requested_thresholds
from facecompare.errors import BadField, BadManifest, FmrNotCalibrated, NoFace
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.references import reference_trials
from facecompare.options import MAX_REFERENCE_PHOTOS, FacePolicy, RequestOptions, reference_names
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import decisive_threshold, distances_between, fused
from facecompare.predict import predict
from tests.support import pictures

OBAMA, OBAMA2, BIDEN = (
    Photo(path.read_bytes()) for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
)
MIRRORED = Photo(
    pictures.encoded(
        pictures.portrait().transpose(Image.Transpose.FLIP_LEFT_RIGHT), "JPEG", quality=92
    )
)  # a third photo of the same person
BOTH = [OBAMA, MIRRORED]


def test_the_reference_is_the_mean_of_its_embeddings(engine: Engine) -> None:
    found = compare(BOTH, OBAMA2, engine)
    card = engine.card
    one, other, probe = (embed_photo(each, engine).values for each in (*BOTH, OBAMA2))
    first = card.first_dimension
    mean = np.concatenate(
        [
            (one[:first] + other[:first]) / 2,
            sum(each[first:] / np.linalg.norm(each[first:]) for each in (one, other)) / 2,
        ]
    )
    expected = distances_between(mean.astype(np.float32), probe, card)
    assert found.match.distance == pytest.approx(expected.first, abs=1e-6)
    assert found.match.combined_distance == pytest.approx(expected.decisive, abs=1e-6)
    assert found.match.reference_photos == 2
    assert len(found.further) == 1


def test_one_photo_as_a_list_is_the_photo(engine: Engine) -> None:
    assert compare([OBAMA], OBAMA2, engine).match == compare(OBAMA, OBAMA2, engine).match


def test_more_photos_bring_the_person_nearer(engine: Engine) -> None:
    alone = [compare(each, OBAMA2, engine).match.distance for each in BOTH]
    assert compare(BOTH, OBAMA2, engine).match.distance < max(alone)
    assert not compare(BOTH, BIDEN, engine).match.same_person


def test_an_anchor_may_be_several_photos(engine: Engine) -> None:
    found = predict(BOTH, BIDEN, OBAMA2, engine)
    assert found.closer == "image2"
    assert found.image2.match == compare(BOTH, OBAMA2, engine).match


def test_the_error_names_the_photo(engine: Engine) -> None:
    with pytest.raises(NoFace) as caught:
        compare([OBAMA, Photo(pictures.plain())], OBAMA2, engine)
    assert caught.value.image == "image1_2"


def test_how_many_photos_and_which_faces_are_accepted(engine: Engine) -> None:
    for count in (0, MAX_REFERENCE_PHOTOS + 1):
        with pytest.raises(BadField, match=f"found {count} photos"):
            compare([OBAMA] * count, OBAMA2, engine)
    options = RequestOptions(faces={"image1_2": FacePolicy.BEST_MATCH})
    with pytest.raises(BadField, match="one of 2 photos of one person"):
        compare(BOTH, OBAMA2, engine, options)
    # For all photos, best-match is of the probe's faces; of a reference's the largest is taken.
    group = Photo(pictures.group(pictures.BIDEN, pictures.OBAMA2))
    found = compare(BOTH, group, engine, RequestOptions(face=FacePolicy.BEST_MATCH))
    assert (found.match.same_person, found.match.face_pairs) == (True, 2)


CALIBRATED = sorted(SHIPPED.glob("*.json"))


@pytest.mark.parametrize("path", CALIBRATED, ids=lambda path: path.stem)
def test_every_calibration_has_every_number_of_photos(path: Path) -> None:
    calibration = read_calibration(path)
    photos = [each.photos for each in calibration.references]
    assert photos == list(range(2, MAX_REFERENCE_PHOTOS + 1))
    for count in photos:
        several = calibration.of_reference(count)
        assert several is not None
        # Strangers are nearer to a mean of photos: the same rate has a nearer threshold.
        assert several.threshold_for(0.001) < calibration.threshold_for(0.001)
    assert calibration.of_reference(1) is calibration
    assert calibration.of_reference(MAX_REFERENCE_PHOTOS + 1) is None


def files(*photos: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("image1", ("photo.jpg", each)) for each in photos]


PROBE = ("image2", ("probe.jpg", pictures.OBAMA2.read_bytes()))


def answers(client: TestClient) -> list[dict[str, Any]]:
    """The same two reference photos in each way that a request may have them."""
    data = [each.data for each in BOTH]
    texts = [b64encode(each).decode() for each in data]
    probe = b64encode(pictures.OBAMA2.read_bytes()).decode()
    named = [("image1", ("a.jpg", data[0])), ("image1_2", ("b.jpg", data[1])), PROBE]
    responses = [
        client.post("/api/compare", files=[*files(*data), PROBE]),
        client.post("/api/compare", files=named),
        client.post("/api/compare", json={"image1": texts, "image2": probe}),
        client.post(
            "/api/compare", json={"image1": texts[0], "image1_2": texts[1], "image2": probe}
        ),
    ]
    assert {each.status_code for each in responses} == {200}, [each.text for each in responses]
    return [each.json() for each in responses]


def test_the_api_takes_them_in_every_way_alike(client: TestClient, engine: Engine) -> None:
    found = answers(client)
    expected = compare(BOTH, OBAMA2, engine).match
    for each in found:
        assert each["distance"] == pytest.approx(expected.distance, abs=1e-6)
        assert each["reference_photos"] == 2
        assert len(each["further"]) == 1
        assert each["verdict"] == "same"


def test_the_threshold_keeps_the_false_match_rate(client: TestClient, engine: Engine) -> None:
    calibration = read_calibration(SHIPPED / "dlib-sface.json")
    of_one = decisive_threshold(engine.card)
    found = answers(client)[0]
    assert found["combined_threshold"] < of_one
    assert found["fmr_at_threshold"] == pytest.approx(calibration.fmr_at(of_one), rel=0.02)
    asked = client.post(
        "/api/compare", files=[*files(OBAMA.data, MIRRORED.data), PROBE], data={"fmr": "0.001"}
    ).json()
    several = calibration.of_reference(2)
    assert several is not None
    assert asked["combined_threshold"] == pytest.approx(several.threshold_for(0.001))


def test_a_rate_without_its_calibration_is_refused(client: TestClient, engine: Engine) -> None:
    calibration = read_calibration(SHIPPED / "dlib-sface.json")
    with pytest.raises(FmrNotCalibrated, match="for 6 photos"):
        requested_thresholds(None, 0.001, engine.card, calibration, 6)
    assert requested_thresholds(None, None, engine.card, None, 2) == (None, 0.598)


WRONG = {(400, "bad_field"), (400, "missing_image")}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([*files(*[b"x"] * 6), PROBE], "found 6 photos as image1"),
        ([*files(b"x"), PROBE, PROBE], "found image2 more than once"),
        ([*files(b"x"), ("image1_3", ("c.jpg", b"z")), PROBE], "found no image1_2"),
        ([*files(b"x", b"y"), ("image1_2", ("c.jpg", b"z")), PROBE], "image1_2 more than once"),
    ],
)
def test_too_many_photos_and_two_probes_are_refused(
    client: TestClient, sent: Any, words: str
) -> None:
    response = client.post("/api/compare", files=sent)
    assert (response.status_code, response.json()["code"]) in WRONG
    assert words in response.json()["message"]


def test_the_record_has_every_photo_s_hash_and_its_key_is_one_request_s(
    client: TestClient,
) -> None:
    headers = {"Idempotency-Key": "one"}
    sent = [*files(OBAMA.data, MIRRORED.data), PROBE]
    first = client.post("/api/compare", files=sent, headers=headers).json()
    record = client.get(f"/api/comparisons/{first['comparison_id']}").json()
    assert record["reference_photos"] == 2
    assert record["further_sha256"] == first["further"][0]["sha256"]
    other = [*files(OBAMA.data), PROBE]
    assert client.post("/api/compare", files=other, headers=headers).status_code == 422


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, str]:
    mirrored = tmp_path / "mirrored.jpg"
    mirrored.write_bytes(MIRRORED.data)
    return {"first": str(pictures.OBAMA), "second": str(mirrored), "probe": str(pictures.OBAMA2)}


def test_command_line_and_batch_say_what_the_api_says(
    client: TestClient, paths: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = answers(client)[0]
    command = ["compare", paths["first"], paths["probe"], "--also", paths["second"], "--json"]
    assert main(command) == 0
    printed = json.loads(capsys.readouterr().out)
    pairs, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    pairs.write_text(
        "image1,image2,image1_2,image1_3\n"
        f"{paths['first']},{paths['probe']},{paths['second']},\n"
        f"{paths['first']},{paths['probe']},,\n"
    )
    assert main(["batch", str(pairs), "--out", str(out)]) == 0
    two, one = csv.DictReader(out.read_text().splitlines())
    for name in ("distance", "combined_distance", "combined_threshold", "score"):
        assert printed[name] == pytest.approx(expected[name], abs=1e-6), name
        assert float(two[name]) == pytest.approx(expected[name], abs=1e-6), name
    assert (two["reference_photos"], one["reference_photos"]) == ("2", "1")
    assert float(one["combined_threshold"]) == 0.598


@pytest.mark.parametrize("policy", ["largest", "best-match"])
def test_a_batch_counts_the_faces_left_out_as_a_comparison_does(
    paths: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    group, pairs, out = (tmp_path / name for name in ("group.jpg", "pairs.csv", "out.csv"))
    group.write_bytes(pictures.group_of(pictures.OBAMA, pictures.BIDEN))
    lines = [("image1", "image1_2", "image2")]
    lines += [(paths["first"], str(group), paths["probe"]), (str(group), "", paths["probe"])]
    pairs.write_text("".join(f"{','.join(line)}\n" for line in lines))
    assert main(["batch", str(pairs), "--out", str(out), "--face", policy]) == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    for (first, also, probe), row in zip(lines[1:], rows, strict=True):
        capsys.readouterr()
        further = ["--also", also] if also else []
        assert main(["compare", first, probe, *further, "--face", policy, "--json"]) == 0
        alone = json.loads(capsys.readouterr().out)
        photos = (alone["image1"], *alone["further"], alone["image2"])
        assert int(row["not_compared"]) == sum(each["not_compared"] for each in photos)
    assert [row["not_compared"] for row in rows] == ["1", "0" if policy == "best-match" else "1"]


@pytest.fixture
def group(tmp_path: Path) -> str:
    """Another person's face is the larger one, so that the right one must be chosen."""
    path = tmp_path / "group.jpg"
    path.write_bytes(pictures.group_of(pictures.BIDEN, pictures.OBAMA))
    return str(path)


COMMANDS = {
    "image1": ("compare", "{first}", "{probe}", "--face1"),
    "anchor": ("predict", "{first}", "{probe}", str(pictures.BIDEN), "--face-anchor"),
    "reference": ("find", "{first}", "{probe}", "--face-reference"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_advised_for_a_reference_s_photo_can_be_done(
    paths: dict[str, str], group: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    *command, own = (part.format(**paths) for part in COMMANDS[name])
    in_group = [group if part == paths["first"] else part for part in command]
    for photos, further, photo, option in (
        (command, ("--also", group), f"{name}_2", "--face-also"),
        (command, ("--also", paths["second"], "--also", group), f"{name}_3", "--face-also"),
        (in_group, ("--also", paths["second"]), name, own),
    ):
        main([*photos, *further, "--face", "best-match"])
        (line,) = [each for each in capsys.readouterr().err.splitlines() if "faces" in each]
        assert line.startswith(f"warning: {photo}: found 2 faces and compared face 0")
        assert line.endswith(f"; choose another one with {option}")
        chosen = [option, "0"] if photo.endswith("_3") else []
        assert main([*photos, *further, *chosen, option, "1"]) == 0
        (line,) = [each for each in capsys.readouterr().err.splitlines() if "faces" in each]
        assert line.startswith(f"warning: {photo}: found 2 faces and compared face 1")


def test_a_face_is_chosen_for_photos_that_are_there(
    paths: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compare", paths["first"], paths["probe"], "--face-also", "0"]
    assert main(command) == 2
    assert "found 1 --face-also and 0 --also" in capsys.readouterr().err
    assert main([*command, "--also", paths["second"]]) == 0


def test_too_many_photos_on_the_command_line_are_refused(paths: dict[str, str]) -> None:
    also = [part for _ in range(5) for part in ("--also", paths["second"])]
    assert main(["compare", paths["first"], paths["probe"], *also]) == 2


def test_trials_are_fused_as_comparisons_are(engine: Engine) -> None:
    """What is measured is what is compared."""
    random = np.random.default_rng(0)
    size = engine.card.dimension
    embedded = {
        f"{person}/{number}.jpg": EmbeddingResult(
            random.normal(0, 0.1, size).astype(np.float32), "", "yunet", (), {}
        )
        for person in ("ann", "bob")
        for number in range(3)
    }
    trials = reference_trials(embedded, engine.card, 2)
    values = [each.values for each in embedded.values()]
    expected = distances_between(fused(values[:2], engine.card), values[2], engine.card).decisive
    assert np.abs(trials.genuine[0] - expected).min() < 1e-5
    assert [len(each) for each in trials.genuine] == [3, 3]
    assert [len(each) for each in trials.impostor] == [9, 9]


def test_the_names_of_a_reference_s_photos() -> None:
    assert reference_names("anchor")[:2] == ("anchor", "anchor_2")
    assert len(reference_names("anchor")) == MAX_REFERENCE_PHOTOS


def test_a_copy_is_no_further_photo(engine: Engine) -> None:
    for photos in ([OBAMA, OBAMA], [OBAMA, MIRRORED, Photo(OBAMA.data, "another name.jpg")]):
        with pytest.raises(BadField, match="one photo twice") as refused:
            compare(photos, OBAMA2, engine)
        assert refused.value.code == "bad_field"


def test_a_batch_names_the_photo_in_its_own_place_and_takes_no_copy(
    paths: dict[str, str], tmp_path: Path
) -> None:
    pairs, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    first, second, probe = paths["first"], paths["second"], paths["probe"]
    pairs.write_text(
        "image1,image1_2,image1_3,image2\n"
        f"{first},,missing.jpg,{probe}\n"
        f"{first}, ,,{probe}\n"
        f"{first},{second},{first},{probe}\n"
    )
    assert main(["batch", str(pairs), "--out", str(out)]) == 6
    missing, blank, copy = csv.DictReader(out.read_text().splitlines())
    assert missing["error_image"] == "image1_3"
    assert (blank["verdict"], blank["reference_photos"]) == ("same", "1")
    assert (copy["error_code"], copy["error_image"]) == ("bad_field", "image1_3")


def test_a_pairs_field_that_comes_twice_is_refused() -> None:
    line = '{"image1": "a.jpg", "image1": "b.jpg", "image2": "c.jpg"}\n'
    with pytest.raises(BadManifest, match="line 1 has the fields image1, image1, image2"):
        list(read_pairs([line]))


def test_a_packed_manifest_keeps_the_places_of_photos() -> None:
    names = [f"uploads/{number:032x}" for number in range(3)]
    text = "image1,image1_2,image1_3,image2\n{},,{},{}\n".format(*names)
    packed = pack_manifest(text, "bucket", any_key=False, photo_limit=9)
    chunk = Chunk("batch", 1, 1)
    start, end = offsets_range(chunk)
    offsets = packed.data[start : end + 1]
    begin, last = lines_range(offsets, packed.total)
    [pair] = pairs_in(chunk, offsets, packed.data[begin : last + 1])
    assert pair.photos == {"image1": names[0], "image1_3": names[1], "image2": names[2]}
