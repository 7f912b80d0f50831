"""One verdict, decided once: where its grey zone is, and that every output has the same word.

The engines here are made up, and the distances are generated; what is between them and the word is
the product's own.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import math
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import facecompare
from facecompare.api.app import local_app
from facecompare.batches.pair_result import PairResult
from facecompare.cli.main import main
from facecompare.cli.output import VERDICT_WORDS
from facecompare.cli.photos import VERDICT_CODES
from facecompare.config import Settings
from facecompare.engines.calibration import (
    Calibration,
    Doubt,
    Interpretation,
    Verdict,
    interpretation_of,
)
from facecompare.engines.calibration_files import SHIPPED, calibration_text, read_calibration
from facecompare.engines.cards import DLIB_SFACE, engine_card
from facecompare.engines.protocol import EngineCard
from facecompare.pipeline.match import Distances, Match, decisive_threshold
from facecompare.records.record import ComparisonRecord
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.results.schemas import CandidateResponse, ComparisonResponse, PredictionResponse
from facecompare.service import FaceService
from tests.support import pictures
from tests.support.fake_engine import FakeEngine, found
from tests.support.records import record

THRESHOLDS = (0.05, 0.30006, 0.5, 0.598, 0.65, 0.70004, 1.3)


@pytest.fixture(params=sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def calibration(request: pytest.FixtureRequest) -> Calibration:
    return read_calibration(request.param)


def around(*places: float) -> Iterator[float]:
    """Each place, and the next numbers below and above it."""
    for place in places:
        yield from (math.nextafter(place, 0), place, math.nextafter(place, 2))


# --- the zone


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_zone_is_between_the_threshold_and_the_scores_of_90_and_10(
    calibration: Calibration, threshold: float
) -> None:
    begin, end = calibration.grey_zone(threshold)
    assert begin <= threshold <= end
    if begin < threshold:
        assert calibration.score_of(begin) == pytest.approx(90, abs=0.2)
    if end > threshold:
        assert calibration.score_of(end) == pytest.approx(10, abs=0.2)
    assert calibration.score_of(math.nextafter(begin, 0)) >= 89.8
    assert calibration.score_of(end) <= 10.2


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_same_below_the_zone_uncertain_in_it_different_from_its_end_on(
    calibration: Calibration, threshold: float
) -> None:
    begin, end = calibration.grey_zone(threshold)
    for distance in (*(step / 500 for step in range(1001)), *around(begin, threshold, end)):
        told = interpretation_of(calibration, distance, threshold)
        assert (told.uncertain_from, told.uncertain_to) == (begin, end)
        assert told.verdict is expected(distance, told)
        assert (told.uncertain_because is None) is (told.verdict is not Verdict.UNCERTAIN)
        # Neither word contradicts the plain threshold.
        assert told.verdict is not Verdict.SAME or distance < threshold
        assert told.verdict is not Verdict.DIFFERENT or distance >= threshold


def expected(distance: float, told: Interpretation) -> Verdict:
    if distance < told.uncertain_from:
        return Verdict.SAME
    return Verdict.UNCERTAIN if distance < told.uncertain_to else Verdict.DIFFERENT


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_without_a_calibration_there_is_no_zone(threshold: float) -> None:
    for distance in around(threshold):
        told = interpretation_of(None, distance, threshold)
        assert (told.uncertain_from, told.uncertain_to) == (threshold, threshold)
        assert (told.verdict is Verdict.SAME) is (distance < threshold)
        assert told.verdict is not Verdict.UNCERTAIN
        assert told.fnmr_at_distance is told.fmr_at_distance is told.score is None


@pytest.mark.parametrize("known", [True, False])
def test_networks_that_contradict_each_other_are_uncertain_at_any_distance(
    calibration: Calibration, known: bool
) -> None:
    for distance in (0.0, 0.5, 0.6, 1.2):
        told = interpretation_of(calibration if known else None, distance, 0.6, contradiction=True)
        assert told.verdict is Verdict.UNCERTAIN
        assert told.uncertain_because is Doubt.NETWORKS_CONTRADICT


def test_false_non_match_rates_fall_with_the_distance(calibration: Calibration) -> None:
    rates = [calibration.fnmr_at(step / 200) for step in range(400)]
    known = [rate for rate in rates if rate is not None]
    assert len(known) == len(rates)
    assert known == sorted(known, reverse=True)
    assert (known[0] > 0.75, known[-1]) == (True, 0.0)
    for row in calibration.false_non_matches:
        assert row.low <= row.share <= row.high


def test_a_calibration_of_an_older_version_has_no_false_non_match_rate(
    calibration: Calibration, tmp_path: Path
) -> None:
    older = json.loads(calibration_text(calibration))
    del older["false_non_matches"]
    path = tmp_path / "older.json"
    path.write_text(json.dumps(older))
    read = read_calibration(path)
    assert read == replace(calibration, false_non_matches=())
    told = interpretation_of(read, 0.8, 0.6)
    assert (told.fnmr_at_distance, told.verdict) == (None, Verdict.DIFFERENT)


# --- what was kept before there was a verdict


@pytest.mark.parametrize(
    ("same", "contradiction", "verdict", "doubt"),
    [
        (True, False, "same", None),
        (False, False, "different", None),
        (True, True, "uncertain", "networks_contradict"),
        (False, True, "uncertain", "networks_contradict"),
    ],
)
def test_older_records_and_results_have_the_word_of_what_they_hold(
    same: bool, contradiction: bool, verdict: str, doubt: str | None
) -> None:
    kept = record(1, same_person=same, uncertain=contradiction)
    row = PairResult(1, "a", "b", same_person=same, uncertain=contradiction)
    for each in (kept, row):
        assert (each.verdict, each.uncertain_because) == (verdict, doubt)
    assert PairResult(*astuple(row)[:-2]) == row  # as a batch of an older version is kept
    assert PairResult(1, "a", "b", error_code="no_face").verdict is None


# --- every output


def dataclasses_of_the_package() -> set[type]:
    modules = pkgutil.walk_packages(facecompare.__path__, "facecompare.")
    names = [each.name for each in modules if not each.name.endswith("__main__")]
    contents = [vars(importlib.import_module(name)).values() for name in names]
    return {
        each
        for content in contents
        for each in content
        if isinstance(each, type) and is_dataclass(each)
    }


# What the tests at the end of this file read, by what it is made of.
OUTPUTS = (
    ComparisonResponse,
    PredictionResponse,
    CandidateResponse,
    ComparisonRecord,
    PairResult,
)


def test_whatever_says_same_person_has_the_verdict_beside_it() -> None:
    named = {each: {field.name for field in fields(each)} for each in dataclasses_of_the_package()}
    telling = {each for each, names in named.items() if "same_person" in names}
    worded = {each for each, names in named.items() if "verdict" in names}
    # A match is what the verdict is made of.
    assert telling - worded == {Match}
    assert worded - telling == {Interpretation}
    assert telling & worded == set(OUTPUTS)


@dataclass(frozen=True)
class Case:
    """One pair of an engine: its distances, and the options of the request."""

    card: EngineCard
    distances: Distances
    threshold: float | None = None

    @property
    def options(self) -> dict[str, str]:
        return {"threshold": repr(self.threshold)} if self.threshold else {}


ONE_CALIBRATED, TWO = engine_card("dlib-fast"), engine_card(DLIB_SFACE)
UNCALIBRATED = engine_card("dlib-reference")
GRID = tuple(step / 20 for step in range(1, 25))


def zone_of(card: EngineCard, threshold: float | None) -> tuple[float, ...]:
    """The threshold that decides, and the places at which the verdict changes."""
    alone = threshold is not None and card.second is not None
    path = SHIPPED / f"{card.second.first_id if alone and card.second else card.id}.json"
    threshold = threshold or decisive_threshold(card)
    known = read_calibration(path).grey_zone(threshold) if path.exists() else ()
    return threshold, *known


def cases() -> Iterator[Case]:
    for card, threshold in ((ONE_CALIBRATED, None), (UNCALIBRATED, None), (TWO, None), (TWO, 0.45)):
        for place in (*GRID, *around(*zone_of(card, threshold))):
            yield Case(card, Distances(place, place, place), threshold)
    for first, second in ((0.31, 0.9), (0.9, 0.31), (0.5, 0.95)):
        assert TWO.second is not None
        yield Case(TWO, Distances(first, second, TWO.second.combined(first, second)))


CASES = tuple(cases())


@dataclass(frozen=True)
class Read:
    """What one output says of a pair."""

    verdict: str
    doubt: str | None
    same: bool
    decisive: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> Read:
        combined = row["combined_distance"]
        distance = row["distance"] if combined in (None, "") else combined
        same = row["same_person"] in (True, "true")
        doubt = row["uncertain_because"] or None
        # The deprecated alias says no more and no less.
        assert (row["uncertain"] in (True, "true")) is (doubt == Doubt.NETWORKS_CONTRADICT)
        return cls(row["verdict"], doubt, same, float(distance))


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The pairs whose distances are measured next, as if."""
    queue: list[Case] = []
    monkeypatch.setattr(
        "facecompare.pipeline.match.distances_between", lambda *_: queue.pop(0).distances
    )
    monkeypatch.setattr(
        "facecompare.engines.calibration_files.find_calibration",
        lambda name, *_: (
            read_calibration(path) if (path := SHIPPED / f"{name}.json").exists() else None
        ),
    )
    return queue


def without_second_numbers(card: EngineCard) -> EngineCard:
    """With the second network's embeddings empty, for an engine that has none."""
    if card.second is None:
        return card
    empty = replace(card.second, card=replace(card.second.card, dimension=0))
    return replace(card, dimension=card.first_dimension, second=empty)


def made_up(card: EngineCard) -> FakeEngine:
    engine = FakeEngine(
        lambda _: [found(10, 10, 80)],
        card=replace(without_second_numbers(card), views=card.views[:1]),
        embed=lambda chips: np.zeros((len(chips), card.first_dimension)),
    )
    if card.second is not None:
        engine.first = FakeEngine(card=engine_card(card.second.first_id))
    return engine


PHOTO = pictures.plain(100, 100)


def groups() -> list[tuple[str, float | None]]:
    return sorted({(case.card.id, case.threshold) for case in CASES}, key=str)


@pytest.fixture(params=groups(), ids=str)
def group(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """All cases of one engine and threshold; the engine is the one that every command loads."""
    engine_id, threshold = request.param
    chosen = [case for case in CASES if (case.card.id, case.threshold) == (engine_id, threshold)]
    monkeypatch.setattr("facecompare.service.load_engine", lambda *_: made_up(chosen[0].card))
    monkeypatch.setenv("FACECOMPARE_ENGINE", engine_id)
    return chosen


@pytest.fixture
def photos(tmp_path: Path) -> tuple[str, str]:
    paths = tmp_path / "one.png", tmp_path / "other.png"
    for path in paths:
        path.write_bytes(PHOTO)
    return str(paths[0]), str(paths[1])


@pytest.fixture
def asked(group: list[Case], log: SqliteLog, planned: list[Case]) -> list[dict[str, Any]]:
    """The API's response to each case of the group."""
    settings = Settings.from_env()
    faces = FaceService(settings, log, [made_up(group[0].card)])
    client = TestClient(local_app(settings, log, SqliteKeys(settings.records), faces))
    responses = []
    for case in group:
        planned.append(case)
        files = {"image1": PHOTO, "image2": PHOTO}
        responses.append(client.post("/api/compare", files=files, data=case.options).json())
    return responses


def test_the_api_says_what_its_own_zone_says(
    group: list[Case], asked: list[dict[str, Any]]
) -> None:
    for case, response in zip(group, asked, strict=True):
        begin, end = response["uncertain_from"], response["uncertain_to"]
        read = Read.of(response)
        assert read.decisive == case.distances.decisive or case.threshold is not None
        if read.doubt == Doubt.NETWORKS_CONTRADICT:
            assert read.verdict == "uncertain"
        else:
            place = "same" if read.decisive < begin else "different"
            assert read.verdict == ("uncertain" if begin <= read.decisive < end else place)
        assert (read.doubt is None) is (read.verdict != "uncertain")
    uncertain = {"uncertain"} if group[0].card is not UNCALIBRATED else set()
    assert {response["verdict"] for response in asked} == {"same", "different"} | uncertain


def test_records_and_batches_say_the_same_as_the_api(
    group: list[Case],
    asked: list[dict[str, Any]],
    planned: list[Case],
    photos: tuple[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = [Read.of(response) for response in asked]
    assert main(["log", "--csv"]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [Read.of(row) for row in rows][::-1] == wanted
    assert main(["log", "--json"]) == 0
    assert [Read.of(row) for row in json.loads(capsys.readouterr().out)][::-1] == wanted
    assert main(["log"]) == 0
    words = [line.split("  ", 3)[2].strip() for line in capsys.readouterr().out.splitlines()]
    assert words[::-1] == [VERDICT_WORDS[Verdict(read.verdict)] for read in wanted]

    planned.extend(group)
    pairs, out = tmp_path / "pairs.csv", tmp_path / "results.csv"
    pairs.write_text("image1,image2\n" + f"{','.join(photos)}\n" * len(group))
    assert main(["batch", str(pairs), "--out", str(out), *as_options(group[0])]) == 0
    with out.open(newline="") as file:
        assert [Read.of(row) for row in csv.DictReader(file)] == wanted


def test_the_command_line_says_the_same_as_the_api(
    group: list[Case],
    asked: list[dict[str, Any]],
    planned: list[Case],
    photos: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for case, response in zip(group, asked, strict=True):
        planned.extend([case, case])
        verdict = Verdict(response["verdict"])
        code = main(["compare", *photos, *as_options(case)])
        out, err = capsys.readouterr()
        assert (out.split("   ")[0], code) == (VERDICT_WORDS[verdict], VERDICT_CODES[verdict])
        assert ("warning: image1 and image2: found" in err) is (verdict is Verdict.UNCERTAIN)
        assert rates_in(out) == (RATES[verdict] if response["score"] is not None else set())
        assert main(["compare", *photos, *as_options(case), "--json"]) == code
        printed = json.loads(capsys.readouterr().out)
        assert {name for name in response if printed[name] != response[name]} <= VARYING
        assert printed.keys() == response.keys()


RATES = {
    Verdict.SAME: {"FMR"},
    Verdict.UNCERTAIN: {"FMR", "FNMR"},
    Verdict.DIFFERENT: {"FNMR"},
}
VARYING = {"comparison_id", "created_at", "timing_ms"}  # from one request to the next


def rates_in(line: str) -> set[str]:
    return set(re.findall(r"F\w*MR", line))


def as_options(case: Case) -> list[str]:
    return ["--threshold", repr(case.threshold)] if case.threshold else []


def test_a_prediction_has_the_words_of_its_comparisons(
    group: list[Case],
    asked: list[dict[str, Any]],
    planned: list[Case],
    photos: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for (case1, response1), (case2, response2) in pairwise(zip(group, asked, strict=True)):
        planned.extend([case1, case2])
        command = ["predict", *photos, photos[1], *as_options(case1), "--json"]
        code = main(command)
        printed = json.loads(capsys.readouterr().out)
        assert Read.of(printed["image1"]) == Read.of(response1)
        assert Read.of(printed["image2"]) == Read.of(response2)
        closer = printed[printed["closer"]]
        assert printed["verdict"] == closer["verdict"]
        assert printed["same_person"] is closer["same_person"]
        assert code == VERDICT_CODES[Verdict(printed["verdict"])]
