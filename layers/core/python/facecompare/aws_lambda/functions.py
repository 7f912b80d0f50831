"""The application as a Lambda function: Mangum around it, and Powertools to see what it does.

What a function needs is imported while its model files are on their way; so the imports are inside.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

from facecompare.config import Settings, instance_metadata
from facecompare.errors import FaceCompareError, NoFace

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from fastapi import FastAPI

    from facecompare.batches.worker_process import WorkerProcess
    from facecompare.telemetry import Timing

Handler = Callable[[dict[str, Any], Any], Any]

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
    began, logger = perf_counter(), structured_logger()
    from facecompare.engines.catalogue import engine_card, offered_cards, open_models

    models = open_models(settings)
    models.start(engine_card(settings.engine, offered_cards(settings)).models)
    from facecompare.access import Gate
    from facecompare.api.app import create_app, photo_side, record_side
    from facecompare.api.routes.openapi import document_routes
    from facecompare.records.open_stores import open_stores
    from facecompare.service import FaceService
    from facecompare.uploads.s3 import open_uploads

    records, keys = open_stores(settings)
    gate = Gate(settings.access, keys)
    uploads = open_uploads(settings.upload_bucket, settings.max_bytes)
    telemetry = CloudWatchTelemetry()
    service = FaceService(settings, records, models=models, telemetry=telemetry)
    photos = photo_side(settings, gate, service, uploads)
    described = (*photos, *record_side(settings, gate, records, uploads, None))
    app = create_app(settings, (*photos, document_routes(described)), telemetry=telemetry)
    handler = lambda_handler(traced(behind_the_api(app, telemetry)), telemetry, logger)
    imported = perf_counter()
    try:
        service.engine()
        log.info("loaded", extra={"imports_ms": _ms(began, imported), "engine_ms": _ms(imported)})
    except FaceCompareError as error:  # told to each request, which tries again
        log.error("%s: %s", error.code, error.message)
    return handler


@starting()
def records_handler(settings: Settings) -> Handler:
    """The function over the comparison log; it knows nothing of photos."""
    logger = structured_logger()
    from facecompare.access import Gate
    from facecompare.api.app import create_app, record_side
    from facecompare.batches.service import open_batches
    from facecompare.records.open_stores import open_stores
    from facecompare.uploads.s3 import open_uploads

    records, keys = open_stores(settings)
    gate = Gate(settings.access, keys)
    uploads = open_uploads(settings.upload_bucket, settings.max_bytes)
    batches = open_batches(settings)
    telemetry = CloudWatchTelemetry()
    routes = record_side(settings, gate, records, uploads, batches)
    app = create_app(settings, routes, telemetry=telemetry)
    return lambda_handler(behind_the_api(app, telemetry), telemetry, logger)


@starting()
def batch_handler(settings: Settings) -> Handler:
    """The function that works on batches, a few messages of the queue at a time."""
    logger = structured_logger()
    from facecompare.engines.catalogue import engine_card, offered_cards, open_models

    models = open_models(settings)
    models.start(engine_card(settings.engine, offered_cards(settings)).models)
    from facecompare.batches.queue import Message
    from facecompare.batches.worker import open_worker
    from facecompare.service import FaceService

    telemetry = CloudWatchTelemetry()
    worker, _ = open_worker(settings, FaceService(settings, None, models=models), telemetry)

    def work(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """What it names comes again (Lambda Developer Guide, "partial batch responses")."""
        messages = {
            Message(
                record["body"],
                record["receiptHandle"],
                int(record["attributes"]["ApproximateReceiveCount"]),
            ): record["messageId"]
            for record in event["Records"]
        }
        ended = set(worker.work(list(messages)))
        left = [identifier for message, identifier in messages.items() if message not in ended]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in left]}

    handler: Handler = telemetry.metrics.log_metrics(work, capture_cold_start_metric=True)
    return logger.inject_lambda_context(handler)


def worker_process(settings: Settings) -> WorkerProcess:
    """A process that works on batches; its engine is loaded, and it is yet to run.

    Raises  BadSetting; SetupError when its models are missing or damaged.
    """
    structured_logger()
    from facecompare.batches.worker import open_worker
    from facecompare.batches.worker_process import WorkerProcess
    from facecompare.engines.catalogue import open_models
    from facecompare.service import FaceService

    telemetry = CloudWatchTelemetry()
    service = FaceService(settings, None, models=open_models(settings))
    worker, queue = open_worker(settings, service, telemetry)
    service.engine()
    log.info("ready", extra={"engine": settings.engine, "threads": settings.threads})
    return WorkerProcess(
        worker, queue, telemetry.flush, metadata=instance_metadata(), hold_s=settings.hold_s
    )


class CloudWatchTelemetry:
    """Fulfils `Telemetry`: CloudWatch metrics, written as log lines in embedded metric format."""

    def __init__(self) -> None:
        from aws_lambda_powertools import Metrics

        self.metrics: Metrics = Metrics()
        self._lock = Lock()

    def answered(self, operation: str, timing: Timing) -> None:
        """Count it, and say how long each stage took."""
        self.metrics.add_metric("Answered", "Count", 1)
        for stage, milliseconds in timing.stages_ms.items():
            self.metrics.add_metric(stage.capitalize(), "Milliseconds", milliseconds)
        self.metrics.add_metric("Total", "Milliseconds", timing.total_ms)
        log.info("answered", extra={"operation": operation, "total_ms": round(timing.total_ms, 1)})

    def refused(self, code: str) -> None:
        """Count it; photos without a face apart, for they tell of the camera."""
        self.metrics.add_metric("Refused", "Count", 1)
        self.metrics.add_metric("NoFace", "Count", int(code == NoFace.code))
        log.info("refused", extra={"code": code})

    def compared(self, pairs: int) -> None:
        """Count them."""
        with self._lock:
            self.metrics.add_metric("Pairs", "Count", pairs)

    def flush(self) -> None:
        """Write what was counted, where no handler's end does it."""
        with self._lock:
            if self.metrics.metric_set:
                self.metrics.flush_metrics()


def structured_logger() -> Logger:
    """Makes every line of the library one JSON object that names its request."""
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

    logger = Logger()
    logging.getLogger("facecompare")  # registered, so that it is among those that are configured
    copy_config_to_registered_loggers(logger, include={"facecompare"})
    return logger


def lambda_handler(serve: Handler, telemetry: CloudWatchTelemetry, logger: Logger) -> Handler:
    """The same, with structured logs and metrics."""
    from aws_lambda_powertools.logging import correlation_paths

    handler: Handler = telemetry.metrics.log_metrics(serve, capture_cold_start_metric=True)
    correlation = correlation_paths.API_GATEWAY_HTTP
    return logger.inject_lambda_context(handler, correlation_id_path=correlation)


def behind_the_api(app: FastAPI, telemetry: CloudWatchTelemetry) -> Handler:
    """The application for API Gateway's events."""
    from mangum import Mangum

    serve = Mangum(app, lifespan="off")

    def answer_event(event: dict[str, Any], context: Any) -> Any:
        telemetry.metrics.add_metric("Requests", "Count", 1)
        return serve(event, context)

    return answer_event


def traced(serve: Handler) -> Handler:
    """The same, with a segment of its own in X-Ray. Its import takes as long as botocore's."""
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False).capture_lambda_handler(serve, capture_response=False)


def _ms(start: float, end: float | None = None) -> int:
    return round(((perf_counter() if end is None else end) - start) * 1000)
