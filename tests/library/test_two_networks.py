"""The default engine, whose two networks decide together: the same numbers on every way."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from facecompare.batches.local import LocalBatch, running
from facecompare.cli.main import main
from facecompare.compare import compare, embed_photo
from facecompare.config import Settings
from facecompare.engines.cards import DLIB_SFACE, SFACE, YUNET_DLIB
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.service import FaceService
from tests.support import pictures

PORTRAITS = (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
CLOSE = 1e-6


@pytest.fixture(scope="module")
def both(models_dir: Path) -> Engine:
    return load_engine(DLIB_SFACE, replace(Settings.from_env({}), models_dir=models_dir))


def photo(path: Path) -> Photo:
    return Photo(path.read_bytes())


def test_its_numbers_are_those_of_both_engines(both: Engine, models_dir: Path) -> None:
    settings = replace(Settings.from_env({}), models_dir=models_dir)
    alone = [load_engine(name, settings) for name in (YUNET_DLIB, SFACE)]
    values = embed_photo(photo(pictures.OBAMA), both).values
    expected = [embed_photo(photo(pictures.OBAMA), engine).values for engine in alone]
    assert abs(values - np.concatenate(expected)).max() < CLOSE


def test_the_same_person_is_told_from_another(both: Engine) -> None:
    obama, obama2, biden = map(photo, PORTRAITS)
    same, different = compare(obama, obama2, both).match, compare(obama, biden, both).match
    assert (same.same_person, different.same_person) == (True, False)
    assert (same.decided_by, same.uncertain, different.uncertain) == (DLIB_SFACE, False, False)


def test_a_threshold_gives_the_verdict_of_dlib_s_network_alone(
    both: Engine, models_dir: Path
) -> None:
    settings = replace(Settings.from_env({}), models_dir=models_dir)
    dlib, options = load_engine(YUNET_DLIB, settings), RequestOptions(threshold=0.4)
    obama, obama2, _ = map(photo, PORTRAITS)
    found, expected = (compare(obama, obama2, each, options).match for each in (both, dlib))
    assert found.decided_by == expected.decided_by == YUNET_DLIB
    assert found.distance == pytest.approx(expected.distance, abs=CLOSE)
    assert (found.second_distance, found.threshold) == (None, 0.4)


def test_a_batch_in_any_order_says_what_single_comparisons_say(
    both: Engine, tmp_path: Path
) -> None:
    pairs = list(permutations(PORTRAITS, 2))
    singly = {
        (one.name, other.name): compare(photo(one), photo(other), both).match
        for one, other in pairs
    }
    for order in (pairs, pairs[::-1]):
        rows = _batch(order, both, tmp_path / str(order is pairs))
        assert [(row["image1"], row["image2"]) for row in rows] == [
            (one.name, other.name) for one, other in order
        ]
        for row in rows:
            expected = singly[row["image1"], row["image2"]]
            assert row["decided_by"] == expected.decided_by
            assert row["same_person"] == str(expected.same_person).lower()
            assert float(row["distance"]) == pytest.approx(expected.distance, abs=CLOSE)
            assert float(row["second_distance"]) == pytest.approx(
                expected.second_distance, abs=CLOSE
            )
            assert float(row["combined_distance"]) == pytest.approx(
                expected.combined_distance, abs=CLOSE
            )


DECISION = (
    *("same_person", "distance", "threshold", "decided_by", "uncertain", "score"),
    *("second_distance", "combined_distance", "combined_threshold"),
)


def test_the_command_line_and_the_api_say_the_same(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for one, other in permutations(PORTRAITS, 2):
        files = {"image1": one.read_bytes(), "image2": other.read_bytes()}
        by_api = client.post("/api/compare", files=files).json()
        assert main(["compare", "--json", str(one), str(other)]) == (not by_api["same_person"])
        printed = json.loads(capsys.readouterr().out)
        for name in DECISION:
            assert printed[name] == pytest.approx(by_api[name], abs=CLOSE), name


def _batch(order: list[tuple[Path, Path]], engine: Engine, folder: Path) -> list[dict[str, str]]:
    folder.mkdir()
    manifest = folder / "pairs.csv"
    lines = [f"{one.name},{other.name}" for one, other in order]
    manifest.write_text("\n".join(["image1,image2", *lines]) + "\n")
    service = FaceService(Settings.from_env(), None, [engine])
    batch = LocalBatch(
        pairs=manifest,
        images=pictures.OBAMA.parent,
        out=folder / "results.csv",
        options=service.options(RequestOptions(), engine),
        read=lambda path: Photo(Path(path).read_bytes()),
        meaning_of=lambda found: service.meaning(engine, found),
        thresholds_for=lambda of_one, photos: service.thresholds_for(of_one, engine, photos),
    )
    with running(batch, engine) as run:
        list(run.embed())
        list(run.compare())
    return list(csv.DictReader(io.StringIO(batch.out.read_text())))
