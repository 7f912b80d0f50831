"""The real command line deploys to moto; what exists afterwards is asked for through AWS's APIs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facecompare.config import Settings
from facecompare.records.schema import EXPIRES_AT, INDEXES
from facecompare.uploads.grants import OBJECT_DAYS
from infra.after_deploy import create_first_key, lines
from tests.support.aws_emulator.deployment import NODE_PROGRAMS, Deployment
from tests.support.aws_emulator.moto_server import REGION, credentials, moto_server

pytestmark = [
    pytest.mark.deploy,
    pytest.mark.skipif(not (NODE_PROGRAMS / "cdk").exists(), reason="no cdk; run: npm ci"),
]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory, web_layer: Path) -> Iterator[Deployment]:
    """All three stacks, in moto."""
    with moto_server() as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("deployment"))
        deployment.bootstrap()
        deployment.deploy(web_layer=str(web_layer))
        yield deployment


def test_functions_start_with_the_environment_they_were_given(deployment: Deployment) -> None:
    for construct in ("CompareFunction", "RecordsFunction"):
        settings = Settings.from_env(deployment.function_environment(construct))
        assert settings.records_table == deployment.outputs["TableName"]
        assert settings.upload_bucket == deployment.outputs["UploadBucketName"]
        assert settings.access == "public"


def test_the_compare_function_knows_the_model_bucket(deployment: Deployment) -> None:
    settings = Settings.from_env(deployment.function_environment("CompareFunction"))
    assert settings.model_bucket == deployment.outputs["ModelBucketName"]


def test_the_table_has_the_indexes_and_forgets(deployment: Deployment) -> None:
    dynamodb = deployment.client("dynamodb")
    name = deployment.outputs["TableName"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {
        index.name for index in INDEXES
    }
    assert (expiry["AttributeName"], expiry["TimeToLiveStatus"]) == (EXPIRES_AT, "ENABLED")


def test_models_are_versioned_and_uploads_expire(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    models, uploads = (deployment.outputs[f"{name}BucketName"] for name in ("Model", "Upload"))
    assert s3.get_bucket_versioning(Bucket=models)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=uploads)["Rules"]
    days = {
        each["Filter"]["Prefix"]: each["Expiration"]["Days"]
        for each in rules
        if "Expiration" in each
    }
    assert days == OBJECT_DAYS
    (cors,) = s3.get_bucket_cors(Bucket=uploads)["CORSRules"]
    assert (cors["AllowedMethods"], cors["AllowedOrigins"]) == (["POST"], ["http://127.0.0.1:8000"])
    for bucket in (models, uploads):
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(block.values())


def test_the_first_key_is_made_and_shown_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in credentials(deployment.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FACECOMPARE_RECORDS_TABLE", deployment.outputs["TableName"])
    key = create_first_key(Settings.from_env())
    assert key is not None
    assert key.startswith("fck_admin.")
    assert create_first_key(Settings.from_env()) is None
    assert list(lines(deployment.outputs, REGION, key))[-1] == (
        f"first admin key  {key}   (shown this once)\n"
    )


def test_an_update_changes_the_functions_and_a_destruction_leaves_nothing(
    deployment: Deployment, web_layer: Path
) -> None:
    deployment.client("s3").put_object(
        Bucket=deployment.outputs["ModelBucketName"], Key="models/0/a.onnx", Body=b"weights"
    )
    deployment.deploy(web_layer=str(web_layer), records_days="30", access="keys")
    settings = Settings.from_env(deployment.function_environment("RecordsFunction"))
    assert (settings.records_days, settings.access) == (30, "keys")

    deployment.destroy()
    stacks = deployment.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]
    # Buckets and table cannot be asked for: when the command line looks at a deleted stack, moto
    # makes once more what its outputs name.
    assert deployment.client("lambda").list_functions()["Functions"] == []
    assert deployment.client("logs").describe_log_groups()["logGroups"] == []
