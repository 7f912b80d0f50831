from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from facecompare.engines.cards import MTCNN_MODELS
from facecompare.model_store.files import ModelFolder, model_key
from facecompare.records.schema import EXPIRES_AT, INDEXES, NEWEST, PARTITION_KEY, SORT_KEY
from tests.support.assembly import Assembly, Properties

RETAINED = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")


def table(assembly: Assembly) -> Properties:
    return assembly.one("AWS::DynamoDB::Table").properties


def test_the_table_is_on_demand_and_encrypted_and_forgets_and_can_be_restored(
    either: Assembly,
) -> None:
    properties = table(either)
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": EXPIRES_AT, "Enabled": True}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_key_and_indexes_are_the_librarys(either: Assembly) -> None:
    properties = table(either)
    assert properties["KeySchema"] == [{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}]
    assert {
        (index["IndexName"], *(key["AttributeName"] for key in index["KeySchema"]))
        for index in properties["GlobalSecondaryIndexes"]
    } == {(index.name, index.partition, SORT_KEY) for index in INDEXES}
    assert all(
        index["Projection"] == {"ProjectionType": "ALL"}
        for index in properties["GlobalSecondaryIndexes"]
    )


def test_the_table_as_synthesized_lists_newest_first(standard: Assembly) -> None:
    template = dict(table(standard))
    for dropped in ("TimeToLiveSpecification", "PointInTimeRecoverySpecification"):
        del template[dropped]  # CreateTable takes them in calls of their own
    with mock_aws():
        dynamodb: Any = botocore.session.get_session().create_client("dynamodb", "us-east-1")
        template["SSESpecification"] = {"Enabled": template["SSESpecification"]["SSEEnabled"]}
        dynamodb.create_table(TableName="comparisons", **template)
        for moment in ("2026-11-22T10:00:00Z#b", "2026-11-22T09:00:00Z#a"):
            item = {PARTITION_KEY: moment, NEWEST.partition: "all#0", SORT_KEY: moment}
            dynamodb.put_item(
                TableName="comparisons", Item={key: {"S": value} for key, value in item.items()}
            )
        found = dynamodb.query(
            TableName="comparisons",
            IndexName=NEWEST.name,
            KeyConditionExpression=f"{NEWEST.partition} = :list",
            ExpressionAttributeValues={":list": {"S": "all#0"}},
            ScanIndexForward=False,
        )["Items"]
    assert [item[PARTITION_KEY]["S"][-1] for item in found] == ["b", "a"]


def test_production_keeps_its_data(everything: Assembly) -> None:
    assert table(everything)["DeletionProtectionEnabled"] is True
    for kind in RETAINED:
        kept = [each for each in everything.all(kind) if each.stack == "data"]
        assert kept
        assert {each.definition["DeletionPolicy"] for each in kept} == {"RetainExceptOnCreate"}


def test_development_leaves_nothing_behind(standard: Assembly) -> None:
    assert table(standard)["DeletionProtectionEnabled"] is False
    assert {each.definition.get("DeletionPolicy", "Delete") for each in standard.resources()} == {
        "Delete"
    }
    emptied = {
        each.properties["BucketName"]["Ref"] for each in standard.all("Custom::S3AutoDeleteObjects")
    }
    assert emptied == {each.id for each in standard.all("AWS::S3::Bucket")}


def test_no_function_logs_where_no_stack_removes_it(standard: Assembly) -> None:
    logs = {each.id for each in standard.all("AWS::Logs::LogGroup")}
    for function in standard.all("AWS::Lambda::Function"):
        assert function.properties["LoggingConfig"]["LogGroup"]["Ref"] in logs


def test_every_bucket_is_private_and_encrypted_and_speaks_tls_only(either: Assembly) -> None:
    policies = {
        each.properties["Bucket"]["Ref"]: each for each in either.all("AWS::S3::BucketPolicy")
    }
    for bucket in either.all("AWS::S3::Bucket"):
        assert all(bucket.properties["PublicAccessBlockConfiguration"].values())
        assert "BucketEncryption" in bucket.properties
        statements = policies[bucket.id].properties["PolicyDocument"]["Statement"]
        assert any(
            statement["Effect"] == "Deny"
            and statement["Action"] == "s3:*"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in statements
        )


def test_models_are_versioned(either: Assembly) -> None:
    bucket = either.one("AWS::S3::Bucket", "ModelBucket")
    assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("standard", {"landmarks68", *MTCNN_MODELS}), ("everything", set())],
    ids=["by default", "with 68 and MTCNN"],
)
def test_models_lie_under_their_checksums(
    request: pytest.FixtureRequest, sources: dict[str, str], name: str, left_out: set[str]
) -> None:
    assembly: Assembly = request.getfixturevalue(name)
    staged = assembly.folder / "staged" / "models"
    files = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
    rows = ModelFolder.at(Path(sources["models"])).files
    assert files == {model_key(row) for row in rows if row.name not in left_out}


def test_access_logs_are_of_every_bucket_but_those_that_hold_them(everything: Assembly) -> None:
    buckets = everything.all("AWS::S3::Bucket")
    logged = {each.id for each in buckets if "LoggingConfiguration" in each.properties}
    holding = {
        each.properties["LoggingConfiguration"]["DestinationBucketName"]["Ref"]
        for each in buckets
        if each.id in logged
    }
    assert len(holding) == 2
    assert logged == {each.id for each in buckets} - holding
