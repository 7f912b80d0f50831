"""The application, put together from the routes that a deployable serves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from facecompare.access import KeyStore
from facecompare.api.dependencies import Services
from facecompare.api.errors import ERROR_HANDLERS
from facecompare.api.host_check import HostCheck, OriginCheck
from facecompare.api.middleware import (
    BodyLimit,
    HeadRequests,
    SecurityHeaders,
    Shedding,
    SiteCheck,
    UnforeseenErrors,
)
from facecompare.api.routes import photo_routers, record_routers
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog

if TYPE_CHECKING:
    from facecompare.service import FaceService


def create_app(
    services: Services,
    routers: Iterable[APIRouter],
    web_dir: Path | None = None,
    hosts: Collection[str] | None = None,
) -> FastAPI:
    """An application with these routes and, with `web_dir`, the page at /.

    On one's own machine `hosts` are those that may be asked for, none of them standing for any, and
    no page elsewhere may write.
    """
    app = FastAPI(
        openapi_url=None,  # `routes.openapi` has one document for all deployables
        redirect_slashes=False,  # it would be to whatever host the request names
        middleware=_middleware(services.settings, hosts),
        exception_handlers=ERROR_HANDLERS,
    )
    app.state.services = services
    for router in routers:
        # `include_router` would build each route's models a second time, at the first request.
        app.router.routes.extend(router.routes)
    if web_dir is not None:
        # As CloudFront does; only the page, for no response is large, and none may leak its length.
        app.mount("/", GZipMiddleware(_PageFiles(directory=web_dir, html=True)))
    return app


class _PageFiles(StaticFiles):
    """Files that are sent as a whole, as RFC 9110 §14.2 allows: no range can be wrong."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


def local_app(
    settings: Settings,
    log: ComparisonLog,
    keys: KeyStore,
    service: FaceService,
    hosts: Collection[str] = (),
) -> FastAPI:
    """Everything on one machine: photos, records and the page."""
    web_dir = settings.web_dir if (settings.web_dir / "index.html").is_file() else None
    services = Services(settings, keys, log, faces=service)
    return create_app(services, (*photo_routers(), *record_routers()), web_dir, hosts)


def _middleware(settings: Settings, hosts: Collection[str] | None) -> list[Middleware]:
    """From the outermost to the innermost."""
    secrets, uploads = settings.origin_secret.split(), bool(settings.upload_bucket)
    return [
        Middleware(SecurityHeaders),
        Middleware(UnforeseenErrors),
        *([Middleware(HostCheck, hosts=hosts)] if hosts else []),
        *([] if hosts is None else [Middleware(SiteCheck)]),
        *([Middleware(OriginCheck, secrets=secrets)] if secrets else []),
        Middleware(HeadRequests),
        Middleware(Shedding),
        Middleware(BodyLimit, max_bytes=settings.max_request_bytes, uploads=uploads),
    ]
