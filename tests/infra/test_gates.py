"""What is refused before anything is deployed: cdk-nag in every synthesis, cfn-lint here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk import aws_s3 as s3

from infra.app import build
from tests.support.assembly import Assembly


def test_cdk_nag_and_cdk_itself_find_nothing(either: Assembly) -> None:
    report = json.loads((either.folder / "validation-report.json").read_text("utf-8"))
    violations = [found for plugin in report["pluginReports"] for found in plugin["violations"]]
    assert violations == []


def test_cdk_nag_stops_a_careless_synthesis(sources: dict[str, str], tmp_path: Path) -> None:
    app = build(sources, str(tmp_path))
    s3.Bucket(Stack(app, "careless"), "Bucket")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_cfn_lint_finds_no_error(either: Assembly) -> None:
    templates = [str(path) for path in sorted(either.folder.glob("*.template.json"))]
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--non-zero-exit-code", "error", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_everything_is_tagged(either: Assembly) -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Bucket"):
        for resource in either.all(kind):
            if "Custom" in resource.id:  # CDK's own functions, some of which take no tags
                continue
            keys = {tag["Key"] for tag in resource.properties["Tags"]}
            assert {"project", "environment"} <= keys
