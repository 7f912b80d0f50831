"""`facecompare evaluate` and `calibrate` on real faces, from the command line to the report."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facecompare.cli.main import main
from facecompare.config import CHECKOUT, DEFAULT_ENGINE
from facecompare.engines.calibration_files import find_calibration, read_calibration
from facecompare.engines.cards import CARDS
from facecompare.evaluation.model_card import read_summaries
from facecompare.evaluation.report import PLOTS
from facecompare.evaluation.report_json import _plain
from tests.evaluation.conftest import Portraits
from tests.support.pictures import plain
from tests.support.portraits import write_pairs


def evaluate(portraits: Portraits, *more: str) -> int:
    return main(["evaluate", *portraits.arguments, "--processes", "1", *more])


@pytest.fixture(scope="module")
def report(
    portraits: Portraits, tmp_path_factory: pytest.TempPathFactory, models_dir: Path
) -> Path:
    out = tmp_path_factory.mktemp("report")
    groups = out / "groups.csv"
    lines = [f"{Path(name).name},{name[0]}" for name in portraits.names]
    groups.write_text("\n".join(["image,group", *lines]))
    environment = os.environ | {"FACECOMPARE_MODELS_DIR": str(models_dir)}
    command = [sys.executable, "-m", "facecompare", "evaluate", *portraits.arguments]
    wanted = ["--out", str(out), "--identify", "--strata", str(groups)]
    wanted += ["--summary", str(out / "summary.json")]
    subprocess.run([*command, *wanted], env=environment, check=True)
    return out


def test_the_report_has_every_figure(report: Path) -> None:
    figures = json.loads((report / "report.json").read_text())
    verification = figures["verification"]
    assert (figures["images"], figures["people"], figures["failures"]) == (12, 2, [])
    assert sum(figures["detectors"].values()) == 12
    assert figures["detectors"].keys() == {"yunet"}
    assert (verification["genuine"], verification["impostor"]) == (34, 32)
    assert verification["auc"]["value"] == 1.0
    assert verification["eer"]["value"] == 0.0
    assert verification["accuracy"] == 1.0
    assert [at["threshold"] for at in verification["at_thresholds"]] == [0.598]
    assert figures["all_pairs"]["share"] == 0.0
    assert [at["far"] for at in verification["at_fars"]] == [0.1, 0.01, 0.001]
    assert verification["separability"]["ratio"] > 1.5
    assert figures["latency_ms"]["total"]["median"] > figures["latency_ms"]["embed"]["median"] > 0
    assert figures["identification"]["ranks"]["1"] == 1.0
    scores = figures["reliability"]["scores"]
    assert [each["low"] for each in scores] == list(range(0, 100, 10))
    assert sum(each["genuine"]["of"] for each in scores) == 66
    assert (scores[0]["genuine"]["value"], scores[-1]["genuine"]["value"]) == (0.0, 1.0)
    promised = figures["reliability"]["fars"]
    assert [each["far"] for each in promised] == [0.1, 0.01, 0.001]
    assert promised[-1]["listed"]["value"] == promised[-1]["all_pairs"]["share"] == 0.0
    assert [stratum["group"] for stratum in figures["strata"]] == ["B", "J", "mixed"]
    assert "too few pairs" in figures["strata"][0]["warning"]


def test_a_summary_has_the_keys_of_those_that_are_kept(report: Path) -> None:
    written = json.loads((report / "summary.json").read_text())
    kept = read_summaries(CHECKOUT / "models", CARDS)[DEFAULT_ENGINE]
    assert written.keys() == kept.keys()
    for part in ("verification", "reliability", "identification"):
        assert keys(written[part]) == keys(kept[part])
    assert sum(kept["detectors"].values()) == kept["images"]


@pytest.mark.parametrize("name", ["report.json", "summary.json"])
def test_every_field_is_plain(report: Path, name: str) -> None:
    """Keys are names and no texts of Python's tuples, and there are no numbers that JSON lacks."""

    def lacking(constant: str) -> None:
        raise ValueError(constant)

    figures = json.loads((report / name).read_text(), parse_constant=lacking)
    assert {key for key in every_key(figures) if not re.fullmatch(r"[\w .%-]+", key)} == set()
    assert {type(count) for count in figures["detectors"].values()} == {int}
    with pytest.raises(TypeError, match="expected a text"):
        _plain({("hog", 7647): 1})


def every_key(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from every_key(each)


def keys(value: object) -> object:
    """The names of a JSON object and of all within; of a list, of its first."""
    if isinstance(value, dict):
        return {name: keys(each) for name, each in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else None


def test_the_same_stands_in_the_text_with_its_plots(report: Path) -> None:
    text = (report / "report.md").read_text()
    for words in (
        "66 pairs (34 genuine, 32 impostor) of 12 photos of 2 people",
        "| AUC | 1.0000 [1.0000, 1.0000] |",
        "Failures to enrol: 0 photos.",
        "FAR and FRR name whole systems",
        "## Identification",
        "## By group",
        "**J**: too few pairs to compare groups by: 6 genuine and 0 impostor.",
        "## The worst pairs",
    ):
        assert words in text
    for name in PLOTS:
        assert f"({name})" in text
        with Image.open(report / name) as plot:
            assert min(plot.size) > 300


def test_changed_parts_and_worse_photos(
    portraits: Portraits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = Portraits(portraits.images, tmp_path / "few.csv", portraits.cache, portraits.names)
    write_pairs(few.pairs, [portraits.names[at] for at in (0, 4, 8, 9)])
    assert evaluate(few, "--json", "--ablation", "--robustness") == 0
    variants = json.loads(capsys.readouterr().out)["variants"]
    by_name = {f"{each['kind']}, {each['name']}": each for each in variants}
    assert by_name["as it is, "]["failures"] == 0
    assert {"detection, yunet alone", "alignment, 68 points", "views, 1"} <= by_name.keys()
    assert {"networks, dlib-yunet alone", "networks, sface alone"} <= by_name.keys()
    assert by_name["occlusion, 50%"]["auc"]["value"] <= 1.0
    assert len(variants) > 20


def test_a_photo_without_a_face_is_listed_and_counts_as_a_non_match(
    portraits: Portraits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "wall.png").write_bytes(plain())
    (images / "notes.jpg").write_bytes(b"no picture")
    for name in portraits.names[:2]:
        (images / Path(name).name).write_bytes((portraits.images / name).read_bytes())
    one, other = (Path(name).name for name in portraits.names[:2])
    lines = [f"{one},{other},1", f"{one},wall.png,1", f"{other},notes.jpg,0", f"{other},wall.png,0"]
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("\n".join(["image1,image2,same", *lines]))
    assert evaluate(Portraits(images, pairs, tmp_path / "cache", []), "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["failures"] == [
        {"image": "notes.jpg", "code": "unsupported_image"},
        {"image": "wall.png", "code": "no_face"},
    ]
    confusion = figures["verification"]["at_thresholds"][0]["confusion"]
    assert confusion == {
        "true_accepts": 1,
        "false_rejects": 1,
        "false_accepts": 0,
        "true_rejects": 2,
    }
    assert figures["worst"][0]["distance"] is None


def test_a_run_that_was_killed_resumes(tmp_path: Path, models_dir: Path) -> None:
    images, cache = tmp_path / "images", tmp_path / "cache.sqlite3"
    names = [f"A/A_{number:04}.jpg" for number in range(1, 25)]
    (images / "A").mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in names:
        picture = random.integers(0, 255, (300, 300, 3), dtype=np.uint8)
        Image.fromarray(picture).save(images / name)
    lines = [f"{one},{names[0]},{number % 2}" for number, one in enumerate(names[1:])]
    (tmp_path / "pairs.csv").write_text("\n".join(["image1,image2,same", *lines]))
    command = [sys.executable, "-m", "facecompare", "evaluate", "--json", "--processes", "1"]
    paths = {"--images": images, "--pairs": tmp_path / "pairs.csv", "--cache": cache}
    command += [str(each) for pair in paths.items() for each in pair]
    env = os.environ | {"FACECOMPARE_MODELS_DIR": str(models_dir)}
    with subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, start_new_session=True
    ) as run:
        while run.poll() is None and rows(cache) < 8:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGKILL)
    before = rows(cache)
    assert 8 <= before < len(names)
    result = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert rows(cache) == len(names)
    assert len(json.loads(result.stdout)["failures"]) == len(names)


def rows(cache: Path) -> int:
    if not cache.is_file():
        return 0
    try:
        with sqlite3.connect(f"file:{cache}?mode=ro", uri=True) as connection:
            (count,) = connection.execute("SELECT count(*) FROM enrolled").fetchone()
    except sqlite3.OperationalError:  # the table is not there yet
        return 0
    finally:
        connection.close()
    return int(count)


def test_what_was_embedded_is_not_embedded_again(
    portraits: Portraits, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("facecompare.evaluation.embedding.ProcessPoolExecutor", never)
    assert evaluate(portraits, "--json") == 0


def test_embeddings_are_kept_where_the_settings_say_and_for_their_owner_only(
    portraits: Portraits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "cache" / "kept.sqlite3"
    monkeypatch.setenv("FACECOMPARE_EMBEDDINGS", str(kept))
    pairs = tmp_path / "pairs.csv"
    write_pairs(pairs, portraits.names[:2] + portraits.names[-2:])
    before = sorted(portraits.images.iterdir())
    assert main(["evaluate", "--images", str(portraits.images), "--pairs", str(pairs)]) == 0
    assert rows(kept) == 4
    assert kept.stat().st_mode & 0o077 == 0
    assert sorted(portraits.images.iterdir()) == before


def test_a_file_that_is_something_else_is_not_overwritten(
    portraits: Portraits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thesis = tmp_path / "thesis.md"
    thesis.write_text("# Years of work\n" * 100)
    assert main(["evaluate", *portraits.arguments, "--cache", str(thesis)]) == 2
    assert "thesis.md cannot keep embeddings (file is not a database)" in capsys.readouterr().err
    assert thesis.read_text() == "# Years of work\n" * 100


def test_a_calibration_is_kept_beside_the_models_and_tied_to_the_engine(
    portraits: Portraits, tmp_path: Path, models_dir: Path
) -> None:
    out = tmp_path / "calibrations" / f"{DEFAULT_ENGINE}.json"
    command = ["calibrate", *portraits.arguments, "--source", "portraits", "--out", str(out)]
    assert main(command) == 0
    calibration = read_calibration(out)
    assert (calibration.engine, calibration.source) == (DEFAULT_ENGINE, "portraits")
    assert (calibration.genuine, calibration.impostor) == (34, 32)
    assert calibration.score_of(0.1) > 90 > 10 > calibration.score_of(1.0)
    found = find_calibration(DEFAULT_ENGINE, calibration.model_digest, tmp_path)
    assert found == calibration


def test_where_folders_name_nobody_the_listed_pairs_are_counted(
    portraits: Portraits, report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for name in portraits.names:
        (images / Path(name).name).symlink_to(portraits.images / name)
    pairs = tmp_path / "pairs.csv"
    people = ("Barack_Obama/", "Joe_Biden/")
    text = portraits.pairs.read_text()
    for person in people:
        text = text.replace(person, "")
    pairs.write_text(text)
    out = tmp_path / "calibration.json"
    flat = Portraits(images, pairs, portraits.cache, [])
    assert main(["calibrate", *flat.arguments, "--out", str(out)]) == 0
    calibration = read_calibration(out)
    assert calibration.fmr_at(0.3) == 0.0
    assert calibration.fmr_at(1.0) == 1.0
    capsys.readouterr()
    assert evaluate(flat) == 0
    assert "of 12 photos; facecompare" in capsys.readouterr().out
    assert evaluate(flat, "--identify") == 2
    assert "needs a folder for each person" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--images", "nowhere"], "is no folder"),
        (["--pairs", "nowhere.csv"], "cannot be read as a text of pairs"),
        (["--processes", "0"], "--processes is '0'"),
        (["--processes", "many"], "--processes is 'many'"),
        (["--engine", "none"], "found the unknown engine 'none'; expected dlib-sface"),
        (["--strata", "nowhere.csv"], "cannot be read as a CSV of groups"),
        (["--out", "/dev/null/report"], "cannot be made"),
        (["--cache", "/dev/null/a/cache"], "cannot keep embeddings (Not a directory)"),
        (["--cache", "."], "cannot keep embeddings (unable to open database file)"),
    ],
)
def test_wrong_arguments_are_told(
    portraits: Portraits, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *portraits.arguments, *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
