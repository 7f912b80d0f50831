"""JSON as callers send it → values that the fields' own checks can refuse, or a typed error.

JSON itself (RFC 8259) bounds neither the digits of a number nor how often a name comes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from facecompare.api.dependencies import media_type
from facecompare.errors import (
    SHOWN_CHARACTERS,
    BadField,
    BadRequest,
    FaceCompareError,
    UnsupportedContentType,
)

JSON = "application/json"
WHOLE_DIGITS = 18  # of a number below 2⁶³; Python refuses to read one with 4,300 digits


def parse_json(body: bytes) -> Any:
    """The value of a body in UTF-8, UTF-16 or UTF-32.

    Raises  BadRequest for what is no JSON, BadField for an object with one name twice.
    """
    try:
        return json.loads(body, object_pairs_hook=_object, parse_int=_number)
    except (ValueError, RecursionError) as exc:
        raise BadRequest("found a body that is not JSON; expected an object of fields") from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadField(f"found {twice[:SHOWN_CHARACTERS]!r} more than once; expected it once")
    return values


def _number(text: str) -> int | float:
    """A float, at last an infinite one, where an integer would be longer than any field takes."""
    return int(text) if len(text) <= WHOLE_DIGITS else float(text)


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
