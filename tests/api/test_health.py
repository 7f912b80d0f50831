"""Alive and ready are two questions: the service lives whatever fails, and ready says what."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient

from facecompare.api.app import create_app, local_app
from facecompare.api.dependencies import Services
from facecompare.api.routes import health, photo_routers
from facecompare.api.routes.health import Readiness
from facecompare.aws_client import client as aws_client
from facecompare.batches.service import open_batches
from facecompare.config import Settings
from facecompare.errors import ModelFileDamaged, RecordsUnavailable
from facecompare.model_store.files import ModelFile, manifest_text
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from facecompare.uploads.s3 import open_uploads
from tests.support.dynamo_tables import TABLE, create_table
from tests.support.fake_engine import ONE_NETWORK, FakeEngine, nothing
from tests.support.records import record

WELL = {"engine": "ok", "models": "ok", "records": "ok"}


@pytest.fixture(autouse=True)
def _never_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_S", -1.0)


@dataclass(frozen=True)
class Installation:
    settings: Settings
    client: TestClient

    @property
    def models(self) -> Path:
        return self.settings.models_dir

    @property
    def records(self) -> Path:
        return self.settings.records

    def ready(self) -> tuple[int, dict[str, str]]:
        answer = self.client.get("/api/ready")
        return answer.status_code, answer.json()["checks"]


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    """With a loaded engine, some small files as its models, and a log with records."""
    models = tmp_path / "models"
    models.mkdir()
    rows = []
    for name in ONE_NETWORK.models:
        data = name.encode() * 100
        (models / name).write_bytes(data)
        rows.append(ModelFile(name, name, len(data), sha256(data).hexdigest(), "", "", ""))
    (models / "manifest.json").write_text(manifest_text(tuple(rows)))
    settings = replace(settings, models_dir=models, engine=ONE_NETWORK.id)
    log = SqliteLog(settings.records)
    log.put(*(record(number) for number in range(1, 50)))
    service = FaceService(settings, log, [FakeEngine(nothing)])
    app = local_app(settings, log, SqliteKeys(settings.records), service)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Installation(settings, client)


def _flip(path: Path, at: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def _first_model(found: Installation) -> Path:
    return found.models / ONE_NETWORK.models[0]


def _into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def _garbled(path: Path) -> None:
    """The header stays, all pages after the first are noise."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


Fault = Callable[[Installation], object]
FAULTS: dict[str, tuple[Fault, str, str]] = {
    "model folder gone": (lambda it: shutil.rmtree(it.models), "models", "model_file_missing"),
    "manifest gone": (
        lambda it: (it.models / "manifest.json").unlink(),
        "models",
        "model_file_missing",
    ),
    "manifest damaged": (
        lambda it: (it.models / "manifest.json").write_text("{"),
        "models",
        "model_file_damaged",
    ),
    "a model gone": (lambda it: _first_model(it).unlink(), "models", "model_file_missing"),
    "a model cut": (lambda it: _first_model(it).write_bytes(b"x"), "models", "model_file_damaged"),
    "a model emptied": (
        lambda it: _first_model(it).write_bytes(b""),
        "models",
        "model_file_damaged",
    ),
    "one bit of a model": (lambda it: _flip(_first_model(it)), "models", "model_file_damaged"),
    "a folder for a model": (
        lambda it: _into_folder(_first_model(it)),
        "models",
        "model_file_missing",
    ),
    "log deleted": (lambda it: it.records.unlink(), "records", "records_unavailable"),
    "its folder deleted": (
        lambda it: shutil.rmtree(it.records.parent),
        "records",
        "records_unavailable",
    ),
    "log overwritten": (
        lambda it: it.records.write_text("no database" * 1000),
        "records",
        "records_unavailable",
    ),
    "log cut": (
        lambda it: it.records.write_bytes(it.records.read_bytes()[:5000]),
        "records",
        "records_unavailable",
    ),
    "log emptied": (lambda it: it.records.write_bytes(b""), "records", "records_unavailable"),
    "log garbled": (lambda it: _garbled(it.records), "records", "records_unavailable"),
    "another database": (
        lambda it: _another_database(it.records),
        "records",
        "records_unavailable",
    ),
    "a folder for the log": (
        lambda it: _into_folder(it.records),
        "records",
        "records_unavailable",
    ),
}
faults = pytest.mark.parametrize(("fault", "name", "code"), FAULTS.values(), ids=list(FAULTS))


def test_all_is_well(installation: Installation) -> None:
    assert installation.ready() == (200, WELL)
    assert installation.client.get("/api/ready").json()["status"] == "ready"


@faults
def test_ready_names_what_fails_and_health_lives(
    installation: Installation, fault: Fault, name: str, code: str
) -> None:
    assert installation.ready() == (200, WELL)
    fault(installation)
    assert installation.ready() == (503, WELL | {name: code})
    answer = installation.client.get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@faults
def test_what_fails_is_told_in_the_error_shape_and_without_a_place(
    installation: Installation, fault: Fault, name: str, code: str
) -> None:
    installation.ready()
    fault(installation)
    answer = installation.client.get("/api/ready")
    body = answer.json()
    assert body["code"] == "not_ready"
    assert (body["image"], body["errors"]) == (None, None)
    assert name in body["message"]
    assert answer.headers["retry-after"] == "2"
    for place in (installation.models, installation.records, installation.records.parent.parent):
        assert str(place) not in answer.text


def test_ready_sees_that_it_works_again(installation: Installation) -> None:
    model = _first_model(installation)
    kept = model.read_bytes()
    model.unlink()
    assert installation.ready()[0] == 503
    model.write_bytes(kept)
    assert installation.ready() == (200, WELL)


def test_an_engine_that_cannot_be_loaded_is_told(installation: Installation) -> None:
    services: Services = installation.client.app.state.services  # type: ignore[attr-defined]
    assert services.faces is not None
    services.faces.reset_engines()
    shutil.rmtree(installation.models)
    told = {"engine": "model_file_missing", "models": "model_file_missing"}
    assert installation.ready() == (503, WELL | told)


def test_no_key_is_needed(installation: Installation) -> None:
    closed = replace(installation.settings, access="keys")
    log = SqliteLog(closed.records)
    service = FaceService(closed, log, [FakeEngine(nothing)])
    client = TestClient(local_app(closed, log, SqliteKeys(closed.records), service))
    assert [client.get(f"/api/{each}").status_code for each in ("health", "ready")] == [200, 200]


def test_the_check_of_the_log_leaves_it_as_it_is(installation: Installation) -> None:
    log = SqliteLog(installation.records)
    before = log.page(200)
    installation.ready()
    assert log.page(200) == before
    assert json.dumps(asdict(before.records[0]))


@pytest.fixture
def in_aws(installation: Installation, aws: None) -> Installation:
    """The same with a bucket for uploads and a queue for batches."""
    settings = replace(
        installation.settings,
        upload_bucket="uploads-of-ready",
        records_table=TABLE,
        batch_queue=aws_client("sqs").create_queue(QueueName="ready")["QueueUrl"],
    )
    aws_client("s3").create_bucket(Bucket="uploads-of-ready")
    create_table(aws_client("dynamodb"))
    log, keys = SqliteLog(settings.records), SqliteKeys(settings.records)
    services = Services(
        settings,
        keys,
        log,
        open_uploads(settings.upload_bucket, settings.max_bytes),
        open_batches(settings),
        FaceService(settings, log, [FakeEngine(nothing)]),
    )
    return Installation(settings, TestClient(create_app(services, photo_routers())))


def test_a_bucket_and_a_queue_are_asked_for_where_there_are_such(in_aws: Installation) -> None:
    assert in_aws.ready() == (200, WELL | {"uploads": "ok", "queue": "ok"})
    aws_client("s3").delete_bucket(Bucket="uploads-of-ready")
    aws_client("sqs").delete_queue(QueueUrl=in_aws.settings.batch_queue)
    told = {"uploads": "uploads_unavailable", "queue": "queue_unavailable"}
    assert in_aws.ready() == (503, WELL | told)


# What it costs, however often it is asked for


class Checks:
    """Checks that count their runs; one of them hangs until it is let go."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.let_go = Event()

    def quick(self) -> None:
        self.runs["quick"] += 1

    def damaged(self) -> None:
        self.runs["damaged"] += 1
        raise ModelFileDamaged("/a/secret/place is damaged")

    def unforeseen(self) -> None:
        raise ZeroDivisionError

    def hanging(self) -> None:
        self.runs["hanging"] += 1
        self.let_go.wait()
        raise RecordsUnavailable("too late")


@pytest.fixture
def checks() -> Iterator[Checks]:
    made = Checks()
    yield made
    made.let_go.set()


def test_a_flood_runs_each_check_once(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_S", 3600.0)
    readiness = Readiness({"quick": checks.quick, "damaged": checks.damaged})

    async def flood() -> list[dict[str, str]]:
        at_once = await asyncio.gather(*(readiness.results() for _ in range(500)))
        return [*at_once, *[await readiness.results() for _ in range(500)]]

    told = asyncio.run(flood())
    assert told == [{"quick": "ok", "damaged": "model_file_damaged"}] * 1000
    assert checks.runs == {"quick": 1, "damaged": 1}


def test_a_check_that_hangs_times_out_alone_and_runs_once(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LIMIT_S", 0.05)
    readiness = Readiness({"quick": checks.quick, "hanging": checks.hanging})

    async def ask(times: int) -> list[dict[str, str]]:
        return [await readiness.results() for _ in range(times)]

    assert asyncio.run(ask(20)) == [{"quick": "ok", "hanging": "timed_out"}] * 20
    assert checks.runs["hanging"] == 1
    checks.let_go.set()
    while (told := asyncio.run(ask(1))[0]["hanging"]) == "timed_out":
        pass
    assert told == "records_unavailable"


def test_what_nobody_foresaw_fails_its_check_only(checks: Checks) -> None:
    readiness = Readiness({"quick": checks.quick, "odd": checks.unforeseen})
    assert asyncio.run(readiness.results()) == {"quick": "ok", "odd": "internal_error"}


def test_a_fault_is_logged_once_and_its_end_too(
    checks: Checks, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [True]

    def sometimes() -> None:
        if faults[0]:
            checks.damaged()

    readiness = Readiness({"models": sometimes})

    async def ask() -> None:
        for _ in range(5):
            await readiness.results()

    with caplog.at_level("INFO", health.__name__):
        asyncio.run(ask())
        faults[0] = False
        asyncio.run(ask())
    assert [each.getMessage() for each in caplog.records] == [
        "models: /a/secret/place is damaged",
        "models: works again",
    ]
