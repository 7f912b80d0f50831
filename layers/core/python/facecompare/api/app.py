"""The application, put together from the routes that a deployable serves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from facecompare.access import Gate, KeyStore
from facecompare.api.errors import add_error_handlers
from facecompare.api.middleware import BodyLimit, OriginCheck, SecurityHeaders
from facecompare.api.routes.batches import batch_routes
from facecompare.api.routes.openapi import document_routes
from facecompare.api.routes.records import record_routes
from facecompare.api.routes.system import health_routes, service_routes
from facecompare.api.routes.uploads import upload_routes
from facecompare.batches.service import BatchService
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog
from facecompare.telemetry import NoTelemetry, Telemetry
from facecompare.uploads.grants import Uploads

if TYPE_CHECKING:
    from facecompare.service import FaceService

Routers = tuple[APIRouter, ...]


def create_app(
    settings: Settings,
    routers: Iterable[APIRouter],
    web_dir: Path | None = None,
    telemetry: Telemetry | None = None,
) -> FastAPI:
    """An application with these routes and, with `web_dir`, the page at /."""
    app = FastAPI(
        openapi_url=None,  # `document_routes` has one document for all deployables
        middleware=_middleware(settings),
    )
    add_error_handlers(app, telemetry or NoTelemetry())
    for router in routers:
        # `include_router` would build each route's models a second time, at the first request.
        app.router.routes.extend(router.routes)
    if web_dir is not None:
        # As CloudFront does; only the page, for no answer is large, and none may leak its length.
        app.mount("/", GZipMiddleware(StaticFiles(directory=web_dir, html=True)))
    return app


def photo_side(
    settings: Settings, gate: Gate, service: FaceService, uploads: Uploads | None
) -> Routers:
    """The routes that need engines."""
    from facecompare.api.routes.compare import compare_routes

    return compare_routes(service, gate, uploads), health_routes(settings, service)


def record_side(
    settings: Settings,
    gate: Gate,
    log: ComparisonLog,
    uploads: Uploads | None,
    batches: BatchService | None,
) -> Routers:
    """The routes that need none."""
    return (
        upload_routes(uploads, gate),
        record_routes(log, gate),
        batch_routes(batches, gate),
        service_routes(settings),
    )


def local_app(
    settings: Settings, log: ComparisonLog, keys: KeyStore, service: FaceService
) -> FastAPI:
    """Everything on one machine: photos, records and the page."""
    gate = Gate(settings.access, keys)
    routers = (
        *photo_side(settings, gate, service, None),
        *record_side(settings, gate, log, None, None),
    )
    web_dir = settings.web_dir if (settings.web_dir / "index.html").is_file() else None
    return create_app(settings, (*routers, document_routes(routers)), web_dir)


def _middleware(settings: Settings) -> list[Middleware]:
    headers = Middleware(SecurityHeaders)
    origin = Middleware(OriginCheck, secret=settings.origin_secret)
    limit = Middleware(
        BodyLimit, max_bytes=settings.max_request_bytes, uploads=bool(settings.upload_bucket)
    )
    return [headers, origin, limit] if settings.origin_secret else [headers, limit]
