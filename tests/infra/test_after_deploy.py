"""What is told after a deployment, and of which one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from infra.after_deploy import main
from tests.support.aws_credentials import use_credentials

PLACES = {"eu-west-1": "facecompare-data", "us-east-2": "facecompare-dev-data"}
TEMPLATE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: %s
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: comparison_id, AttributeType: S}]
      KeySchema: [{AttributeName: comparison_id, KeyType: HASH}]
Outputs:
  TableName: {Value: !Ref Table}
"""


@pytest.fixture(autouse=True)
def two_environments(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One in production in eu-west-1, one for development in us-east-2; the shell's region is
    neither, and is told as CDK and AWS's command line read it."""
    use_credentials(monkeypatch)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    with mock_aws():
        for region, name in PLACES.items():
            cloudformation: Any = botocore.session.get_session().create_client(
                "cloudformation", region_name=region
            )
            cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE % f"of-{name}")
        yield


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["after_deploy", *arguments])
        main()
    return capsys.readouterr().out


def test_each_environment_is_asked_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "TableName") == "of-facecompare-dev-data\n"
    production = ("-c", "env=prod", "--context=region=eu-west-1")
    assert told(capsys, *production, "TableName") == "of-facecompare-data\n"
    assert told(capsys, *production, "--environment") == (
        "FACECOMPARE_RECORDS_TABLE=of-facecompare-data\n"
        "AWS_REGION=eu-west-1\nAWS_DEFAULT_REGION=eu-west-1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("-c", "env=prod"),
            "found no output TableName of facecompare-data and its other stacks in us-east-2; "
            "expected one of: none; name the environment and its region, or run: make deploy",
        ),
        (("SiteUrl",), "found no output SiteUrl of facecompare-dev-data and its other stacks"),
        (("-c", "env=staging"), "found no staging.toml"),
    ],
)
def test_what_is_not_there_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        told(capsys, *arguments)
    assert str(ended.value).startswith(f"facecompare: {message}")
    assert "\n" not in str(ended.value)


def test_no_region_is_told_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(SystemExit, match="found no region; expected one; set AWS_REGION"):
        told(capsys, "TableName")
