"""The application, put together from the routes that a deployable serves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

import facecompare
from facecompare.api.errors import add_error_handlers
from facecompare.api.middleware import BodyLimit, SecurityHeaders, max_body_bytes
from facecompare.api.record_routes import record_routes
from facecompare.api.system_routes import system_routes
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog

if TYPE_CHECKING:
    from facecompare.service import FaceService

DESCRIPTION = "Are these two photos the same person? Photos and embeddings are never kept."


def create_app(
    settings: Settings, routers: Iterable[APIRouter], web_dir: Path | None = None
) -> FastAPI:
    """An application with these routes and, with `web_dir`, the page at /."""
    app = FastAPI(
        title="facecompare",
        version=facecompare.__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the stock documentation pages load scripts from elsewhere
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(BodyLimit, max_bytes=max_body_bytes(settings.max_bytes)),
        ],
    )
    add_error_handlers(app)
    for router in routers:
        app.include_router(router)
    if web_dir is not None:
        app.mount("/", StaticFiles(directory=web_dir, html=True))
    return app


def local_app(settings: Settings, log: ComparisonLog, service: FaceService) -> FastAPI:
    """Everything on one machine: photos, records and the page."""
    from facecompare.api.compare_routes import compare_routes

    routers = (compare_routes(service), record_routes(log), system_routes(settings))
    web_dir = settings.web_dir if (settings.web_dir / "index.html").is_file() else None
    return create_app(settings, routers, web_dir)
