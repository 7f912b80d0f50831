"""What EventBridge is told: once a batch has ended, by somebody who asked for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from facecompare.aws_client import client
from facecompare.batches.announcements import (
    KIND,
    SOURCE,
    AnnouncedBatches,
    EventBridge,
    open_announced_batches,
)
from facecompare.batches.batch import Batch, Progress
from facecompare.batches.chunk import Chunk
from facecompare.batches.pair_result import PairResult
from facecompare.batches.pairs_file import Pair
from facecompare.config import Settings
from facecompare.errors import QueueUnavailable
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import timestamp
from tests.support.dynamo_tables import TABLE

TOTAL = 3


@pytest.fixture
def told() -> list[Progress]:
    return []


@pytest.fixture
def store(moto_table: DynamoTable, told: list[Progress]) -> AnnouncedBatches:
    return AnnouncedBatches(moto_table, 30, told.append)


@pytest.fixture
def batch(store: AnnouncedBatches) -> Batch:
    made = Batch("5" * 32, timestamp(), "ops", TOTAL, "dlib-fast", 0.5, "largest", "")
    store.create(made)
    return made


def results(chunk: Chunk) -> list[PairResult]:
    pairs = (Pair(number, "one", "other") for number in range(chunk.first, chunk.last + 1))
    return [PairResult.failed(pair, "no_face", "none", None) for pair in pairs]


def keep(store: AnnouncedBatches, chunk: Chunk) -> bool:
    return store.keep(chunk, results(chunk), [])


def test_the_last_result_is_told_and_none_before(
    store: AnnouncedBatches, batch: Batch, told: list[Progress]
) -> None:
    assert keep(store, Chunk(batch.batch_id, 1, 2))
    assert told == []
    assert keep(store, Chunk(batch.batch_id, 3, 3))
    (progress,) = told
    assert (progress.batch_id, progress.state, progress.failed) == (batch.batch_id, "done", TOTAL)
    assert progress.finished_at is not None


def test_a_chunk_that_comes_again_tells_again(
    store: AnnouncedBatches, batch: Batch, told: list[Progress]
) -> None:
    """Its worker may have died between keeping it and telling of it."""
    whole = Chunk(batch.batch_id, 1, TOTAL)
    assert [keep(store, whole), keep(store, whole)] == [True, False]
    assert len(told) == 2


def test_a_cancelled_batch_is_no_news(
    store: AnnouncedBatches, batch: Batch, told: list[Progress]
) -> None:
    store.cancel(batch.batch_id, timestamp())
    keep(store, Chunk(batch.batch_id, 1, TOTAL))
    assert told == []


def test_a_pairs_file_that_is_refused_is_told(
    store: AnnouncedBatches, batch: Batch, told: list[Progress]
) -> None:
    waiting = replace(batch, batch_id="6" * 32, total=0, upload="uploads/1")
    store.create(waiting)
    store.change_unpacked(waiting.batch_id, packing_at=timestamp())
    assert told == []
    store.change_unpacked(waiting.batch_id, refused_at=timestamp(), refusal="no pairs")
    assert [(each.state, each.error) for each in told] == [("refused", "no pairs")]


def test_what_cannot_be_told_holds_up_no_batch(
    moto_table: DynamoTable, batch: Batch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_progress: Progress) -> None:
        raise QueueUnavailable("events: AccessDenied")

    store = AnnouncedBatches(moto_table, 30, fail)
    assert keep(store, Chunk(batch.batch_id, 1, TOTAL))
    assert "events: AccessDenied" in caplog.text


def test_a_rule_gets_the_event(store: AnnouncedBatches, batch: Batch, told: list[Progress]) -> None:
    """On its way through moto's bus to a queue, as to any other target."""
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName="ended-batches")["QueueUrl"]
    asked: Any = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    events.put_rule(
        Name="ended", EventPattern=json.dumps({"source": [SOURCE], "detail-type": [KIND]})
    )
    events.put_targets(Rule="ended", Targets=[{"Id": "queue", "Arn": arn}])
    keep(store, Chunk(batch.batch_id, 1, TOTAL))
    EventBridge().tell(told[0])
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    event = json.loads(message["Body"])
    assert event["detail"]["batch_id"] == batch.batch_id
    assert (event["detail"]["state"], event["detail"]["done"]) == ("done", 0)


def test_who_has_not_switched_it_on_is_told_nothing(settings: Settings) -> None:
    off = replace(settings, records_table=TABLE)
    assert not isinstance(open_announced_batches(off), AnnouncedBatches)
    on = replace(off, events=True)
    assert isinstance(open_announced_batches(on), AnnouncedBatches)
