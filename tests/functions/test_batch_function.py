"""The worker on Lambda: the real handler in the real runtime, called as Lambda's poller does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facecompare.batches.batch import Batch
from facecompare.config import CHECKOUT
from tests.functions.lambda_function import LambdaFunction
from tests.functions.sandbox import FunctionSettings
from tests.functions.throttled_s3 import THROTTLED_TABLE, ThrottledAws
from tests.functions.workplace import ONE, OTHER, Workplace
from tests.infra.moto_server import credentials

RUNTIME = (sys.executable, "-m", "awslambdaric", "batch_handler.handler")


@pytest.fixture
def aws(workplace: Workplace) -> Iterator[ThrottledAws]:
    with ThrottledAws(workplace.environment["AWS_ENDPOINT_URL"]) as proxy:
        yield proxy


@pytest.fixture
def function(workplace: Workplace, aws: ThrottledAws, tmp_path: Path) -> Iterator[LambdaFunction]:
    settings = FunctionSettings(
        code=CHECKOUT / "functions" / "compare",
        log=tmp_path / "log.txt",
        env=workplace.environment | credentials(aws.address),
        command=RUNTIME,
        name="worker",
        timeout_s=120,
    )
    with LambdaFunction(settings) as made:
        yield made


def event(workplace: Workplace) -> dict[str, Any]:
    """All messages there are, as AWS describes them ("Using Lambda with Amazon SQS")."""
    answer = workplace.sqs.receive_message(
        QueueUrl=workplace.urls[0], MaxNumberOfMessages=10, AttributeNames=["All"]
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


def counted(workplace: Workplace, batch: Batch) -> tuple[int, int]:
    counts = workplace.store.counts([batch.batch_id])[batch.batch_id]
    return counts.done, counts.failed


def test_pieces_are_worked_on_and_none_is_named(
    workplace: Workplace, function: LambdaFunction
) -> None:
    batch = workplace.order(ONE, OTHER, b"no photo")
    outcome = function.invoke(event(workplace))
    assert (outcome.failed, outcome.payload) == (False, {"batchItemFailures": []})
    assert counted(workplace, batch) == (1, 1)
    (metric,) = (record for record in function.log_records() if "Pairs" in record)
    assert (metric["Pairs"], metric["service"]) == ([1.0, 1.0], "worker")


def test_what_could_not_be_kept_is_named_and_comes_again(
    workplace: Workplace, function: LambdaFunction, aws: ThrottledAws
) -> None:
    batch = workplace.order(ONE, OTHER)
    sent = event(workplace)
    aws.faults.append(THROTTLED_TABLE)
    outcome = function.invoke(sent)
    (record,) = sent["Records"]
    assert outcome.payload == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    aws.faults.clear()
    assert function.invoke(sent).payload == {"batchItemFailures": []}
    assert counted(workplace, batch) == (1, 0)
