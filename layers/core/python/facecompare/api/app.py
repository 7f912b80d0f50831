"""The application, put together from the routes that a deployable serves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from facecompare.access import KeyStore
from facecompare.api.dependencies import Services
from facecompare.api.errors import ERROR_HANDLERS
from facecompare.api.middleware import BodyLimit, OriginCheck, SecurityHeaders
from facecompare.api.routes import photo_routers, record_routers
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog

if TYPE_CHECKING:
    from facecompare.service import FaceService


def create_app(
    services: Services, routers: Iterable[APIRouter], web_dir: Path | None = None
) -> FastAPI:
    """An application with these routes and, with `web_dir`, the page at /."""
    app = FastAPI(
        openapi_url=None,  # `routes.openapi` has one document for all deployables
        middleware=_middleware(services.settings),
        exception_handlers=ERROR_HANDLERS,
    )
    app.state.services = services
    for router in routers:
        # `include_router` would build each route's models a second time, at the first request.
        app.router.routes.extend(router.routes)
    if web_dir is not None:
        # As CloudFront does; only the page, for no response is large, and none may leak its length.
        app.mount("/", GZipMiddleware(StaticFiles(directory=web_dir, html=True)))
    return app


def local_app(
    settings: Settings, log: ComparisonLog, keys: KeyStore, service: FaceService
) -> FastAPI:
    """Everything on one machine: photos, records and the page."""
    web_dir = settings.web_dir if (settings.web_dir / "index.html").is_file() else None
    services = Services(settings, keys, log, faces=service)
    return create_app(services, (*photo_routers(), *record_routers()), web_dir)


def _middleware(settings: Settings) -> list[Middleware]:
    headers = Middleware(SecurityHeaders)
    origin = Middleware(OriginCheck, secret=settings.origin_secret)
    limit = Middleware(
        BodyLimit, max_bytes=settings.max_request_bytes, uploads=bool(settings.upload_bucket)
    )
    return [headers, origin, limit] if settings.origin_secret else [headers, limit]
