"""The route of the OpenAPI document, which describes all routes, whichever deployable has them."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

import facecompare
from facecompare.api.errors import SCHEMAS, ErrorResponse
from facecompare.api.routes import photo_routers, record_routers

TITLE = "facecompare"
FASTAPI_ERROR = "HTTPValidationError"
DESCRIPTION = "Are these two photos the same person? A record holds no photo and no embedding."

router = APIRouter(prefix="/api")


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> dict[str, Any]:
    """Every operation, field and error."""
    return document()


@cache
def document() -> dict[str, Any]:
    """The document; it is made when it is first asked for."""
    from facecompare.api.routes.compare import body_schemas  # heavy

    app = FastAPI(title=TITLE, version=facecompare.__version__, description=DESCRIPTION)
    for each in (*photo_routers(), *record_routers()):
        app.include_router(each, generate_unique_id_function=_operation_id)
    made = app.openapi()
    error = TypeAdapter(ErrorResponse).json_schema(ref_template=f"{SCHEMAS}{{model}}")
    made["components"]["schemas"] |= {**error.pop("$defs"), ErrorResponse.__name__: error}
    made["components"]["schemas"] |= body_schemas()
    _drop_fastapi_errors(made)
    return made


def _operation_id(route: APIRoute) -> str:
    """`list_comparisons` → `listComparisons`, as clients that are generated call the operation."""
    first, *others = route.name.split("_")
    return first + "".join(map(str.capitalize, others))


def _drop_fastapi_errors(made: dict[str, Any]) -> None:
    """FastAPI documents its own response to a bad field; ours is 400 (`api.errors`)."""
    for operations in made["paths"].values():
        for operation in operations.values():
            if FASTAPI_ERROR in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in (FASTAPI_ERROR, "ValidationError"):
        made["components"]["schemas"].pop(name, None)
