"""A queue, a table and buckets in moto, and worker processes on them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session

from facecompare.batches.batch import Batch, new_batch_id
from facecompare.batches.chunk import Chunk
from facecompare.batches.dynamo_store import DynamoBatches
from facecompare.batches.packed_manifest import pack_manifest
from facecompare.batches.queue import BatchQueue
from facecompare.batches.storage import BatchFiles
from facecompare.model_store.files import ModelFolder
from facecompare.model_store.s3 import push_models
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import timestamp
from facecompare.uploads.grants import new_upload
from tests.support import pictures
from tests.support.aws_emulator.moto_server import REGION, credentials
from tests.support.dynamo_tables import create_table
from tests.support.processes import LIBRARY, PAUSE_S
from tests.support.workers.worker_command import start_worker

HOLD_S = 2


@dataclass
class WorkerFleet:
    """Queue, table and buckets in moto, and the workers that were started."""

    environment: dict[str, str]
    log: Path
    store: DynamoBatches
    queue: BatchQueue
    files: BatchFiles
    sqs: Any
    s3: Any
    urls: tuple[str, str]
    bucket: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        worker = start_worker(self.environment | more, self.log)
        self.workers.append(worker)
        self.wait_for(lambda: self.said("ready") >= len(self.workers))
        return worker

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def order(self, *photos: bytes) -> Batch:
        """A batch that compares the first photo with each of the others, a message a pair."""
        names = [new_upload() for _ in photos]
        for name, data in zip(names, photos, strict=True):
            self.s3.put_object(Bucket=self.bucket, Key=name, Body=data)
        lines = "".join(f"{names[0]},{name}\n" for name in names[1:])
        manifest = pack_manifest(
            f"image1,image2\n{lines}", self.bucket, any_key=False, photo_limit=0
        )
        made = timestamp()
        batch = Batch(new_batch_id(), made, "", manifest.total, "dlib-fast", 0.5, "largest", "")
        self.files.put_manifest(batch.batch_id, manifest.data)
        self.store.create(batch)
        for pair in range(1, batch.total + 1):
            self.queue.send([Chunk(batch.batch_id, pair, pair)])
        return batch

    def ended(self, batch: Batch) -> int:
        counts = self.store.counts([batch.batch_id])[batch.batch_id]
        return counts.done + counts.failed

    def said(self, words: str) -> int:
        return self.log.read_text().count(words) if self.log.exists() else 0

    def messages(self, *, visible: bool) -> int:
        name = "ApproximateNumberOfMessages" + ("" if visible else "NotVisible")
        answer = self.sqs.get_queue_attributes(QueueUrl=self.urls[0], AttributeNames=[name])
        return int(answer["Attributes"][name])

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """However long it takes, within the suite's limit for a test."""
        try:
            while not condition():
                time.sleep(PAUSE_S)
        except BaseException as error:
            error.add_note(self.log.read_text() if self.log.exists() else "no worker said anything")
            raise


@contextmanager
def worker_fleet(moto_address: str, models_dir: Path, tmp_path: Path) -> Iterator[WorkerFleet]:
    """All of it, for the length of the block."""
    session = botocore.session.get_session()

    def client(service: str) -> Any:
        return session.create_client(
            service,
            region_name=REGION,
            endpoint_url=moto_address,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    s3, sqs, dynamodb = client("s3"), client("sqs"), client("dynamodb")
    names = {name: f"{name}-{tmp_path.name[-40:]}".replace("_", "-").lower() for name in NAMES}
    for bucket in ("models", "uploads"):
        s3.create_bucket(Bucket=names[bucket])
    list(push_models(ModelFolder.at(models_dir), names["models"], s3))
    create_table(dynamodb, names["table"])
    urls = tuple(sqs.create_queue(QueueName=names[name])["QueueUrl"] for name in NAMES[3:])
    environment = (
        credentials(moto_address)
        | LIBRARY
        | {
            "AWS_EC2_METADATA_DISABLED": "true",
            "FACECOMPARE_MODELS_DIR": str(models_dir),
            "FACECOMPARE_RECORDS_TABLE": names["table"],
            "FACECOMPARE_UPLOAD_BUCKET": names["uploads"],
            "FACECOMPARE_BATCH_QUEUE": urls[0],
            "FACECOMPARE_DEAD_LETTER_QUEUE": urls[1],
            "FACECOMPARE_HOLD_S": str(HOLD_S),
            "FACECOMPARE_THREADS": "1",
            "POWERTOOLS_SERVICE_NAME": "worker",
        }
    )
    queue, files = BatchQueue(*urls), BatchFiles(names["uploads"], 15_000_000)
    queue._sqs, files._bucket.s3 = sqs, s3
    made = WorkerFleet(
        environment,
        tmp_path / "worker.log",
        DynamoBatches(DynamoTable(names["table"], dynamodb)),
        queue,
        files,
        sqs,
        s3,
        (urls[0], urls[1]),
        names["uploads"],
    )
    try:
        yield made
    finally:
        made.end()


NAMES = ("models", "uploads", "table", "queue", "dead-letters")
ONE, OTHER = pictures.OBAMA.read_bytes(), pictures.OBAMA2.read_bytes()
