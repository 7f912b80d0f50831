"""Which faces are compared: by a policy for each photo, by place, or each against each."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageFilter

from facecompare.cli.cautions import other_faces
from facecompare.cli.main import main
from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines.calibration import Doubt
from facecompare.engines.calibration_files import SHIPPED, read_calibration
from facecompare.engines.protocol import Engine
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.predict import predict
from facecompare.results.schemas import FaceResponse, PhotoResponse
from facecompare.service import FaceService
from tests.support import pictures

OBAMA, OBAMA2 = (Photo(path.read_bytes()) for path in (pictures.OBAMA, pictures.OBAMA2))


GROUP = pictures.group_of(pictures.BIDEN, pictures.OBAMA2)
BEST = RequestOptions(face=FacePolicy.BEST_MATCH)
CALIBRATION = read_calibration(SHIPPED / "dlib-sface.json")


def test_best_match_finds_the_person_in_a_group(engine: Engine) -> None:
    assert not compare(OBAMA, Photo(GROUP), engine).match.same_person
    found = compare(OBAMA, Photo(GROUP), engine, BEST)
    assert found.match.same_person
    assert found.match.face_pairs == len(found.pairs) == 2
    distances = [pair.match.decisive[0] for pair in found.pairs]
    assert distances == sorted(distances)
    nearest = found.pairs[0]
    assert found.image2.faces[nearest.face2].compared
    assert [face.compared for face in found.image2.faces].count(True) == 1
    assert all(face.held for face in found.image2.faces)


def test_each_pair_has_the_distance_that_its_two_faces_have_alone(engine: Engine) -> None:
    for pair in compare(Photo(GROUP), Photo(GROUP), engine, BEST).pairs:
        faces = {"image1": pair.face1, "image2": pair.face2}
        alone = compare(Photo(GROUP), Photo(GROUP), engine, RequestOptions(faces=faces))
        assert alone.match.distance == pytest.approx(pair.match.distance, abs=1e-6)


def test_a_policy_may_be_of_one_photo_alone(engine: Engine) -> None:
    options = RequestOptions(faces={"image2": FacePolicy.BEST_MATCH})
    found = compare(Photo(GROUP), Photo(GROUP), engine, options)
    assert found.match.face_pairs == 2
    assert found.image1.compared is found.image1.faces[0]


def test_an_anchor_is_held_against_both_candidates(engine: Engine) -> None:
    found = predict(Photo(GROUP), OBAMA, Photo(pictures.BIDEN.read_bytes()), engine, BEST)
    assert [each.match.same_person for each in found.candidates] == [True, True]
    places = [each.pairs[0].face1 for each in found.candidates]
    assert sorted(places) == [0, 1]


THREE = {"anchor": pictures.OBAMA.read_bytes(), "image1": GROUP, "image2": OBAMA2.data}


def test_each_candidate_has_the_grey_zone_of_its_own_pairs(client: TestClient) -> None:
    data = {"face": "best-match"}
    told = client.post("/api/predict", files=THREE, data=data).json()
    zones = {}
    for name in ("image1", "image2"):
        alone = {"image1": THREE["anchor"], "image2": THREE[name]}
        found = client.post("/api/compare", files=alone, data=data).json()
        zones[name] = (found["uncertain_from"], found["uncertain_to"])
        assert (told[name]["uncertain_from"], told[name]["uncertain_to"]) == zones[name]
    assert zones["image1"] != zones["image2"]
    assert (told["uncertain_from"], told["uncertain_to"]) == zones[told["closer"]]


def test_the_command_line_tells_each_candidate_its_own_grey_zone(
    engine: Engine,
    settings: Settings,
    group: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photos = {name: Photo(data) for name, data in THREE.items()}
    told = FaceService(settings, None, [engine]).predict(photos, BEST)
    doubted = {
        name: replace(getattr(told, name), uncertain_because=Doubt.NEAR_THRESHOLD)
        for name in ("image1", "image2")
    }
    monkeypatch.setattr(FaceService, "predict", lambda *_: replace(told, **doubted))
    main(["predict", str(pictures.OBAMA), group, str(pictures.OBAMA2)])
    lines = [line for line in capsys.readouterr().err.splitlines() if "expected one below" in line]
    for line, (name, each) in zip(lines, doubted.items(), strict=True):
        assert f"anchor and {name}: " in line
        expected = f"one below {each.uncertain_from:.4f}, or {each.uncertain_to:.4f} or more"
        assert expected in line


@pytest.mark.parametrize("pairs", [2, 3, 9, 400])
def test_rates_and_scores_allow_for_the_number_of_pairs(pairs: int) -> None:
    of_many = CALIBRATION.of_nearest(pairs)
    for row, one in zip(of_many.false_matches, CALIBRATION.false_matches, strict=True):
        assert row.share == pytest.approx(1 - (1 - one.share) ** pairs)
        assert row.low <= row.share <= row.high <= 1
    for (_, score), (_, one_score) in zip(of_many.scores, CALIBRATION.scores, strict=True):
        assert score <= one_score
    assert of_many.grey_zone(0.598)[0] < CALIBRATION.grey_zone(0.598)[0]
    assert of_many.false_non_matches == CALIBRATION.false_non_matches


def test_one_pair_changes_nothing() -> None:
    assert CALIBRATION.of_nearest(1) is CALIBRATION


def asked(client: TestClient, files: dict[str, bytes], **fields: str) -> dict[str, Any]:
    response = client.post("/api/compare", files=files, data=fields)
    assert response.status_code == 200, response.text
    return dict(response.json())


PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": GROUP}


def test_the_api_tells_of_faces_that_were_not_compared(client: TestClient) -> None:
    one = asked(client, PAIR)
    assert (one["image1"]["not_compared"], one["image2"]["not_compared"]) == (0, 1)
    every = asked(client, PAIR, face="best-match")
    assert every["image2"]["not_compared"] == 0
    assert every["verdict"] == "same"
    assert len(every["pairs"]) == 2
    assert every["pairs"][0]["combined_distance"] == every["combined_distance"]
    assert every["pairs"][0]["score"] == every["score"]
    assert every["fmr_at_threshold"] == pytest.approx(CALIBRATION.of_nearest(2).fmr_at(0.598), 0.01)


@pytest.mark.parametrize("name", ["face2", "image2_face"])
@pytest.mark.parametrize("chosen", ["1", "best-match"])
def test_a_photo_s_face_is_chosen_by_place_or_policy(
    client: TestClient, name: str, chosen: str
) -> None:
    assert asked(client, PAIR, **{name: chosen})["verdict"] == "same"


def test_an_unknown_policy_of_a_photo_is_refused(client: TestClient) -> None:
    response = client.post("/api/compare", files=PAIR, data={"face2": "nicest"})
    assert (response.status_code, response.json()["code"]) == (400, "bad_field")
    assert "best-match" in response.json()["message"]


@pytest.fixture
def group(tmp_path: Path) -> str:
    path = tmp_path / "group.jpg"
    path.write_bytes(GROUP)
    return str(path)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--face2", "1"), 0),
        (("--face2", "best-match"), 0),
        (("--face", "best-match"), 0),
        (("--face", "best-match", "--face2", "0"), 1),
        (("--face", "only-one"), 2),
        (("--face2", "7"), 2),
        (("--face2", "nicest"), 2),
    ],
)
def test_the_command_line_chooses_faces_too(
    group: str, options: tuple[str, ...], code: int
) -> None:
    assert main(["compare", str(pictures.OBAMA), group, *options]) == code


def test_the_command_line_tells_of_other_faces_and_of_pairs(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["compare", str(pictures.OBAMA), group])
    assert "image2: found 2 faces and compared face 0" in capsys.readouterr().err
    main(["compare", str(pictures.OBAMA), group, "--face", "best-match"])
    printed = capsys.readouterr()
    assert "image1 face 0, image2 face 1: 0." in printed.out
    assert "not compared" not in printed.err


@pytest.mark.parametrize(
    ("command", "names", "option"),
    [
        (("compare", "{group}", "{other}"), "image1", "--face1"),
        (("compare", "{other}", "{group}"), "image2", "--face2"),
        (("predict", "{group}", "{other}", "{other}"), "anchor", "--face-anchor"),
        (("predict", "{other}", "{other}", "{group}"), "image2", "--face2"),
        (("find", "{group}", "{other}"), "reference", "--face-reference"),
    ],
)
@pytest.mark.parametrize("already", [(), ("--face", "most-central"), ("{option}", "0")])
def test_what_is_advised_for_other_faces_can_be_done(
    group: str,
    command: tuple[str, ...],
    names: str,
    option: str,
    already: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = [part.format(group=group, other=pictures.OBAMA) for part in command]
    main([*asked, *(part.format(option=option) for part in already)])
    told = [line for line in capsys.readouterr().err.splitlines() if "faces" in line]
    advice = f"choose another one with {option}, or all with {option} best-match"
    assert [(line.split(": ")[1], line.endswith(advice)) for line in told] == [(names, True)]
    for followed in ("1", "best-match"):
        main([*asked, option, followed])
        told = [line for line in capsys.readouterr().err.splitlines() if "faces" in line]
        assert [f"compared face {followed}" in line for line in told] == [True] * (followed == "1")


@pytest.fixture
def one_unfit(tmp_path: Path) -> str:
    """A group in which one face is blurred."""
    picture = Image.open(BytesIO(GROUP))
    left, top, right, bottom = picture.width // 2, 0, picture.width, picture.height
    blurred = picture.crop((left, top, right, bottom)).filter(ImageFilter.GaussianBlur(3))
    picture.paste(blurred, (left, top))
    path = tmp_path / "unfit.png"
    picture.save(path)
    return str(path)


def test_where_all_faces_are_held_nobody_is_advised_to_hold_them(
    one_unfit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compare", str(pictures.OBAMA), one_unfit, "--min-quality", "refuse"]
    for policy in (("--face", "best-match"), ("--face2", "best-match")):
        main([*command, *policy])
        (line,) = [each for each in capsys.readouterr().err.splitlines() if "faces" in each]
        assert line.endswith("; let unfit ones be compared too, with --min-quality warn")
    main([*command[:-1], "warn", "--face", "best-match"])
    assert "expected one face" not in capsys.readouterr().err


def test_where_there_are_too_many_faces_one_is_chosen(client: TestClient) -> None:
    photo = PhotoResponse(**asked(client, PAIR)["image2"])
    faces = [FaceResponse(**each) for each in photo.faces for _ in range(20)]  # type: ignore[arg-type]
    many = replace(photo, faces=faces, not_compared=20)
    told = other_faces("image2", many, BEST, alone=True)
    assert told.endswith("; crop the photo, or choose one with --face2")


def test_a_batch_holds_all_faces_too(
    group: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs, rows = tmp_path / "pairs.csv", []
    pairs.write_text(f"image1,image2\n{pictures.OBAMA},{group}\n")
    for policy in ("best-match", "largest"):
        out = tmp_path / f"{policy}.csv"
        assert main(["batch", str(pairs), "--out", str(out), "--face", policy]) == 0
        rows += list(csv.DictReader(out.read_text().splitlines()))
    best, largest = rows
    assert (best["verdict"], best["face_pairs"], best["not_compared"]) == ("same", "2", "0")
    assert (largest["face_pairs"], largest["not_compared"]) == ("1", "1")
    capsys.readouterr()
    assert main(["compare", str(pictures.OBAMA), group, "--face", "best-match", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert float(best["distance"]) == pytest.approx(alone["distance"], abs=1e-6)
    assert float(best["score"]) == alone["score"]


def test_the_log_says_how_many_pairs_were_tried(client: TestClient) -> None:
    found = asked(client, PAIR, face="best-match")
    record = client.get(f"/api/comparisons/{found['comparison_id']}").json()
    assert record["face_pairs"] == 2
