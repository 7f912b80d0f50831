"""The benchmark runs, compares what it says it compares, and prints the README's table."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from facecompare.bench import report as report_of
from facecompare.bench.rounds import in_turn
from facecompare.cli.main import main
from facecompare.config import DEFAULT_ENGINE
from tests.support import pictures

README = Path(__file__).resolve().parents[1] / "README.md"


def test_contenders_take_turns_and_are_called_about_equally_long() -> None:
    calls: list[str] = []

    def quick() -> None:
        calls.append("quick")
        time.sleep(0.002)

    def slow() -> None:
        calls.append("slow")
        time.sleep(0.02)

    timed = in_turn({"quick": quick, "slow": slow}, rounds=2)
    assert calls.count("slow") == 4  # warm-up, estimate, two rounds
    assert 6 <= calls.count("quick") <= 42
    assert timed["slow"].median_ms > 4 * timed["quick"].median_ms


def test_the_benchmark_prints_all_figures_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one round each: what is measured, not how surely."""
    monkeypatch.setattr(report_of, "in_turn", lambda contenders, rounds: in_turn(contenders, 1))
    for name in ("per_second_threads", "per_second_processes"):
        measure = getattr(report_of, name)
        monkeypatch.setattr(report_of, name, partial(_few, measure))
    assert main(["bench", "--json", str(pictures.OBAMA), str(pictures.OBAMA2)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["engine"] == DEFAULT_ENGINE
    assert set(report["stages_ms"]) == {"decode", "detect", "align", "embed", "match"}
    assert set(report["embedding"]) == set(report["detection"]) == {"ours", "dlib"}
    assert {"one thread", "two threads", "dlib-fast"} <= set(report["pair"])
    assert 50 < report["first_verdict"]["peak_rss_mb"] < 450
    assert report["machine"]["cores"]


def _few(measure: Callable[..., object], *of: object, comparisons: int) -> object:
    return measure(*of, comparisons=min(comparisons, 4))


def test_one_photo_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(pictures.OBAMA)]) == 2
    assert "1 photos are given; two" in capsys.readouterr().err


def test_the_readme_s_table_names_its_machine() -> None:
    section = README.read_text().split("<!-- speed: facecompare bench")[1].split("<!-- /speed")[0]
    assert "| what | times faster than | ours, ms | theirs, ms |" in section
    assert "processor" in section
