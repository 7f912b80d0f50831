"""With --json an error is one JSON object on stderr, in the API's shape, for every command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from fastapi.testclient import TestClient

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import main
from facecompare.cli.reference import command_tree
from tests.support import pictures

OBAMA = str(pictures.OBAMA)
WITH_JSON = {
    typed: command
    for typed, (_, command) in command_tree().items()
    if any("--json" in param.opts for param in command.params)
}


def error(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = output.err.splitlines()
    found: dict[str, Any] = json.loads(line)
    assert list(found) == ["code", "message", "image", "errors"]
    return found


def required(command: click.Command) -> list[str]:
    """Something for each parameter that must be given."""
    words: list[str] = []
    for param in command.params:
        if param.required:
            words += [param.opts[0], "x"] if isinstance(param, click.Option) else ["x"]
            words += ["x"] * ((param.nargs or 1) - 1)
    return words


def test_the_commands_with_json_are_found() -> None:
    assert {"facecompare compare", "facecompare find", "facecompare batches watch"} <= set(
        WITH_JSON
    )
    assert len(WITH_JSON) >= 12


@pytest.mark.parametrize("typed", WITH_JSON)
def test_a_wrong_option_is_json(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = required(WITH_JSON[typed])
    assert main([*typed.split()[1:], *words, "--json", "--zzz"]) == ExitCode.BAD_INPUT
    found = error(capsys)
    assert (found["code"], found["image"], found["errors"]) == ("usage", None, None)
    assert found["message"].startswith("no such option '--zzz'; ")
    assert found["message"].endswith(f"see: {typed} --help")


@pytest.mark.parametrize("typed", WITH_JSON)
def test_an_error_of_the_installation_is_json(
    typed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACECOMPARE_THREADS", "many")
    words = required(WITH_JSON[typed])
    assert main([*typed.split()[1:], *words, "--json"]) == ExitCode.SET_UP
    assert error(capsys)["code"] == "bad_setting"


@pytest.mark.parametrize("typed", WITH_JSON)
def test_a_fault_is_json(
    typed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault() -> None:
        raise AssertionError("odd")

    monkeypatch.setattr("facecompare.config.Settings.from_env", fault)
    words = required(WITH_JSON[typed])
    assert main([*typed.split()[1:], *words, "--json"]) == ExitCode.FAULT
    found = error(capsys)
    assert found["code"] == "internal_error"
    assert "AssertionError: odd" in found["message"]


def test_an_error_is_what_the_api_answers(
    tmp_path: Path, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    wall, empty = tmp_path / "wall.png", tmp_path / "empty.jpg"
    wall.write_bytes(pictures.plain())
    empty.write_bytes(b"")
    for photos in ((wall, empty), (pictures.OBAMA, wall)):
        assert main(["compare", *map(str, photos), "--json"]) == ExitCode.BAD_INPUT
        names = ("image1", "image2")
        files = {
            name: (photo.name, photo.read_bytes())
            for name, photo in zip(names, photos, strict=True)
        }
        assert error(capsys) == client.post("/api/compare", files=files).json()


def test_each_photo_that_has_no_embedding_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [str(tmp_path / name) for name in ("a.jpg", "b.jpg")]
    assert main(["embed", bad[0], OBAMA, bad[1], "--json"]) == ExitCode.BAD_INPUT
    output = capsys.readouterr()
    assert [row["image"] for row in json.loads(output.out)] == [OBAMA]
    told = [json.loads(line) for line in output.err.splitlines()]
    assert [(each["code"], each["image"]) for each in told] == [
        ("missing_image", path) for path in bad
    ]


@pytest.mark.parametrize("words", [["compere", "--json"], ["keys", "--json", "lst"]])
def test_a_wrong_command_is_json_as_well(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == ExitCode.BAD_INPUT
    assert error(capsys)["code"] == "usage"


@pytest.mark.parametrize("words", [["log"], ["find", OBAMA, OBAMA]])
def test_two_formats_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--csv", "--json"]) == ExitCode.BAD_INPUT
    assert error(capsys)["message"].startswith("--csv and --json were both given; ")


def test_a_name_behind_two_dashes_asks_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--", "--json", OBAMA]) == ExitCode.BAD_INPUT
    assert capsys.readouterr().err.startswith("facecompare: image1: --json cannot be read")


def test_json_holds_whatever_a_name_has(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b[31m\x7f\n\udcff.jpg"
    assert main(["detect", name, "--json"]) == ExitCode.BAD_INPUT
    output = capsys.readouterr().err
    assert output.isascii()
    assert output.rstrip("\n").isprintable()
    assert json.loads(output)["message"].startswith(name)
