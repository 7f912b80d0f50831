"""The worker's loop with real processes: holding messages, and stopping in time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from facecompare.batch_files import BatchFiles
from facecompare.batch_manifest import packed
from facecompare.batch_queue import BatchQueue
from facecompare.model_bucket import push_models
from facecompare.model_files import ModelFolder
from facecompare.records.batch import Batch, Piece
from facecompare.records.dynamo_batches import DynamoBatches
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import timestamp
from facecompare.uploads import new_upload
from tests import pictures
from tests.functions.loopback import LoopbackHandler, LoopbackServer
from tests.functions.worker_command import CRASH, SLOW, SLOW_S, start_worker
from tests.infra.moto_server import REGION, credentials
from tests.tables import create_table

HOLD_S = 2
PATIENCE_S = 40


@dataclass
class Workplace:
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
        manifest = packed(f"image1,image2\n{lines}", self.bucket, any_key=False, some=0)
        made = timestamp()
        batch = Batch(new_upload()[-32:], made, "", manifest.total, "dlib-fast", 0.5, "largest")
        self.files.keep_manifest(batch.batch_id, manifest.data)
        self.store.create(batch)
        for pair in range(1, batch.total + 1):
            self.queue.send([Piece(batch.batch_id, pair, pair)])
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
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)


@pytest.fixture
def workplace(moto_address: str, models_dir: Path, tmp_path: Path) -> Iterator[Workplace]:
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
    environment = credentials(moto_address) | {
        "AWS_EC2_METADATA_DISABLED": "true",
        "FACECOMPARE_MODELS_DIR": str(models_dir),
        "FACECOMPARE_RECORDS_TABLE": names["table"],
        "FACECOMPARE_UPLOAD_BUCKET": names["uploads"],
        "FACECOMPARE_BATCH_QUEUE": urls[0],
        "FACECOMPARE_DEAD_LETTER_QUEUE": urls[1],
        "FACECOMPARE_HOLD_S": str(HOLD_S),
        "FACECOMPARE_THREADS": "1",
        "POWERTOOLS_SERVICE_NAME": "worker",
        "POWERTOOLS_METRICS_NAMESPACE": "facecompare",
    }
    queue, files = BatchQueue(*urls), BatchFiles(names["uploads"], 15_000_000)
    queue._sqs, files._s3 = sqs, s3  # type: ignore[misc]
    made = Workplace(
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
    with ExitStack() as stack:
        stack.callback(made.end)
        yield made


NAMES = ("models", "uploads", "table", "queue", "dead-letters")
ONE, OTHER = pictures.OBAMA.read_bytes(), pictures.OBAMA2.read_bytes()


def exit_status(worker: subprocess.Popen[bytes]) -> int:
    return worker.wait(PATIENCE_S)


def test_it_works_on_what_comes_and_says_so(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER)
    workplace.wait_for(lambda: workplace.ended(batch) == 1)
    workplace.wait_for(lambda: workplace.said('"Pairs"') > 0)  # the metric
    assert workplace.said('"engine": "dlib-fast"') or workplace.said('"engine":"dlib-fast"')
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert (workplace.messages(visible=True), workplace.messages(visible=False)) == (0, 0)


def test_a_message_is_held_for_as_long_as_its_work_takes(workplace: Workplace) -> None:
    assert SLOW_S > 1.5 * HOLD_S
    workplace.start()
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    seen = []
    while workplace.ended(batch) == 0:
        seen += workplace.queue.receive(1, 0, 1)
        time.sleep(0.1)
    assert seen == []
    (outcome,) = workplace.store.ended([Piece(batch.batch_id, 1, 1)]).values()
    assert outcome


def test_when_a_worker_dies_another_gets_its_message(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    worker.kill()
    exit_status(worker)
    workplace.start()
    workplace.wait_for(lambda: workplace.ended(batch) == 1)


def test_told_to_stop_it_ends_what_it_began_and_begins_nothing_else(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, *(OTHER + SLOW for _ in range(6)))
    workplace.wait_for(lambda: workplace.messages(visible=False) == 2)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert workplace.ended(batch) == 2
    assert workplace.messages(visible=True) == 4
    assert workplace.messages(visible=False) == 0
    assert workplace.said("stopping: SIGTERM") == 1


def test_what_does_not_end_in_time_is_given_back_at_once(workplace: Workplace) -> None:
    worker = workplace.start(GRACE_S="0.2", FACECOMPARE_HOLD_S="600")
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert workplace.messages(visible=True) == 1
    assert workplace.ended(batch) == 0
    assert workplace.said("1 messages given back") == 1


class Machine:
    """EC2's instance metadata, as IMDSv2 has it."""

    def __init__(self) -> None:
        self.notice: bytes | None = None
        self.asked_without_token = False
        machine = self

        class Handler(LoopbackHandler):
            def do_PUT(self) -> None:
                self.body()
                self._answer(200, b"a-token")

            def do_GET(self) -> None:
                if self.headers.get("X-aws-ec2-metadata-token") != "a-token":
                    machine.asked_without_token = True
                    self._answer(401, b"")
                elif machine.notice is None or not self.path.endswith("/spot/instance-action"):
                    self._answer(404, b"")
                else:
                    self._answer(200, machine.notice)

            def _answer(self, status: int, body: bytes) -> None:
                self.start_answer(status, [], len(body))
                self.wfile.write(body)

        self.server = LoopbackServer(Handler)


def test_a_spot_notice_stops_it_as_well(workplace: Workplace) -> None:
    machine = Machine()
    address = f"http://{machine.server.host_and_port}"
    metadata = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": address}
    worker = workplace.start(**metadata)
    batch = workplace.order(ONE, OTHER)
    workplace.wait_for(lambda: workplace.ended(batch) == 1)
    machine.notice = b'{"action": "terminate", "time": "2026-11-23T10:02:00Z"}'
    assert exit_status(worker) == 0
    assert workplace.said("stopping: spot notice") == 1
    assert not machine.asked_without_token
    machine.server.close()


def test_a_crash_of_the_engine_costs_its_own_message_only(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER + CRASH)
    assert exit_status(worker) == 139
    good = workplace.order(ONE, OTHER)
    deadline = time.monotonic() + PATIENCE_S
    while workplace.ended(batch) == 0 and time.monotonic() < deadline:
        worker = workplace.start()
        workplace.wait_for(
            lambda: worker.poll() is not None or workplace.ended(batch) == 1  # noqa: B023
        )
    (outcome,) = workplace.store.ended([Piece(batch.batch_id, 1, 1)]).values()
    assert outcome
    assert outcome[0].error_code == "pair_given_up"
    workplace.wait_for(lambda: workplace.ended(good) == 1)
    (letter,) = workplace.sqs.receive_message(QueueUrl=workplace.urls[1])["Messages"]
    assert Piece.from_message(letter["Body"]).batch_id == batch.batch_id


def test_without_a_queue_it_says_so(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    environment: Mapping[str, str] = workplace.environment | {"FACECOMPARE_BATCH_QUEUE": ""}
    worker = start_worker(environment, workplace.log)
    assert exit_status(worker) == 1
    assert "FACECOMPARE_BATCH_QUEUE is empty" in workplace.log.read_text()
    assert "Traceback" not in workplace.log.read_text()
