"""`facecompare plan`: its tables, its JSON, and what it refuses."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable

import pytest

from facecompare.cli.main import main
from facecompare.config import CHECKOUT
from tests.support import pictures

STATED = ("--photos-per-s", "10", "--photos-found-per-s", "20")
PHOTOS = ("--photos", str(pictures.OBAMA), str(pictures.OBAMA2))
Printed = Callable[..., str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    def run(*arguments: str) -> str:
        assert main(["plan", *arguments]) == 0
        return capsys.readouterr().out

    return run


def test_the_plan_is_printed_as_tables(printed: Printed) -> None:
    text = printed(*STATED, "--pairs", "1e6", "2500000")
    assert "assumed, not measured, to embed 500 photos a second" in text
    assert "its 4 vCPUs prepare 80, so they bind and the GPU is busy 16%" in text
    assert "| 10⁶ | 5 × Lambda | as deployed | 7.0 h | 40 | our cap on Lambda workers |" in text
    assert "| 2,500,000 | 0 × g4dn.xlarge | AWS's defaults | never | 0 | EC2: vCPUs" in text
    assert "| S3, photos sent | 10.00 | 25.00 |" in text
    assert printed(*STATED, "--pairs", "1e6", "--pairs", "2500000") == text


def test_a_slow_gpu_is_said_to_bind(printed: Printed) -> None:
    assert "prepare 80, so the GPU binds." in printed(*STATED, "--gpu-photos-per-s", "40")


def test_the_plan_measures_a_core_when_no_rate_is_given(printed: Printed) -> None:
    answer = json.loads(printed("--json", "--pairs", "1e6", *PHOTOS))
    rates = answer["work"]["rates"]
    assert 1 < rates["photos_per_s"] < rates["found_per_s"] < 1_000
    assert rates["photo_bytes"] == pytest.approx(114_800, abs=1_000)
    assert rates["second"]["engine"] == "sface"
    assert 0 < rates["second"]["share"] < 1
    assert [run["stage"] for run in answer["runs"]] == [
        *("as deployed", "AWS's defaults", "raised"),
        *("AWS's defaults", "raised"),
    ]
    for run in answer["runs"]:
        assert run["total"] == pytest.approx(sum(run["dollars"].values()))


def test_the_plan_of_an_engine_with_one_network_tells_of_no_second(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACECOMPARE_ENGINE", "dlib-yunet")
    answer = json.loads(printed("--json", "--pairs", "1e6", *PHOTOS))
    assert answer["work"]["rates"]["second"] is None
    assert "looks at every photo" not in printed("--pairs", "1e6", *PHOTOS)


def test_a_limit_that_is_raised_changes_what_binds(printed: Printed) -> None:
    def binding(*arguments: str) -> str:
        answer = json.loads(printed(*STATED, "--json", "--pairs", "1e9", *arguments))
        (run,) = (
            each
            for each in answer["runs"]
            if (each["target"], each["stage"]) == ("Lambda", "raised")
        )
        limit: str = run["binding"]["limit"]
        return limit

    assert binding() == "Lambda: one queue's concurrency"
    assert binding("--limit", "index_shards=7") == "DynamoDB: writes of an index partition"
    assert binding("--limit", "lambda_concurrency=500") == "Lambda: the account's concurrency"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pairs", "0"], "--pairs is '0'; expected a whole number from 1 to 1e12"),
        (["--pairs", "1e6", "many"], "--pairs is 'many'"),
        (["--pairs", "1e6", "--pairs", "none"], "--pairs is 'none'"),
        (["--pairs", "1.5"], "--pairs is '1.5'"),
        (["--pairs", "inf"], "--pairs is 'inf'"),
        (["--photos-per-pair", "3"], "at most 2"),
        (["--photos-per-pair", "0"], "--photos-per-pair is '0'; expected a number above 0"),
        (["--photos-per-s", "10"], "expected both or neither"),
        (["--photos-per-s", "nan", "--photos-found-per-s", "1"], "--photos-per-s is 'nan'"),
        (["--photos-per-s", "20", "--photos-found-per-s", "10"], "at least the 20"),
        (["--gpu-photos-per-s", "-1"], "--gpu-photos-per-s is '-1'"),
        (["--instance", "t3.micro"], "one of g4dn.xlarge, g4dn.2xlarge"),
        (["--memory", "128"], "512 to 10240"),
        (["--limit", "speed=1"], "names no limit; valid: batch_concurrency, "),
        (["--limit", "gpu_vcpus=some"], "expected for gpu_vcpus a whole number from 1"),
        (["--photos", str(pictures.OBAMA)], "1 photos are given; two"),
        ([*STATED, "--photos", "not-there.jpg", "nor-this.jpg"], "not-there.jpg"),
    ],
)
def test_what_makes_no_plan_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_the_readme_shows_the_plan_of_the_command_that_it_names(printed: Printed) -> None:
    block = re.search(
        r"<!-- plan: facecompare plan (.+) -->\n(.+?)<!-- /plan -->",
        (CHECKOUT / "infra" / "README.md").read_text(),
        re.DOTALL,
    )
    assert block is not None
    assert printed(*shlex.split(block[1])) == block[2]
