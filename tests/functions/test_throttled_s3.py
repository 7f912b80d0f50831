from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.session import get_session

from facecompare.aws_client import client
from tests.support.aws_credentials import use_credentials
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, Fault, Pace, ThrottledAws
from tests.support.dynamo_tables import create_table


@pytest.fixture
def aws(moto_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThrottledAws]:
    use_credentials(monkeypatch)
    with ThrottledAws(moto_address) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.address)
        yield aws


@pytest.fixture
def bucket(aws: ThrottledAws) -> str:
    name = uuid4().hex
    client("s3").create_bucket(Bucket=name)
    client("s3").put_object(Bucket=name, Key="models/big", Body=bytes(range(256)) * 8_000)
    return name


def read(s3: Any, bucket: str, **which: str) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key="models/big", **which)["Body"].read()
    return body


def test_objects_pass_whole_and_in_ranges(bucket: str) -> None:
    s3 = client("s3")
    assert len(read(s3, bucket)) == 2_048_000
    assert read(s3, bucket, Range="bytes=254-257") == b"\xfe\xff\x00\x01"
    assert s3.head_object(Bucket=bucket, Key="models/big")["ContentLength"] == 2_048_000


def test_all_connections_together_keep_the_pace(moto_address: str, bucket: str) -> None:
    with ThrottledAws(moto_address, mb_per_s=8) as slow, ThreadPoolExecutor(4) as pool:
        s3 = get_session().create_client("s3", endpoint_url=slow.address)
        started = time.monotonic()
        list(pool.map(lambda _: read(s3, bucket), range(2)))
    assert time.monotonic() - started > 0.5


def test_the_pace_is_kept_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    clock = SimpleNamespace(monotonic=lambda: now, sleep=sleep)
    monkeypatch.setattr(f"{Pace.__module__}.time", clock)
    pace = Pace(8_000_000)
    for _ in range(10):
        pace.wait_for(400_000)
    assert now == pytest.approx(100.5)


def test_a_fault_befalls_the_paths_it_names(aws: ThrottledAws, bucket: str) -> None:
    aws.faults.append(Fault(path="/models/"))
    with pytest.raises(ClientError, match="503"):
        read(client("s3"), bucket)
    assert client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_a_fault_ends_when_it_is_taken_away(aws: ThrottledAws, bucket: str) -> None:
    aws.faults.append(Fault())
    aws.faults.clear()
    assert len(read(client("s3"), bucket)) == 2_048_000


def test_a_connection_may_be_cut(aws: ThrottledAws, bucket: str) -> None:
    aws.faults.append(Fault(status=0))
    with pytest.raises(ConnectionClosedError):
        read(client("s3"), bucket)


def test_a_table_may_be_throttled(aws: ThrottledAws) -> None:
    dynamodb, table = client("dynamodb"), uuid4().hex
    create_table(dynamodb, table)
    aws.faults.append(THROTTLED_TABLE)
    aws.requests.clear()
    with pytest.raises(ClientError, match="ThrottlingException"):
        dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})
    assert aws.requests == ["POST DynamoDB_20120810.GetItem"] * 3
