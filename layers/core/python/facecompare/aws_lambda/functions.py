"""One factory for each deployable: two functions behind the API, and two kinds of batch worker.

What a function needs is imported while its model files are on their way; so the imports are inside.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from facecompare.aws_lambda.ping import PING
from facecompare.aws_lambda.telemetry import CloudWatchTelemetry, Handler, traced
from facecompare.config import Settings, instance_metadata
from facecompare.errors import FaceCompareError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from facecompare.api.dependencies import Services
    from facecompare.batches.worker_process import WorkerProcess
    from facecompare.model_store.files import Models
    from facecompare.service import FaceService

log = logging.getLogger(__name__)


@contextmanager
def starting() -> Iterator[None]:
    """Without what only delays a start, a tenth of its time each.

    Nearly all that is made stays, so garbage is not looked for. pydantic builds models when they
    are used, which for FastAPI's models of OpenAPI documents is never.
    """
    gc.disable()
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@starting()
def compare_handler(settings: Settings) -> Handler:
    """The function that looks at photos; its engine is loaded before the first request."""
    began, telemetry = perf_counter(), CloudWatchTelemetry()
    models = _fetched_models(settings)
    from facecompare.api.app import create_app
    from facecompare.api.routes import photo_routers
    from facecompare.service import FaceService

    services = _services(settings, telemetry)
    service = FaceService(settings, services.log, models=models, telemetry=telemetry)
    app = create_app(replace(services, faces=service), photo_routers())
    http = _http_handler(app)
    handler = telemetry.observed(traced(http) if settings.tracing else http, API_GATEWAY_REQUEST_ID)
    _load_engine(service, began)
    return handler


@starting()
def records_handler(settings: Settings) -> Handler:
    """The function over the comparison log; it knows nothing of photos."""
    telemetry = CloudWatchTelemetry()
    from facecompare.api.app import create_app
    from facecompare.api.routes import record_routers
    from facecompare.batches.service import open_batches

    services = replace(_services(settings, telemetry), batches=open_batches(settings))
    app = create_app(services, record_routers())
    return telemetry.observed(_http_handler(app), API_GATEWAY_REQUEST_ID)


@starting()
def batch_handler(settings: Settings) -> Handler:
    """The function that works on batches, a few messages of the queue at a time."""
    telemetry = CloudWatchTelemetry()
    models = _fetched_models(settings)
    from facecompare.batches.heartbeat import VisibilityHeartbeat
    from facecompare.batches.queue import Message
    from facecompare.batches.worker import open_worker
    from facecompare.service import FaceService

    worker, queue = open_worker(settings, FaceService(settings, None, models=models), telemetry)
    heartbeat = VisibilityHeartbeat(queue, settings.hold_s)

    def work(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """What it names comes again (Lambda Developer Guide, "partial batch responses")."""
        if event == PING:
            return {"batchItemFailures": []}
        messages = {
            Message(
                record["body"],
                record["receiptHandle"],
                int(record["attributes"]["ApproximateReceiveCount"]),
            ): record["messageId"]
            for record in event["Records"]
        }
        with heartbeat.beating(list(messages)):
            ended = set(worker.work(list(messages)))
        left = [identifier for message, identifier in messages.items() if message not in ended]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in left]}

    return telemetry.observed(work)


def worker_process(settings: Settings) -> WorkerProcess:
    """A process that works on batches; its engine is loaded, and it is yet to run.

    Raises  BadSetting; SetupError when its models are missing or damaged.
    """
    telemetry = CloudWatchTelemetry()
    from facecompare.batches.worker import open_worker
    from facecompare.batches.worker_process import WorkerProcess
    from facecompare.engines.catalogue import open_models
    from facecompare.service import FaceService

    service = FaceService(settings, None, models=open_models(settings))
    worker, queue = open_worker(settings, service, telemetry)
    service.engine()
    log.info("ready", extra={"engine": settings.engine, "threads": settings.threads})
    return WorkerProcess(
        worker, queue, telemetry.flush, metadata=instance_metadata(), hold_s=settings.hold_s
    )


# Where Powertools finds the request's id in an event (its `correlation_paths.API_GATEWAY_HTTP`).
API_GATEWAY_REQUEST_ID = "requestContext.requestId"


def _fetched_models(settings: Settings) -> Models:
    """The installation's models, with those that its engine needs on their way."""
    from facecompare.engines.catalogue import offered_card, open_models

    models = open_models(settings)
    models.start(offered_card(settings.engine, settings).models)
    return models


def _services(settings: Settings, telemetry: CloudWatchTelemetry) -> Services:
    """What both functions behind the API work with."""
    from facecompare.api.dependencies import Services
    from facecompare.records.open_stores import open_stores
    from facecompare.uploads.s3 import open_uploads

    records, keys = open_stores(settings)
    uploads = open_uploads(settings.upload_bucket, settings.max_bytes)
    return Services(settings, keys, records, uploads, telemetry=telemetry)


def _http_handler(app: FastAPI) -> Handler:
    """The application for API Gateway's events."""
    from mangum import Mangum

    serve = Mangum(app, lifespan="off")

    def serve_event(event: dict[str, Any], context: Any) -> Any:
        """A function, because X-Ray's segment takes its name from one."""
        if event == PING:
            return None
        return serve(event, context)

    return serve_event


def _load_engine(service: FaceService, began: float) -> None:
    """Load it now; what goes wrong is told to each request, which tries again."""
    imported = perf_counter()
    try:
        service.engine()
    except FaceCompareError as error:
        log.error("%s: %s", error.code, error.message)
    else:
        log.info("loaded", extra={"imports_ms": _ms(began, imported), "engine_ms": _ms(imported)})


def _ms(start: float, end: float | None = None) -> int:
    return round(((perf_counter() if end is None else end) - start) * 1000)
