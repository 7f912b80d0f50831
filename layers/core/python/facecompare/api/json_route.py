"""Operations whose body is JSON and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from facecompare.api.dependencies import media_type
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
            try:
                return await handle(_JsonRequest(request.scope, request.receive))
            except HTTPException as error:
                if isinstance(error.__cause__, FaceCompareError | ClientDisconnect):
                    raise error.__cause__ from None
                raise

        return handle_json


class _JsonRequest(Request):
    async def body(self) -> bytes:
        body = await super().body()
        if body and media_type(self) != JSON:
            raise UnsupportedContentType(
                f"found the content type {media_type(self)[:SHOWN_CHARACTERS] or '(none)'}; "
                f"expected {JSON}"
            )
        return body

    async def json(self) -> Any:
        return parse_json(await self.body())
