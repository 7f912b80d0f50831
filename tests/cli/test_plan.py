from __future__ import annotations

import json

import pytest

from facecompare.cli.main import main
from facecompare.cli.plan import DEFAULT_FUNCTIONS
from infra.settings import DeploySettings


def test_it_prints_a_table_and_what_it_stands_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--pairs", "1e6", "2500"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n| 1,000,000 | ") == 3
    assert out.count("\n| 2,500 | ") == 3
    assert "Measured: " in out
    assert "has not been measured" in out


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--pairs", "1e6", "--photos-a-pair", "0.1", "--json"]) == 0
    first, *others = json.loads(capsys.readouterr().out)
    assert len(others) == 2
    assert first["total"] == pytest.approx(sum(first["dollars"].values()))
    assert first["workers"]["count"] == DEFAULT_FUNCTIONS == DeploySettings().batch_concurrency


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--pairs", "0"), "--pairs is '0'"),
        (("--pairs", "many"), "a whole number from 1 to 1e12"),
        (("--pairs", "1.5"), "--pairs is '1.5'"),
        (("--pairs", "inf"), "--pairs is 'inf'"),
        (("--photos-a-pair", "2.5"), "above 0 and at most 2"),
        (("--photos-a-pair", "nan"), "above 0 and at most 2"),
        (("absent.jpg",), "absent.jpg"),
    ],
)
def test_wrong_input_is_named(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *arguments]) == 2
    assert words in capsys.readouterr().err
