"""What can happen to a running service, and what it must do then: the list of `make faults`."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import botocore.session
import httpx2 as httpx

from facecompare.config import ENV_PREFIX
from facecompare.records.record import SECONDS_A_DAY
from tests.support.aws_emulator.moto_server import REGION, credentials, moto_server
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, Fault, ThrottledAws
from tests.support.dynamo_tables import TABLE, create_table
from tests.support.faulty_service import RIGHT, Clock, FaultyService

DAMAGED = "face-network.onnx"
YEAR_S = 366 * SECONDS_A_DAY
DISK_BYTES = 196_608  # for the log: some tens of records
SILENT_S = 3.0  # longer than a check may take
KILLS, WRITERS = 5, 3
RECOVERY_S = 20  # S3's client gives up after three attempts of 5 s
Sandbox = Callable[["FaultyService"], list[str]]
Act = Callable[[FaultyService], object]


def _nothing(_service: FaultyService) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that happens, and how it ends; `failing` are the checks that must see it.

    `refused` says that comparisons must be refused meanwhile, which is None where either may be.
    """

    name: str
    happen: Act
    end: Act = _nothing
    failing: frozenset[str] = frozenset()
    refused: bool | None = False
    sandboxed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered meanwhile, what after it, and how many answered records are lost."""

    name: str
    health: int
    ready: int
    failing: frozenset[str]
    compare: tuple[int, str]
    ready_after: int
    compare_after: int
    lost: int

    def wrong(self, expected: Trouble) -> list[str]:
        """The bounds that do not hold."""
        refused = self.compare[0] == 503 and self.compare[1] not in ("", "internal_error")
        bounds = {
            "health is 200": self.health == 200,
            "ready names what fails": self.failing == expected.failing,
            "ready is 503 where something fails": self.ready == (503 if self.failing else 200),
            "comparisons are answered, or refused by a code": refused or self.compare[0] == 200,
            "comparisons go on, or stop": expected.refused in (None, refused),
            "it is ready after it": self.ready_after == 200,
            "it compares after it": self.compare_after == 200,
            "nothing is lost": self.lost == 0,
        }
        return [name for name, holds in bounds.items() if not holds]


def undergo(trouble: Trouble, service: FaultyService, compared: int = 3) -> Outcome:
    """Start the service, let it compare, let it happen, ask, let it end, ask again."""
    try:
        service.start()
        for _ in range(compared):
            service.compare()
        trouble.happen(service)
        health, _ = service.get("/api/health")
        comparing = service.compare()
        ready, body = service.get("/api/ready")
        failing = frozenset(name for name, told in body["checks"].items() if told != "ok")
        trouble.end(service)
        ready_after, compare_after = _ready_again(service), service.compare()[0]
        there = service.listed()
        lost = len(set(service.answered) - there)
        return Outcome(
            trouble.name, health, ready, failing, comparing, ready_after, compare_after, lost
        )
    finally:
        service.stop()


def _ready_again(service: FaultyService) -> int:
    """What ready says when what it found meanwhile no longer stands, and no check still hangs."""
    for _ in range(RECOVERY_S):
        time.sleep(1)
        status, _ = service.get("/api/ready")
        if status == 200:
            break
    return status


def _spoil_log(spoil: Callable[[Path], object]) -> tuple[Act, Act]:
    """Spoil the file, which is copied before; and bring the copy back."""

    def happen(service: FaultyService) -> None:
        shutil.copy(service.records, service.folder / "backup")
        spoil(service.records)

    def end(service: FaultyService) -> None:
        shutil.copy(service.folder / "backup", service.records)

    return happen, end


def _damage_model(service: FaultyService) -> None:
    path = service.models / DAMAGED
    data = bytearray(path.read_bytes())
    shutil.copy(path, service.folder / "backup")
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _restarted(
    clock: Clock = RIGHT, sandbox: Callable[[FaultyService], list[str]] | None = None
) -> Act:
    return lambda service: service.start(clock, sandbox(service) if sandbox else ())


def _read_only(service: FaultyService) -> list[str]:
    folder = str(service.records.parent)
    return ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", folder, folder]


def _small_disk(service: FaultyService) -> list[str]:
    tmpfs = ["--size", str(DISK_BYTES), "--tmpfs", str(service.records.parent)]
    return ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", *tmpfs]


def _fill_disk(service: FaultyService) -> None:
    """A log on a small disk, which takes records until it has no room."""
    service.answered.clear()
    service.start(RIGHT, _small_disk(service))
    for _ in range(DISK_BYTES // 256):
        if service.compare()[0] != 200:
            return
    raise AssertionError("the disk is not full yet")


def _empty_disk(service: FaultyService) -> None:
    """The small disk is gone with its sandbox; what it had was listed until then."""
    assert set(service.answered) == service.listed()
    service.answered.clear()
    service.start()


def _kill(service: FaultyService) -> None:
    """Again and again in the middle of writes, at moments that differ."""
    random = Random(11)
    for _ in range(KILLS):
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(_write, service) for _ in range(WRITERS)]
            time.sleep(0.3 + random.random())
            service.stop(signal.SIGKILL)
            for writer in writers:
                writer.result()
        service.start()


def _write(service: FaultyService) -> None:
    with suppress(httpx.TransportError):
        for _ in count():
            service.compare()


DELETE, RESTORE = _spoil_log(lambda path: path.unlink())
OVERWRITE, _ = _spoil_log(lambda path: path.write_bytes(b"\xa5" * 50_000))
CUT, _ = _spoil_log(lambda path: path.write_bytes(path.read_bytes()[:6_000]))
RECORDS, MODELS = frozenset({"records"}), frozenset({"models"})

ON_ONE_MACHINE = (
    Trouble("log deleted", DELETE, RESTORE, RECORDS, refused=True),
    Trouble("log overwritten", OVERWRITE, RESTORE, RECORDS, refused=True),
    Trouble("log cut", CUT, RESTORE, RECORDS, refused=True),
    Trouble(
        "log read-only",
        _restarted(sandbox=_read_only),
        _restarted(),
        RECORDS,
        refused=True,
        sandboxed=True,
    ),
    Trouble("disk full", _fill_disk, _empty_disk, RECORDS, refused=True, sandboxed=True),
    Trouble(
        "model folder gone",
        lambda service: service.models.rename(service.folder / "away"),
        lambda service: (service.folder / "away").rename(service.models),
        MODELS,
    ),
    Trouble(
        "model damaged",
        _damage_model,
        lambda service: shutil.copy(service.folder / "backup", service.models / DAMAGED),
        MODELS,
    ),
    Trouble("clock a year ahead", _restarted(Clock(YEAR_S)), _restarted()),
    Trouble("clock ten years ahead", _restarted(Clock(10 * YEAR_S)), _restarted()),
    Trouble("clock a year behind", _restarted(Clock(-YEAR_S)), _restarted()),
    Trouble("clock in 1970", _restarted(Clock(fixed_s=60.0)), _restarted()),
    Trouble(f"kill -9, {KILLS} times", _kill),
)
SHORT = ("log deleted", "model folder gone", "clock a year ahead", "clock in 1970")


UPLOADS = "uploads-of-faults"
_S3, _UPLOADS, _QUEUE = f"/{UPLOADS}", frozenset({"uploads"}), frozenset({"queue"})
# Name → what happens on the way to AWS, and the checks that must see it.
ON_THE_WAY_TO_AWS = {
    "DynamoDB cut": (Fault(target="DynamoDB", status=0), RECORDS),
    "DynamoDB silent": (Fault(target="DynamoDB", status=0, silent_s=SILENT_S), RECORDS),
    "DynamoDB throttled": (THROTTLED_TABLE, RECORDS),
    "S3 cut": (Fault(path=_S3, status=0), _UPLOADS),
    "S3 silent": (Fault(path=_S3, status=0, silent_s=SILENT_S), _UPLOADS),
    "SQS cut": (Fault(target="AmazonSQS", status=0), _QUEUE),
    "SQS silent": (Fault(target="AmazonSQS", status=0, silent_s=SILENT_S), _QUEUE),
}
NAMES = (*(trouble.name for trouble in ON_ONE_MACHINE), *ON_THE_WAY_TO_AWS)


def aws_troubles(aws: ThrottledAws) -> tuple[Trouble, ...]:
    """What happens on the way to this account."""
    return tuple(
        Trouble(
            name,
            lambda _, fault=fault: aws.faults.append(fault),  # type: ignore[misc]
            lambda _: aws.faults.clear(),
            failing,
            refused=failing == RECORDS,
        )
        for name, (fault, failing) in ON_THE_WAY_TO_AWS.items()
    )


def aws_account() -> Iterator[tuple[ThrottledAws, dict[str, str]]]:
    """A proxy before an emulated account, and the settings of a service in it."""
    with ExitStack() as stack:
        url = stack.enter_context(moto_server())
        session = botocore.session.get_session()
        session.set_credentials("testing", "testing")
        clients: Iterator[Any] = (
            session.create_client(name, REGION, endpoint_url=url)
            for name in ("s3", "dynamodb", "sqs")
        )
        s3, dynamodb, sqs = clients
        s3.create_bucket(Bucket=UPLOADS)
        create_table(dynamodb)
        queue = sqs.create_queue(QueueName="faults")["QueueUrl"]
        aws = stack.enter_context(ThrottledAws(url))
        settings = {"RECORDS_TABLE": TABLE, "UPLOAD_BUCKET": UPLOADS, "BATCH_QUEUE": queue}
        named = {f"{ENV_PREFIX}{name}": value for name, value in settings.items()}
        yield aws, credentials(aws.address) | named
