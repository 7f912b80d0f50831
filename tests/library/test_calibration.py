"""What distances stand for: the shipped calibrations, and what is wrong with others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from facecompare.config import Settings
from facecompare.engines.calibration import Calibration, ErrorRate, interpretation_of
from facecompare.engines.calibration_files import (
    SHIPPED,
    calibration_path,
    calibration_text,
    find_calibration,
    read_calibration,
)
from facecompare.engines.cards import engine_card
from facecompare.engines.catalogue import offered_cards
from facecompare.errors import CalibrationUnusable, FmrNotCalibrated
from facecompare.model_store.files import ModelFolder
from tests.support.pictures import BIDEN, OBAMA, OBAMA2

MADE_UP = Calibration(
    engine="dlib-fast",
    model_digest="d" * 64,
    source="made up",
    genuine=10,
    impostor=10,
    scores=((0.0, 100.0), (0.5, 50.0), (1.0, 0.0)),
    false_matches=(
        ErrorRate(0.4, 0.0, 0.0, 0.001),
        ErrorRate(0.5, 0.001, 0.0005, 0.002),
        ErrorRate(0.6, 0.01, 0.008, 0.012),
    ),
)


@pytest.fixture(params=sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Calibration:
    return read_calibration(request.param)


def test_the_engines_that_are_offered_by_default_are_calibrated() -> None:
    offered = {card.id for card in offered_cards(Settings.from_env({"FACECOMPARE_ACCESS": "keys"}))}
    assert {path.stem for path in SHIPPED.glob("*.json")} == offered


def test_a_shipped_calibration_is_of_the_shipped_weights(
    shipped: Calibration, models_dir: Path
) -> None:
    models = ModelFolder.at(models_dir)
    assert shipped.model_digest == models.digest(engine_card(shipped.engine).models)


def test_scores_fall_and_false_match_rates_rise_with_the_distance(shipped: Calibration) -> None:
    distances = [step / 200 for step in range(300)]
    scores = [shipped.score_of(distance) for distance in distances]
    fmrs = [shipped.fmr_at(distance) for distance in distances]
    assert scores == sorted(scores, reverse=True)
    assert fmrs == sorted(fmrs)
    assert (scores[0], scores[-1]) == (100.0, 0.0)
    assert (fmrs[0], fmrs[-1]) == (0.0, pytest.approx(1.0, abs=0.05))
    for row in shipped.false_matches:
        assert row.low <= row.share <= row.high


@pytest.mark.parametrize("far", [0.1, 0.01, 0.001, 0.0001])
def test_a_threshold_for_a_false_match_rate_has_that_rate(shipped: Calibration, far: float) -> None:
    assert shipped.fmr_at(shipped.threshold_for(far)) == pytest.approx(far, rel=1e-6)


def test_values_lie_on_straight_lines() -> None:
    assert MADE_UP.score_of(0.25) == 75.0
    assert MADE_UP.score_of(7) == 0.0
    assert MADE_UP.fmr_at(0.55) == pytest.approx(0.0055)
    assert MADE_UP.threshold_for(0.0055) == pytest.approx(0.55)
    assert MADE_UP.fmr_at(0.1) == 0.0


@pytest.mark.parametrize("far", [0.0001, 0.02])
def test_a_rate_that_was_not_measured_is_refused(far: float) -> None:
    with pytest.raises(FmrNotCalibrated, match=r"rates from 0\.001 to 0\.01 that"):
        MADE_UP.threshold_for(far)


def test_without_a_calibration_nothing_is_claimed() -> None:
    assert set(interpretation_of(None, 0.3, 0.5).__class__.__slots__)
    assert interpretation_of(None, 0.3, 0.5).score is None


def test_an_installation_s_own_calibration_goes_first(tmp_path: Path) -> None:
    own = calibration_path(tmp_path, "dlib-fast")
    own.parent.mkdir()
    own.write_text(calibration_text(MADE_UP))
    assert find_calibration("dlib-fast", MADE_UP.model_digest, tmp_path) == MADE_UP


def test_its_file_keeps_the_keys_that_it_has_had_from_the_start() -> None:
    written = json.loads(calibration_text(MADE_UP))
    [shipped] = {frozenset(json.loads(path.read_text())) for path in SHIPPED.glob("*.json")}
    assert written.keys() | {"references"} == shipped  # there since 0.9, where there are some
    assert written["false_accepts"][0].keys() == {"threshold", "share", "low", "high"}


def test_a_foreign_calibration_is_refused(tmp_path: Path) -> None:
    own = calibration_path(tmp_path, "dlib-fast")
    own.parent.mkdir()
    for foreign in (
        replace(MADE_UP, engine="dlib-accurate"),
        replace(MADE_UP, model_digest="e" * 64),
    ):
        own.write_text(calibration_text(foreign))
        with pytest.raises(CalibrationUnusable, match="was measured with"):
            find_calibration("dlib-fast", "d" * 64, tmp_path)


def test_a_shipped_calibration_of_other_weights_is_passed_over(tmp_path: Path) -> None:
    assert find_calibration("dlib-fast", "e" * 64, tmp_path) is None
    assert find_calibration("no-such-engine", "e" * 64, tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"scores": 5}),
        calibration_text(replace(MADE_UP, scores=((0.0, 1.0), (0.5, 50.0)))),
        calibration_text(replace(MADE_UP, scores=())),
        calibration_text(replace(MADE_UP, false_matches=MADE_UP.false_matches[::-1])),
    ],
)
def test_a_damaged_calibration_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dlib-fast.json"
    path.write_text(text)
    with pytest.raises(CalibrationUnusable, match=r"dlib-fast\.json holds no calibration"):
        read_calibration(path)


def compare(client: TestClient, other: Path, **fields: str) -> dict[str, Any]:
    files = {"image1": OBAMA.read_bytes(), "image2": other.read_bytes()}
    answer: dict[str, Any] = client.post("/api/compare", files=files, data=fields).json()
    return answer


def test_answers_say_what_the_distance_stands_for(client: TestClient) -> None:
    near, far = compare(client, OBAMA2), compare(client, BIDEN)
    assert near["score"] > 99 > 1 > far["score"]
    assert near["fmr_at_distance"] < 0.0001 < 0.3 < far["fmr_at_distance"]
    assert near["fmr_at_threshold"] == far["fmr_at_threshold"] == pytest.approx(0.0004, abs=0.0002)


def test_a_caller_may_ask_for_a_false_match_rate(client: TestClient) -> None:
    answer = compare(client, OBAMA2, fmr="0.001")
    assert answer["threshold"] == 0.5
    assert 0.6 < answer["combined_threshold"] < 0.65
    assert answer["fmr_at_threshold"] == pytest.approx(0.001, rel=0.01)
    files = {name: OBAMA.read_bytes() for name in ("anchor", "image1", "image2")}
    predicted = client.post("/api/predict", files=files, data={"fmr": "0.01"}).json()
    assert 0.65 < predicted["combined_threshold"] < 0.75
    assert predicted["image1"]["score"] == 100.0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"fmr": "0"}, "bad_field"),
        ({"fmr": "1"}, "bad_field"),
        ({"fmr": "often"}, "bad_field"),
        ({"fmr": "0.0000001"}, "far_not_calibrated"),
        ({"fmr": "0.999"}, "far_not_calibrated"),
        ({"fmr": "0.001", "threshold": "0.5"}, "bad_field"),
        ({"fmr": "0.001", "engine": "dlib-reference"}, "far_not_calibrated"),
    ],
)
def test_a_false_accept_rate_that_cannot_be_had_is_told(
    client: TestClient, fields: dict[str, str], code: str
) -> None:
    assert compare(client, OBAMA2, **fields)["code"] == code
