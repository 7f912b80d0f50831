"""The whole API on one machine: photos, records, uploads and batches, with keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from facecompare.access import Role, new_key
from facecompare.api.app import create_app
from facecompare.api.dependencies import Services
from facecompare.api.routes import photo_routers, record_routers
from facecompare.aws_client import client
from facecompare.batches.service import open_batches
from facecompare.config import CHECKOUT, Settings
from facecompare.engines.calibration_files import read_calibration
from facecompare.errors import RecordsUnavailable
from facecompare.records.record import timestamp
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from facecompare.uploads.grants import new_upload
from facecompare.uploads.s3 import open_uploads
from tests.support.dynamo_tables import TABLE, create_table
from tests.support.fake_engine import FakeEngine, found

BUCKET = "uploads-of-the-api"
CALIBRATIONS = CHECKOUT / "layers/core/python/facecompare/engines/calibrations"


@dataclass(frozen=True)
class ApiApplication:
    """The application, the header of an admin's key, and photos that were uploaded."""

    app: FastAPI
    admin: dict[str, str]
    uploads: tuple[str, str]


class Unavailable:
    """A store that cannot be reached, whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        def unreachable(*_args: object, **_options: object) -> Any:
            raise RecordsUnavailable(f"{name}: nothing answers")

        return unreachable


def api_application(settings: Settings, photo: bytes) -> ApiApplication:
    """All of it, on an AWS account in memory; a face is found in whatever decodes."""
    settings = _with_aws(replace(settings, access="keys", landmarks68=True, engine="dlib-fast"))
    log, keys = SqliteLog(settings.records), SqliteKeys(settings.records)
    secret, key = new_key("ops", Role.ADMIN, timestamp())
    keys.add(key)
    engine = FakeEngine(lambda _: [found(10, 10, 20)])
    engine.model_digest = read_calibration(CALIBRATIONS / "dlib-fast.json").model_digest
    app = _application(
        Services(
            settings,
            keys,
            log,
            open_uploads(BUCKET, settings.max_bytes),
            open_batches(settings),
            FaceService(settings, log, [engine]),
        )
    )
    uploads = new_upload(), new_upload()
    for name in uploads:
        client("s3").put_object(Bucket=BUCKET, Key=name, Body=photo)
    return ApiApplication(app, {"Authorization": f"Bearer {secret}"}, uploads)


def broken_application(settings: Settings, empty: Path) -> FastAPI:
    """The same with neither models, which it looks for in an empty folder, nor any store."""
    nothing: Any = Unavailable()
    settings = replace(settings, access="open", models_dir=empty)
    service = FaceService(settings, nothing)
    return _application(Services(settings, nothing, nothing, nothing, nothing, service))


def _with_aws(settings: Settings) -> Settings:
    client("s3").create_bucket(Bucket=BUCKET)
    create_table(client("dynamodb"))
    queue = client("sqs").create_queue(QueueName="batches-of-the-api")["QueueUrl"]
    return replace(settings, upload_bucket=BUCKET, batch_queue=queue, records_table=TABLE)


def _application(services: Services) -> FastAPI:
    return create_app(services, (*photo_routers(), *record_routers()))
