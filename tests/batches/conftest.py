from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from facecompare.access import Role, new_key
from facecompare.api.app import create_app
from facecompare.api.dependencies import Services
from facecompare.api.routes import record_routers
from facecompare.aws_client import client
from facecompare.batches.dynamo_store import DynamoBatches
from facecompare.batches.queue import BatchQueue, Message
from facecompare.batches.service import BatchService
from facecompare.batches.storage import BatchFiles
from facecompare.batches.worker import BatchWorker
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import timestamp
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from facecompare.telemetry import NoTelemetry
from facecompare.uploads.grants import new_upload
from tests.support import pictures

BUCKET = "uploads-of-tests"
PHOTOS = (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)


class Counting(NoTelemetry):
    """Counts the compared pairs."""

    def __init__(self) -> None:
        self.pairs = 0

    def pairs_compared(self, pairs: int) -> None:
        self.pairs += pairs


@dataclass
class Installation:
    """Queue, table and bucket, and both sides of them."""

    settings: Settings
    store: DynamoBatches
    queue: BatchQueue
    files: BatchFiles
    service: BatchService
    worker: BatchWorker
    seen: Counting
    urls: tuple[str, str]
    waits: list[float]

    def upload(self, data: bytes) -> str:
        """A photo, under a name as grants give."""
        name = new_upload()
        self.put(name, data)
        return name

    def put(self, key: str, data: bytes) -> None:
        client("s3").put_object(Bucket=BUCKET, Key=key, Body=data)

    def portraits(self) -> list[str]:
        return [self.upload(path.read_bytes()) for path in PHOTOS]

    def receive(self) -> list[Message]:
        return self.queue.receive(10, 0, 60)

    def work_all(self) -> int:
        """Until the queue is empty; how many messages there were."""
        count = 0
        while messages := self.receive():
            self.queue.delete(self.worker.work(messages))
            count += len(messages)
        return count

    def dead_letters(self) -> list[dict[str, Any]]:
        answer = client("sqs").receive_message(
            QueueUrl=self.urls[1], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return [dict(message) for message in answer.get("Messages", ())]

    def waiting(self) -> int:
        """Messages on the queue, seen by a worker or not."""
        answer = client("sqs").get_queue_attributes(
            QueueUrl=self.urls[0],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(map(int, answer["Attributes"].values()))


@pytest.fixture
def installation(moto_table: DynamoTable, settings: Settings, engine: Engine) -> Installation:
    client("s3").create_bucket(Bucket=BUCKET)
    sqs = client("sqs")
    urls = tuple(
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
        for name in ("batches", "dead-letters")
    )
    settings = replace(settings, upload_bucket=BUCKET, batch_queue=urls[0])
    store, queue = DynamoBatches(moto_table), BatchQueue(*urls)
    files, seen = BatchFiles(BUCKET, settings.max_bytes), Counting()
    waits: list[float] = []
    worker = BatchWorker(
        FaceService(settings, None, [engine]), store, queue, files, seen, waits.append
    )
    service = BatchService(settings, store, queue, files)
    return Installation(
        settings, store, queue, files, service, worker, seen, (urls[0], urls[1]), waits
    )


@dataclass
class Callers:
    """The API's client, and the headers of two keys."""

    client: TestClient
    admin: dict[str, str]
    caller: dict[str, str]


@pytest.fixture
def callers(installation: Installation, log: SqliteLog) -> Iterator[Callers]:
    keys = SqliteKeys(installation.settings.records)
    headers = {}
    for name, role in (("ops", Role.ADMIN), ("ann", Role.CALLER)):
        secret, key = new_key(name, role, timestamp())
        keys.add(key)
        headers[name] = {"Authorization": f"Bearer {secret}"}
    settings = replace(installation.settings, access="public")
    services = Services(settings, keys, log, batches=installation.service)
    app = create_app(services, record_routers())
    with TestClient(app, raise_server_exceptions=False) as testing:
        yield Callers(testing, headers["ops"], headers["ann"])
