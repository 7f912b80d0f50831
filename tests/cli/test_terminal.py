"""What a terminal shows: colours where they are wanted, and never what a file's name orders."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from facecompare.cli.main import main
from facecompare.cli.output import printable
from facecompare.config import CHECKOUT
from facecompare.config.environment import wanted_colour
from facecompare.records.sqlite import SqliteLog
from tests.support import pictures
from tests.support.records import record
from tests.support.terminal import Terminal

OBAMA, OBAMA2, BIDEN = map(str, (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN))
GREEN, YELLOW, ORANGE, RED = "\x1b[32m", "\x1b[33m", "\x1b[38;5;208m", "\x1b[31m"
END = "\x1b[0m"
COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")
# Clears the screen, turns text, colours it, rings, begins lines, and ends in a byte of no text.
HOSTILE = "a\x1b[2J\x1b]0;title\x07\r\n\x9b31m\u202egpj\x7f\udcff.jpg"
CLI = CHECKOUT / "layers" / "core" / "python" / "facecompare" / "cli"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in COLOUR_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def shown(tmp_path: Path, *words: str, **environment: str) -> str:
    """What a terminal is sent."""
    command = [sys.executable, "-m", "facecompare", *words]
    with Terminal(command, os.environ | environment, tmp_path) as terminal:
        return terminal.ended()[1]


def test_verdicts_have_colours_on_a_terminal(tmp_path: Path) -> None:
    assert shown(tmp_path, "compare", OBAMA, OBAMA2).startswith(f"{GREEN}same person{END}   dist")
    assert f"{ORANGE}different people{END}  " in shown(tmp_path, "predict", OBAMA, OBAMA2, BIDEN)
    found = shown(tmp_path, "find", OBAMA, OBAMA2, BIDEN, "nowhere.jpg")
    assert re.search(r"1  \S+obama2.jpg  \x1b\[32msame person     \x1b\[0m     0.300", found)
    assert f"{ORANGE}different people{END}     0.856" in found
    assert re.search(r"nowhere.jpg +\x1b\[31mmissing_image +\x1b\[0m", found)


def test_doubts_and_errors_have_colours_on_a_terminal(tmp_path: Path) -> None:
    doubt = shown(tmp_path, "compare", OBAMA, OBAMA2, "--threshold", "0.2")
    assert doubt.startswith(f"{YELLOW}uncertain{END}   ")
    assert f"{YELLOW}warning: image1 and image2: found a distance" in doubt
    assert shown(tmp_path, "detect", "nowhere.jpg").startswith(f"{RED}facecompare: image: nowhere")


@pytest.mark.parametrize(
    "environment",
    [
        *({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}),
        {"NO_COLOR": "1", "FORCE_COLOR": "1"},
    ],
)
def test_a_user_who_wants_no_colours_gets_none(tmp_path: Path, environment: dict[str, str]) -> None:
    for words in (("compare", OBAMA, OBAMA2), ("find", OBAMA, BIDEN), ("detect", "nowhere.jpg")):
        assert "\x1b" not in shown(tmp_path, *words, **environment)


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_data_have_no_colours_wherever_they_go(
    tmp_path: Path, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "\x1b" not in shown(tmp_path, "find", OBAMA, OBAMA2, option)
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["find", OBAMA, OBAMA2, option])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("forced", [None, "FORCE_COLOR", "CLICOLOR_FORCE"])
def test_a_pipe_has_colours_only_where_they_are_forced(
    forced: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if forced:
        monkeypatch.setenv(forced, "1")
    for words in (["compare", OBAMA, OBAMA2], ["find", OBAMA, OBAMA2], ["log"]):
        assert main(words) == 0
    assert (GREEN in capsys.readouterr().out) is bool(forced)


def test_the_log_has_colours(
    log: SqliteLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.put(record(1))
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["log"])
    assert f"  {ORANGE}different people{END}  distance" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": ""}, None),
        ({"FORCE_COLOR": "0"}, None),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"CLICOLOR": "1"}, None),
        ({"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_variables_say_whether_colours_are_wanted(
    environment: dict[str, str], wanted: bool | None
) -> None:
    assert wanted_colour(environment) is wanted


@pytest.mark.parametrize(
    "words",
    [
        *(["compare", "{name}", BIDEN], ["compare", "no {name}", BIDEN], ["detect", "no {name}"]),
        *(["predict", BIDEN, "{name}", "{name}"], ["explain", "no {name}", BIDEN]),
        *(["embed", "{name}", "no {name}"], ["find", BIDEN, "{name}", "no {name}"]),
        *(["find", BIDEN, ".", "--out", "{name}.csv"], ["find", "no {name}", BIDEN]),
        *(["batch", "no {name}", "--out", "a.csv"], ["batch", "pairs.csv", "--out", "x\x1b.csv"]),
        *(["batches", "submit", "no {name}"], ["log", "--since", "{name}"]),
        *(["log", "--delete", "{name}", "--yes"], ["keys", "create", "{name}"]),
        *(["models", "add", "{name}", "--weights", "{name}"], ["{name}"], ["log", "--{name}"]),
        *(["evaluate", "--images", ".", "--pairs", "no {name}"], ["bench", "no {name}", "x"]),
        *(
            ["evaluate", "--images", "{name}", "--pairs", "pairs.csv"],
            ["plan", "--pairs", "{name}"],
        ),
        *(["cost", "no {name}", "x"], ["completion", "{name}"], ["serve", "--host", "{name}"]),
    ],
)
def test_a_name_orders_nothing(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(HOSTILE).write_bytes(pictures.OBAMA.read_bytes())
    Path("pairs.csv").write_text(f"image1,image2\n{OBAMA},{BIDEN}\n")
    main([each.format(name=HOSTILE) for each in words])
    output = capsys.readouterr()
    text = output.out + output.err
    assert text
    assert [line for line in text.split("\n") if not _is_shown(line)] == []


def _is_shown(line: str) -> bool:
    return all(each.isprintable() or "\ud800" <= each <= "\udfff" for each in line)


def test_escapes_tell_what_a_name_has() -> None:
    assert printable("a\x1b[2J\u202eé.jpg") == "a\\x1b[2J\\u202eé.jpg"


def test_only_what_escapes_names_prints() -> None:
    """Results by `tell`, `table` and the like; photos.py prints no names."""
    printing = {
        path.name
        for path in CLI.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "click.echo")
    }
    assert printing == {"main.py", "output.py", "photos.py"}


@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_data_on_a_terminal_order_nothing_and_in_a_file_are_faithful(
    tmp_path: Path, option: str
) -> None:
    hostile = tmp_path / "a\x1b[2J\x9b31m\u202egpj.jpg"
    hostile.write_bytes(pictures.BIDEN.read_bytes())
    words = ("find", OBAMA, str(hostile), option)
    on_terminal = shown(tmp_path, *words)
    assert not set(on_terminal) & {"\x1b", "\x9b", "\u202e"}
    command = [sys.executable, "-m", "facecompare", *words]
    piped = subprocess.run(command, capture_output=True, check=False).stdout.decode()
    if option == "--json":
        piped = json.loads(piped)["results"][0]["file"]
    assert hostile.name in piped
