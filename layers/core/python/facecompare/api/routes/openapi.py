"""The route of the OpenAPI document, which describes all routes, whichever deployable has them."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

import facecompare
from facecompare.api.errors import ErrorResponse
from facecompare.api.routes import photo_routers, record_routers

TITLE = "facecompare"
DESCRIPTION = "Are these two photos the same person? Photos and embeddings are never kept."

router = APIRouter(prefix="/api")


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> dict[str, Any]:
    """Every operation, field and error."""
    return document()


@cache
def document() -> dict[str, Any]:
    """The document; it is made when it is first asked for."""
    app = FastAPI(title=TITLE, version=facecompare.__version__, description=DESCRIPTION)
    for each in (*photo_routers(), *record_routers()):
        app.include_router(each)
    made = app.openapi()
    made["components"]["schemas"][ErrorResponse.__name__] = TypeAdapter(ErrorResponse).json_schema()
    return made
