"""The worker on Lambda: the real handler in the real runtime, called as Lambda's poller does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facecompare.batches.batch import Batch
from facecompare.config import CHECKOUT
from tests.support.aws_emulator.moto_server import credentials
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, ThrottledAws
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.workers.worker_fleet import ONE, OTHER, WorkerFleet

RUNTIME = (sys.executable, "-m", "awslambdaric", "batch_handler.handler")


@pytest.fixture
def aws(fleet: WorkerFleet) -> Iterator[ThrottledAws]:
    with ThrottledAws(fleet.environment["AWS_ENDPOINT_URL"]) as proxy:
        yield proxy


@pytest.fixture
def function(fleet: WorkerFleet, aws: ThrottledAws, tmp_path: Path) -> Iterator[LambdaFunction]:
    settings = FunctionSettings(
        code=CHECKOUT / "functions" / "compare",
        log=tmp_path / "log.txt",
        env=fleet.environment | credentials(aws.address),
        command=RUNTIME,
        name="worker",
        timeout_s=120,
    )
    with LambdaFunction(settings) as made:
        yield made


def event(fleet: WorkerFleet) -> dict[str, Any]:
    """All messages there are, as AWS describes them ("Using Lambda with Amazon SQS")."""
    answer = fleet.sqs.receive_message(
        QueueUrl=fleet.urls[0], MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for message in answer["Messages"]
        ]
    }


def counted(fleet: WorkerFleet, batch: Batch) -> tuple[int, int]:
    counts = fleet.store.counts([batch.batch_id])[batch.batch_id]
    return counts.done, counts.failed


def test_chunks_are_worked_on_and_none_is_named(
    fleet: WorkerFleet, function: LambdaFunction
) -> None:
    batch = fleet.order(ONE, OTHER, b"no photo")
    result = function.invoke(event(fleet))
    assert (result.failed, result.payload) == (False, {"batchItemFailures": []})
    assert counted(fleet, batch) == (1, 1)
    (metric,) = (record for record in function.log_records() if "Pairs" in record)
    assert (metric["Pairs"], metric["service"]) == ([1.0, 1.0], "worker")


def test_what_could_not_be_kept_is_named_and_comes_again(
    fleet: WorkerFleet, function: LambdaFunction, aws: ThrottledAws
) -> None:
    batch = fleet.order(ONE, OTHER)
    sent = event(fleet)
    aws.faults.append(THROTTLED_TABLE)
    result = function.invoke(sent)
    (record,) = sent["Records"]
    assert result.payload == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    aws.faults.clear()
    assert function.invoke(sent).payload == {"batchItemFailures": []}
    assert counted(fleet, batch) == (1, 0)
