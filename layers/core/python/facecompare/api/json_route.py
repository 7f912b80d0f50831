"""Operations whose body is JSON and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from anyio import to_thread
from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from facecompare.api.dependencies import BEARER, CALLERS, media_type, off_the_loop, read_body
from facecompare.api.option_fields import JSON, parse_json
from facecompare.errors import (
    SHOWN_CHARACTERS,
    FaceCompareError,
    UnsupportedContentType,
)


class JsonRoute(APIRoute):
    """An operation whose body is JSON, read by `parse_json`, with its errors as they are."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, which calls any trouble with a body a 400."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            await self._check(request)
            try:
                return await handle(_JsonRequest(request.scope, request.receive))
            except HTTPException as error:
                if isinstance(error.__cause__, FaceCompareError | ClientDisconnect):
                    raise error.__cause__ from None
                raise

        return handle_json

    async def _check(self, request: Request) -> None:
        """Who asks, and for what type, before the body comes, which FastAPI reads first of all."""
        for dependency in self.dependant.dependencies:
            if dependency.call in CALLERS:
                services, sent = request.app.state.services, await BEARER(request)
                await to_thread.run_sync(dependency.call, services, sent)
        if _has_body(request) and media_type(request) != JSON:
            raise UnsupportedContentType(
                f"found the content type {media_type(request)[:SHOWN_CHARACTERS] or '(none)'}; "
                f"expected {JSON}"
            )


def _has_body(request: Request) -> bool:
    announced = request.headers.get("content-length", "0")
    return announced != "0" or "transfer-encoding" in request.headers


class _JsonRequest(Request):
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = bytes(await read_body(self))
        return self._body

    async def json(self) -> Any:
        body = await self.body()
        return await off_the_loop(self, lambda: parse_json(body))
