"""The policies of whoever runs commands; that they suffice, `make test-deploy` shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from moto import mock_aws

from infra.operators import COMMANDS, main
from tests.support.aws_credentials import use_credentials

REGION = "eu-west-1"


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    use_credentials(monkeypatch)
    monkeypatch.setattr(sys, "argv", ["operators", *arguments, "-c", f"region={REGION}"])
    with mock_aws():
        main()
    return capsys.readouterr().out


def test_policies_of_all_commands_are_of_one_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "stage.toml").touch()
    text = printed(monkeypatch, capsys, "-c", "env=stage", "-c", f"environments={tmp_path}")
    assert set(json.loads(text)) == set(COMMANDS)
    assert "facecompare-stage-data" in text
    assert "facecompare-dev" not in text


def test_one_command_is_given_what_it_asks_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = json.loads(printed(monkeypatch, capsys, "facecompare keys"))
    ((name, policy),) = policies.items()
    assert name == "facecompare keys"
    table = f"arn:aws:dynamodb:{REGION}:123456789012:table/facecompare-dev-data-*"
    assert table in policy["Statement"][-1]["Resource"]


def test_a_table_that_was_adopted_has_its_own_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(monkeypatch, capsys, "-c", "table=kept-table", "facecompare log")
    assert f"arn:aws:dynamodb:{REGION}:123456789012:table/kept-table/index/*" in text


def test_an_unknown_command_is_refused_before_anybody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["operators", "facecompare sing"])
    with pytest.raises(SystemExit, match="found the unknown command 'facecompare sing'; expected"):
        main()
