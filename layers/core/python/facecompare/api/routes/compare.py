"""The routes that look at photos: compare, verify, predict, detect."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from facecompare.access import Caller, Gate
from facecompare.api.authentication import IdempotencyKey, caller_by
from facecompare.api.errors import responses
from facecompare.api.examples import EXAMPLES
from facecompare.api.request_body import (
    FACE_SUFFIX,
    MAX_FACE,
    UPLOAD_FIELD,
    OptionFields,
    read_request,
)
from facecompare.api.unknown_parameters import KNOWN_QUERY_ONLY
from facecompare.api.worker_threads import WorkerThreads
from facecompare.results.overlay import draw_faces
from facecompare.results.schemas import ComparisonResponse, DetectionResponse, PredictionResponse
from facecompare.service import FaceService, RequestContext
from facecompare.uploads.grants import Uploads

PAIR = ("image1", "image2")
TRIPLE = ("anchor", "image1", "image2")
SINGLE = ("image",)


def compare_routes(service: FaceService, gate: Gate, uploads: Uploads | None) -> APIRouter:
    """The routes; at most as many requests are worked on at once as there are threads."""
    router = APIRouter(prefix="/api", tags=["photos"], dependencies=[KNOWN_QUERY_ONLY])
    known = Depends(caller_by(gate.photos))
    settings = service.settings
    work = WorkerThreads(settings.threads, settings.deadline_s, service.reset_engines).work

    @router.post("/compare", responses=_answers("compare"), openapi_extra=_body(PAIR))
    async def compare(
        request: Request, idempotency_key: IdempotencyKey = "", caller: Caller = known
    ) -> ComparisonResponse:
        """Are image1 and image2 the same person?"""
        asked = await read_request(request, PAIR, uploads)
        context = RequestContext(caller.name, idempotency_key)
        answer, _ = await work(lambda: service.compare(asked.photos, asked.options, context))
        return answer

    @router.post("/verify", responses=_answers("verify"), openapi_extra=_body(PAIR))
    async def verify(
        request: Request, idempotency_key: IdempotencyKey = "", caller: Caller = known
    ) -> ComparisonResponse:
        """The same operation as compare, by the name that verification services use."""
        return await compare(request, idempotency_key, caller)

    @router.post("/predict", responses=_answers("predict"), openapi_extra=_body(TRIPLE))
    async def predict(
        request: Request, idempotency_key: IdempotencyKey = "", caller: Caller = known
    ) -> PredictionResponse:
        """Which of image1 and image2 is closer to anchor, and is it the same person?

        The photos may also be called fileAnchor, file1 and file2.
        """
        asked = await read_request(request, TRIPLE, uploads)
        context = RequestContext(caller.name, idempotency_key)
        return await work(lambda: service.predict(asked.photos, asked.options, context))

    @router.post(
        "/detect",
        responses=_answers("detect", {"image/png": {}}),
        response_model=DetectionResponse,
        openapi_extra=_body(SINGLE),
    )
    async def detect(
        request: Request, overlay: Literal["png"] | None = None, _caller: Caller = known
    ) -> Any:
        """The faces of one photo, as JSON or, with ?overlay=png, drawn onto it."""
        asked = await read_request(request, SINGLE, uploads)
        photo = asked.photos["image"]
        answer, report = await work(lambda: service.detect(photo, asked.options))
        if overlay is None:
            return answer
        drawn = await work(lambda: draw_faces(photo, report, service.settings.limits))
        return Response(drawn, media_type="image/png")

    return router


def _answers(operation: str, other: dict[str, Any] | None = None) -> dict[int | str, Any]:
    """The responses for OpenAPI: an example of the answer, and how it can fail."""
    content = {"application/json": {"example": EXAMPLES[operation]}} | (other or {})
    return {**responses(400, 401, 413, 415, 422), 200: {"content": content}}


def _body(names: tuple[str, ...]) -> dict[str, Any]:
    """The request body for OpenAPI: the same fields as a form with files and as JSON."""
    options = OptionFields.model_json_schema()
    policy = options["$defs"]["FacePolicy"]
    fields = {**options["properties"], "face": policy | {"default": "largest"}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": _object(names, fields, {"type": "string", "format": "binary"})
                },
                "application/json": {
                    "schema": _object(names, fields, {"oneOf": [_BASE64, _UPLOAD]}),
                    "example": dict.fromkeys(names, "/9j/4AAQSkZJRgABAQAAAQ…") | {"threshold": 0.5},
                },
            },
        }
    }


_BASE64 = {"type": "string", "contentEncoding": "base64"}
_UPLOAD = {
    "type": "object",
    "required": [UPLOAD_FIELD],
    "properties": {UPLOAD_FIELD: {"type": "string", "description": "from POST /api/uploads"}},
    "additionalProperties": False,
}
_FACE = {
    "type": "integer",
    "minimum": 0,
    "maximum": MAX_FACE,
    "description": "the face of this photo to compare, by its place in `faces`; beats `face`",
}


def _object(
    names: tuple[str, ...], fields: dict[str, Any], photo: dict[str, Any]
) -> dict[str, Any]:
    photos = dict.fromkeys(names, photo)
    faces = {name + FACE_SUFFIX: _FACE for name in names}
    return {
        "type": "object",
        "required": list(names),
        "properties": photos | fields | faces,
        "additionalProperties": False,
    }
