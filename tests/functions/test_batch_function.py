"""The worker on Lambda: the real handler in the real runtime, called as Lambda's poller does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from facecompare.aws_lambda.ping import PING
from facecompare.batches.batch import Batch
from facecompare.batches.chunk import ATTEMPTS
from facecompare.config import CHECKOUT
from infra.batch_function import HOLD_S
from infra.batch_queues import VISIBILITY_TIMEOUT_S
from tests.support.aws_emulator.moto_server import credentials
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, ThrottledAws
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.workers.poller import BATCH_RUNTIME, messages, poll
from tests.support.workers.worker_command import CRASH
from tests.support.workers.worker_fleet import ONE, OTHER, WorkerFleet

SIZES = 3  # in which a chunk is tried: 25 pairs, 3, and one
SPOILED_HANDLER = f"""
import os
from facecompare.batches import embedding

well = embedding.detect_faces

def spoiled(photo, engine, options):
    if photo.data.endswith({CRASH!r}):
        os._exit(139)
    return well(photo, engine, options)

embedding.detect_faces = spoiled
from facecompare.aws_lambda.functions import batch_handler
from facecompare.config import Settings

handler = batch_handler(Settings.from_env())
"""


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
        command=BATCH_RUNTIME,
        name="worker",
        timeout_s=120,
    )
    with LambdaFunction(settings) as made:
        yield made


def counted(fleet: WorkerFleet, batch: Batch) -> tuple[int, int]:
    counts = fleet.store.counts([batch.batch_id])[batch.batch_id]
    return counts.done, counts.failed


def test_a_photo_that_kills_functions_is_given_up_within_minutes(
    fleet: WorkerFleet, tmp_path: Path
) -> None:
    """Each attempt that dies costs what a function holds its message for, and not the queue's
    visibility timeout of twelve minutes."""
    (tmp_path / "handler.py").write_text(SPOILED_HANDLER)
    settings = FunctionSettings(
        code=tmp_path, log=tmp_path / "log.txt", env=fleet.environment, timeout_s=120
    )
    batch = fleet.order(ONE, OTHER + CRASH)
    deaths, began = 0, time.monotonic()
    with LambdaFunction(settings) as function:
        while counted(fleet, batch) == (0, 0):
            deaths += not poll(fleet.sqs, fleet.urls[0], function)
            assert time.monotonic() - began < VISIBILITY_TIMEOUT_S
    assert (deaths, counted(fleet, batch)) == (ATTEMPTS, (0, 1))
    assert int(fleet.environment["FACECOMPARE_HOLD_S"]) < HOLD_S
    assert HOLD_S * (ATTEMPTS + 1) * SIZES < 10 * 60


def test_a_ping_is_nobodys_request(function: LambdaFunction) -> None:
    result = function.invoke(PING)
    assert (result.failed, result.payload) == (False, {"batchItemFailures": []})


def test_chunks_are_worked_on_and_none_is_named(
    fleet: WorkerFleet, function: LambdaFunction
) -> None:
    batch = fleet.order(ONE, OTHER, b"no photo")
    result = function.invoke(messages(fleet.sqs, fleet.urls[0]))
    assert (result.failed, result.payload) == (False, {"batchItemFailures": []})
    assert counted(fleet, batch) == (1, 1)
    (line,) = (record for record in function.log_records() if "pairs" in record)
    assert (line["pairs"], line["service"]) == (2, "worker")


def test_what_could_not_be_kept_is_named_and_comes_again(
    fleet: WorkerFleet, function: LambdaFunction, aws: ThrottledAws
) -> None:
    batch = fleet.order(ONE, OTHER)
    sent = messages(fleet.sqs, fleet.urls[0])
    aws.faults.append(THROTTLED_TABLE)
    result = function.invoke(sent)
    (record,) = sent["Records"]
    assert result.payload == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    aws.faults.clear()
    assert function.invoke(sent).payload == {"batchItemFailures": []}
    assert counted(fleet, batch) == (1, 0)
