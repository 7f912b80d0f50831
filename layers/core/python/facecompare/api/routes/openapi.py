"""The route of the OpenAPI document, which describes all routes, whichever deployable has them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

import facecompare
from facecompare.api.errors import ErrorResponse

TITLE = "facecompare"
DESCRIPTION = "Are these two photos the same person? Photos and embeddings are never kept."


def document_routes(described: Iterable[APIRouter]) -> APIRouter:
    """The route; the document is made when it is first asked for."""
    router = APIRouter(prefix="/api")

    @cache
    def document() -> dict[str, Any]:
        app = FastAPI(title=TITLE, version=facecompare.__version__, description=DESCRIPTION)
        for each in described:
            app.include_router(each)
        made = app.openapi()
        made["components"]["schemas"][ErrorResponse.__name__] = TypeAdapter(
            ErrorResponse
        ).json_schema()
        return made

    @router.get("/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        """Every operation, field and error."""
        return document()

    return router
