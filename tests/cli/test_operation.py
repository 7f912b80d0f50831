"""The operator's commands: access keys, the model bucket, the log in a table, and the cost."""

from __future__ import annotations

import json
import os
import re
import sys
from io import StringIO
from pathlib import Path

import pytest

from facecompare.access import authenticate
from facecompare.aws_client import client as boto_client
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import main
from facecompare.config import Settings
from facecompare.engines.cards import engine_card
from facecompare.errors import KeyRefused
from facecompare.model_store.files import ModelFolder
from facecompare.records.dynamo import DynamoLog
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.open_stores import open_stores
from facecompare.records.sqlite import SqliteLog
from tests.support import pictures
from tests.support.dynamo_tables import TABLE
from tests.support.records import record
from tests.support.terminal import Terminal

PHOTOS = [str(pictures.OBAMA), str(pictures.OBAMA2)]


@pytest.fixture(params=["file", "table"])
def kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same commands work on a laptop's file and on the deployed table."""
    if request.param == "table":
        request.getfixturevalue("moto_table")
        monkeypatch.setenv("FACECOMPARE_RECORDS_TABLE", TABLE)


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def test_a_key_is_shown_once_and_opens_the_door(
    kept_in: None, capsys: pytest.CaptureFixture[str]
) -> None:
    key = printed(capsys, "keys", "create", "front-desk").strip()
    keys = open_stores(Settings.from_env())[1]
    assert re.fullmatch(r"fck_front-desk\.[\w-]{43}", key)
    assert authenticate(key, keys).name == "front-desk"
    listed = printed(capsys, "keys", "list", "--json")
    assert key not in listed
    assert key.partition(".")[2] not in listed


def test_a_revoked_key_is_listed_as_such_and_refused(
    kept_in: None, capsys: pytest.CaptureFixture[str]
) -> None:
    key = printed(capsys, "keys", "create", "ann", "--role", "admin").strip()
    assert re.match(r"ann +admin +created \S+ +valid", printed(capsys, "keys", "list"))
    printed(capsys, "keys", "revoke", "ann")
    assert "revoked 20" in printed(capsys, "keys", "list")
    with pytest.raises(KeyRefused):
        authenticate(key, open_stores(Settings.from_env())[1])


@pytest.mark.parametrize("name", ["", "Ann", "-ann", "a" * 33, "ann.x", "änn"])
def test_a_name_of_another_form_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", "--", name]) == 2
    assert "small letters, digits and hyphens" in capsys.readouterr().err


@pytest.mark.parametrize("action", [["revoke", "ann"], ["create", "bob"]])
def test_a_key_that_is_not_there_or_there_already_is_exit_code_2(
    action: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "keys", "create", "bob")
    assert main(["keys", *action]) == 2
    assert "[bad_field]" in capsys.readouterr().err


def test_the_log_in_a_table_is_listed_by_caller(
    moto_table: DynamoTable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_RECORDS_TABLE", TABLE)
    DynamoLog(moto_table).put(record(1, caller="ann"), record(2, caller="bob"))
    rows = json.loads(printed(capsys, "log", "--json", "--caller", "ann"))
    assert [row["comparison_id"] for row in rows] == [record(1).comparison_id]
    assert printed(capsys, "log", "--csv").count("\r\n") == 3


def test_a_record_is_deleted_and_others_stay(
    kept_in: None, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = open_stores(Settings.from_env())[0]
    kept.put(record(1), record(2))
    assert main(["log", "--delete", record(1).comparison_id, "--yes"]) == 0
    assert capsys.readouterr() == ("", f"deleted {record(1).comparison_id}\n")
    rows = json.loads(printed(capsys, "log", "--json"))
    assert [row["comparison_id"] for row in rows] == [record(2).comparison_id]
    assert main(["log", "--delete", record(1).comparison_id, "--yes"]) == ExitCode.BAD_INPUT
    assert "[comparison_not_found]" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 2, 1), ("", 2, 1)])
def test_a_terminal_is_asked_before_a_record_is_deleted(
    answer: str, code: int, left: int, log: SqliteLog, tmp_path: Path
) -> None:
    log.put(record(1))
    command = [sys.executable, "-m", "facecompare", "log", "--delete", record(1).comparison_id]
    with Terminal(command, os.environ, tmp_path) as terminal:
        terminal.until(rf"{record(1).comparison_id}.*delete this record for good\? \[y/N\]")
        terminal.type(f"{answer}\r")
        assert terminal.ended()[0] == code
    assert len(log.page(10).records) == left


def test_nobody_who_could_be_asked_deletes_nothing(
    log: SqliteLog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.put(record(1))
    monkeypatch.setattr("sys.stdin", StringIO("y\n"))
    assert main(["log", "--delete", record(1).comparison_id]) == ExitCode.BAD_INPUT
    assert "expected --yes beside it" in capsys.readouterr().err
    assert len(log.page(10).records) == 1


@pytest.mark.parametrize("option", [["--csv"], ["--since", "1h"], ["--limit", "1"]])
def test_one_record_is_deleted_and_no_list(
    option: list[str], log: SqliteLog, capsys: pytest.CaptureFixture[str]
) -> None:
    log.put(record(1))
    command = ["log", "--delete", record(1).comparison_id, "--yes", *option]
    assert main(command) == ExitCode.BAD_INPUT
    assert "found --delete with an option of lists" in capsys.readouterr().err
    assert len(log.page(10).records) == 1


def test_a_comparison_is_recorded_in_the_table(
    moto_table: DynamoTable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACECOMPARE_RECORDS_TABLE", TABLE)
    answer = json.loads(printed(capsys, "compare", *PHOTOS, "--record", "--json"))
    kept = DynamoLog(moto_table).get(answer["comparison_id"])
    assert kept.distance == answer["distance"]


def test_pushed_models_serve_a_machine_that_has_only_the_manifest(
    aws: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    models_dir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    boto_client("s3").create_bucket(Bucket="models-of-tests")
    assert main(["models", "push", "--bucket", "models-of-tests"]) == 0
    told = capsys.readouterr().err
    assert (told.count(": sent"), told.count(": left out (FACECOMPARE_MTCNN=off)")) == (6, 3)
    assert "landmarks68: left out (FACECOMPARE_LANDMARKS68=off)" in told
    assert main(["models", "push", "--bucket", "models-of-tests"]) == 0
    assert capsys.readouterr().err.count(": is there") == 6
    bare = tmp_path_factory.mktemp("bare")
    (bare / "manifest.json").write_bytes((models_dir / "manifest.json").read_bytes())
    here = json.loads(printed(capsys, "compare", *PHOTOS, "--json"))
    monkeypatch.setattr("facecompare.model_store.s3.tempfile.gettempdir", lambda: str(bare / "tmp"))
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(bare))
    monkeypatch.setenv("FACECOMPARE_MODEL_BUCKET", "models-of-tests")
    there = json.loads(printed(capsys, "compare", *PHOTOS, "--json"))
    assert there["distance"] == here["distance"]
    assert not (bare / "tmp" / "facecompare-models" / "landmarks68.dat").exists()


def test_a_push_leaves_out_what_was_not_built_and_its_engine_does_not_need(
    aws: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    models_dir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    boto_client("s3").create_bucket(Bucket="models-of-tests")
    for name in ("manifest.json", *built_for("dlib-fast", models_dir)):
        (tmp_path / name).symlink_to(models_dir / name)
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(tmp_path))
    assert main(["models", "push", "--bucket", "models-of-tests"]) == 3
    assert "sface.onnx is missing; run: facecompare models build" in capsys.readouterr().err
    monkeypatch.setenv("FACECOMPARE_ENGINE", "dlib-fast")
    assert main(["models", "push", "--bucket", "models-of-tests"]) == 0
    told = capsys.readouterr().err
    assert told.count(": sent") == 4
    assert re.findall(r"^(\w+): left out \(not built\)$", told, re.MULTILINE) == ["yunet", "sface"]


def built_for(engine_id: str, models_dir: Path) -> list[str]:
    """The names of the files that this engine needs."""
    folder = ModelFolder.at(models_dir)
    return [folder.row(name).file for name in engine_card(engine_id).models]


def test_a_push_without_a_bucket_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "push"]) == 2
    assert "FACECOMPARE_MODEL_BUCKET" in capsys.readouterr().err


def test_the_cost_is_computed_from_a_measured_duration(capsys: pytest.CaptureFixture[str]) -> None:
    costs = json.loads(printed(capsys, "cost", "--json", *PHOTOS))
    duration = costs["milliseconds"] / 1000 * 3008 / 1024 * 0.0000166667 * 1_000_000
    assert costs["million"]["Lambda, duration"] == pytest.approx(duration)
    assert costs["million"]["DynamoDB"] == pytest.approx(1.875)
    assert costs["request_bytes"] == pytest.approx(230_609, abs=2000)
    assert costs["second"]["engine"] == "sface"
    assert 0 < costs["second"]["share"] < 1


@pytest.mark.parametrize("memory", ["0", "511", "10241", "2GB"])
def test_memory_that_lambda_does_not_offer_is_refused(
    memory: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cost", "--memory", memory, *PHOTOS]) == 2
    assert "512 to 10240" in capsys.readouterr().err


def test_the_readme_shows_the_cost_table(capsys: pytest.CaptureFixture[str]) -> None:
    from facecompare.config import CHECKOUT

    section = (CHECKOUT / "infra" / "README.md").read_text().split("<!-- cost: facecompare cost")[1]
    shown = re.findall(r"^\| ([^|]+) \|", section.split("<!-- /cost")[0], re.MULTILINE)
    table = re.findall(r"^\| ([^|]+) \|", printed(capsys, "cost", *PHOTOS), re.MULTILINE)
    assert shown == table
