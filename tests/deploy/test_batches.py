"""Two thousand pairs through the deployed queue, while everything that can go wrong does."""

from __future__ import annotations

import csv
import io
import json
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2 as httpx
import pytest

from facecompare.batches.chunk import Chunk
from facecompare.uploads.grants import new_upload
from tests.support import pictures
from tests.support.aws_emulator.moto_server import credentials
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, ThrottledAws
from tests.support.deployed.installation import Installation, installed
from tests.support.deployed.service import SERVED, Service, running
from tests.support.workers.worker_command import CRASH, start_worker

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(600)]

HOLD_S = 3
ROWS, COLUMNS, BLOCK = 50, 40, 5  # pairs of a message lie in a block, and share its photos
PAIRS = ROWS * COLUMNS
THROTTLED_SHARE = 0.1
KILLS_AFTER = (0.2, 0.5)  # of the pairs
GARBAGE = (
    "nonsense",
    '{"batch": 7}',
    Chunk("0" * 32, 1, 25).to_message(),
)


@dataclass
class RestartedWorkers:
    """Two workers, each started again when it ends, as ECS does; `kill` ends the first one."""

    environment: dict[str, str]
    folder: Path
    ended: Event = field(default_factory=Event)
    now: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)

    def __enter__(self) -> RestartedWorkers:
        for number in (1, 2):
            Thread(target=self._keep, args=(number,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for worker in self.now.values():
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)

    def kill(self) -> None:
        self.now[1].kill()

    def _keep(self, number: int) -> None:
        while not self.ended.is_set():
            log = self.folder / f"worker{number}.log"
            self.now[number] = start_worker(self.environment, log)
            self.statuses.append(self.now[number].wait())


@dataclass
class TroubledService:
    """An installation's API, running, and a proxy before AWS that fails its workers at random.

    `worker` is the environment of those workers.
    """

    installation: Installation
    service: Service
    aws: ThrottledAws
    worker: dict[str, str]

    @property
    def queue(self) -> str:
        return self.installation.outputs["BatchQueueUrl"]

    @property
    def dead_letters(self) -> str:
        return self.installation.outputs["DeadLetterQueueUrl"]

    def client(self, service: str) -> Any:
        return self.installation.deployment.client(service)

    def send(self, body: str) -> None:
        self.client("sqs").send_message(QueueUrl=self.queue, MessageBody=body)

    def get(self, path: str) -> httpx.Response:
        header = self.installation.header
        answer = httpx.get(f"{self.service.address}{path}", headers=header, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
def troubled(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path
) -> Iterator[TroubledService]:
    folder = tmp_path_factory.mktemp("batches")
    with ExitStack() as stack:
        made = stack.enter_context(installed(folder, models_dir))
        made.key = made.create_key("ops", "admin")
        compare, records, origin = map(made.environment, SERVED)
        worker = made.environment("BatchFunction")
        service = stack.enter_context(running(compare, records, origin, folder))
        # Signatures are not checked, and moto knows buckets by path also at an IP address.
        aws = stack.enter_context(ThrottledAws(made.deployment.url))
        bad = credentials(aws.address) | {"FACECOMPARE_HOLD_S": str(HOLD_S)}
        yield TroubledService(made, service, aws, worker | bad)


def uploaded(troubled: TroubledService, data: bytes) -> str:
    name = new_upload()
    bucket = troubled.installation.outputs["UploadBucketName"]
    troubled.client("s3").put_object(Bucket=bucket, Key=name, Body=data)
    return name


def pairs_of(rows: list[str], columns: list[str]) -> list[tuple[str, str]]:
    """All of them, block by block."""
    return [
        (rows[top + down], columns[left + right])
        for top in range(0, len(rows), BLOCK)
        for left in range(0, len(columns), BLOCK)
        for down in range(BLOCK)
        for right in range(BLOCK)
    ]


def test_every_pair_has_one_result_or_one_reason(troubled: TroubledService, tmp_path: Path) -> None:
    obama, biden = pictures.OBAMA.read_bytes(), pictures.BIDEN.read_bytes()
    rows = [uploaded(troubled, obama) for _ in range(ROWS)]
    columns = [uploaded(troubled, obama if number % 2 else biden) for number in range(COLUMNS - 2)]
    columns += [uploaded(troubled, b"no photo"), uploaded(troubled, pictures.plain(200, 150))]
    pairs = pairs_of(rows, columns)
    poison = PAIRS // 2  # the pair of the one photo on which workers die
    pairs[poison - 1] = (pairs[poison - 1][0], uploaded(troubled, obama + CRASH))
    manifest = "image1,image2\n" + "".join(f"{one},{other}\n" for one, other in pairs)
    ordered = httpx.post(
        f"{troubled.service.address}/api/batches",
        json={"manifest": manifest},
        headers=troubled.installation.header,
        timeout=60,
    )
    assert ordered.status_code == 202, ordered.text
    batch_id = ordered.json()["batch_id"]
    for garbage in GARBAGE:
        troubled.send(garbage)
    troubled.send(Chunk(batch_id, 1, PAIRS).to_message())  # all of it again
    troubled.aws.faults.append(replace(THROTTLED_TABLE, share=THROTTLED_SHARE))

    draw, kills = random.Random(7), list(KILLS_AFTER)
    with RestartedWorkers(troubled.worker, tmp_path) as workers:
        deadline = time.monotonic() + 400
        while True:
            progress = troubled.get(f"/api/batches/{batch_id}").json()
            ended = progress["done"] + progress["failed"]
            if progress["state"] != "running":
                break
            assert time.monotonic() < deadline, progress
            first = 1 + 25 * draw.randrange(PAIRS // 25)
            troubled.send(Chunk(batch_id, first, first + 24).to_message())
            if kills and ended >= kills[0] * PAIRS:
                kills.pop(0)
                workers.kill()
            time.sleep(1)
        assert kills == []
        wait_until_empty(troubled, deadline)
    assert Counter(workers.statuses)[-signal.SIGKILL] >= 2
    assert troubled.get(f"/api/batches/{batch_id}").json() == progress

    found = results(troubled, batch_id)
    assert [int(row["pair"]) for row in found] == list(range(1, PAIRS + 1))
    assert [(row["image1"], row["image2"]) for row in found] == pairs
    reasons = Counter(row["error_code"] for row in found)
    assert reasons["pair_given_up"] == 1
    assert found[poison - 1]["error_code"] == "pair_given_up"
    assert set(reasons) == {"", "pair_given_up", "unsupported_image", "no_face"}
    assert progress["failed"] == sum(reasons.values()) - reasons[""]
    assert progress["done"] == reasons[""]
    kept = records(troubled, batch_id)
    assert sorted(kept) == sorted(row["comparison_id"] for row in found if row["comparison_id"])
    of_obama = set(columns[1:-2:2])
    for row in found:
        if not row["error_code"]:
            assert row["same_person"] == str(row["image2"] in of_obama).lower(), row
    given_up = Chunk(batch_id, poison, poison).to_message()
    left = Counter(letters(troubled))
    assert left.keys() == {*GARBAGE, given_up}
    # All of it was sent twice: two workers may have had the pair at the same time, and died of it.
    assert {letter for letter, times in left.items() if times > 1} <= {given_up}


def test_the_command_line_uploads_orders_watches_and_fetches(
    troubled: TroubledService, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN):
        (photos / path.name).write_bytes(path.read_bytes())
    lines = ("image1,image2", "obama.jpg,obama2.jpg", "obama.jpg,biden.jpg")
    pairs, out = tmp_path / "pairs.csv", tmp_path / "results.csv"
    pairs.write_text("\n".join(lines) + "\n")
    key = troubled.installation.key
    around = {"FACECOMPARE_URL": troubled.service.address, "FACECOMPARE_KEY": key}
    submit = ("batches", "submit", str(pairs), "--images", str(photos), "--threshold", "0.4")
    batch_id = troubled.installation.command("facecompare", *submit, **around).strip()
    with RestartedWorkers(troubled.worker, tmp_path):
        watched = troubled.installation.command(
            "facecompare", "batches", "watch", batch_id, **around
        )
    assert "done: 2 done, 0 failed of 2" in watched
    fetch = ("batches", "fetch", batch_id, "--pairs", str(pairs), "--out", str(out))
    troubled.installation.command("facecompare", *fetch, **around)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["image1"], row["image2"], row["same_person"]) for row in rows] == [
        ("obama.jpg", "obama2.jpg", "true"),
        ("obama.jpg", "biden.jpg", "false"),
    ]
    assert batch_id in troubled.installation.command("facecompare", "batches", "list", **around)
    assert "done: 2 done" in troubled.installation.command(
        "facecompare", "batches", "cancel", batch_id, **around
    )


def wait_until_empty(troubled: TroubledService, deadline: float) -> None:
    """What was sent twice is still to be dealt with."""
    while any(left := troubled.installation.queued()):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def results(troubled: TroubledService, batch_id: str) -> list[dict[str, str]]:
    text = troubled.get(f"/api/batches/{batch_id}/results.csv").text
    return list(csv.DictReader(io.StringIO(text)))


def records(troubled: TroubledService, batch_id: str) -> list[str]:
    pages = troubled.client("dynamodb").get_paginator("scan")
    items = (
        item
        for page in pages.paginate(TableName=troubled.installation.outputs["TableName"])
        for item in page["Items"]
    )
    return [
        item["comparison_id"]["S"]
        for item in items
        if item.get("batch_id", {}).get("S") == batch_id and "comparison_id" in item
    ]


def letters(troubled: TroubledService) -> list[str]:
    sqs: Any = troubled.client("sqs")
    found: dict[str, str] = {}
    while answer := sqs.receive_message(QueueUrl=troubled.dead_letters, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found |= {message["MessageId"]: message["Body"] for message in answer}
    return [json.dumps(json.loads(body)) if body[0] == "{" else body for body in found.values()]
