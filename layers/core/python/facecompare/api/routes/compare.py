"""The routes that look at photos: compare, verify, predict, detect."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from facecompare.api.dependencies import (
    KNOWN_QUERY_ONLY,
    AppServices,
    IdempotencyKey,
    PhotosCaller,
)
from facecompare.api.documented_errors import (
    FACE,
    LOOK,
    QUERY,
    RETRIED,
    responses,
)
from facecompare.api.errors import SCHEMAS
from facecompare.api.examples import EXAMPLES
from facecompare.api.option_fields import JSON, OptionFields
from facecompare.api.request_body import (
    FACE_SUFFIX,
    FORM,
    MAX_FACE,
    UPLOAD_FIELD,
    further_names,
    read_request,
)
from facecompare.api.work_queue import Queue
from facecompare.errors import FaceCompareError
from facecompare.options import FacePolicy, RequestOptions
from facecompare.records.identity import RequestContext
from facecompare.results.convert import explanation_response
from facecompare.results.explanation import ExplanationResponse
from facecompare.results.overlay import draw_explanation, draw_faces
from facecompare.results.schemas import (
    ComparisonResponse,
    DetectionResponse,
    PredictionResponse,
)
from facecompare.service import FaceService

PAIR = ("image1", "image2")
TRIPLE = ("anchor", "image1", "image2")
SINGLE = ("image",)

router = APIRouter(prefix="/api", tags=["photos"], dependencies=[KNOWN_QUERY_ONLY])


_BINARY = {"type": "string", "format": "binary"}
_ENCODED = {
    "oneOf": [
        {"type": "string", "contentEncoding": "base64"},
        {"$ref": f"{SCHEMAS}UploadedPhoto"},
    ],
    "description": "in base64, or the name that POST /api/uploads gave",
}
_FACE = {
    "oneOf": [
        {"type": "integer", "minimum": 0, "maximum": MAX_FACE},
        {"$ref": f"{SCHEMAS}{FacePolicy.__name__}"},
    ],
    "description": "the face of this photo to compare, by its place in `faces` or a policy; beats "
    "`face`",
}
_BINARY_CONTENT = {"schema": _BINARY}
_LOOK = (*QUERY, *LOOK)


def _responses(
    operation: str, *possible: type[FaceCompareError], other: dict[str, Any] | None = None
) -> dict[int | str, Any]:
    """The responses for OpenAPI: an example, and how it can fail."""
    content = {"application/json": {"example": EXAMPLES[operation]}} | (other or {})
    return {200: {"content": content}, **responses(*_LOOK, *possible)}


def _body(name: str) -> dict[str, Any]:
    """The request body for OpenAPI: the same fields as a form with files and as JSON."""
    example = dict.fromkeys(BODIES[name].photos, "/9j/4AAQSkZJRgABAQAAAQ…") | {"threshold": 0.5}
    return {
        "requestBody": {
            "required": True,
            "content": {
                # JSON first: a generator that takes one type only takes the first schema for it.
                JSON: {"schema": {"$ref": f"{SCHEMAS}{name}Fields"}, "example": example},
                FORM: {"schema": {"$ref": f"{SCHEMAS}{name}Form"}},
            },
        }
    }


@dataclass(frozen=True, slots=True)
class _Body:
    photos: tuple[str, ...]
    further: tuple[str, ...] = ()


BODIES = {
    "Comparison": _Body(PAIR, further_names(PAIR)),
    "Prediction": _Body(TRIPLE, further_names(TRIPLE)),
    "Explanation": _Body(PAIR),
    "Detection": _Body(SINGLE),
}


def body_schemas() -> dict[str, Any]:
    """What the bodies of these operations refer to, by name."""
    options = OptionFields.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    uploaded = {
        "type": "object",
        "required": [UPLOAD_FIELD],
        "properties": {UPLOAD_FIELD: {"type": "string", "description": "from POST /api/uploads"}},
        "additionalProperties": False,
    }
    schemas: dict[str, Any] = options["$defs"] | {"UploadedPhoto": uploaded}
    for name, body in BODIES.items():
        schemas[f"{name}Form"] = _object(body, options["properties"], _BINARY)
        schemas[f"{name}Fields"] = _object(body, options["properties"], _ENCODED)
    return schemas


def _object(body: _Body, fields: dict[str, Any], photo: dict[str, Any]) -> dict[str, Any]:
    more = photo | {"description": f"another photo of the person in {body.photos[0]}"}
    photos = dict.fromkeys(body.photos, photo) | dict.fromkeys(body.further, more)
    faces = {name + FACE_SUFFIX: _FACE for name in photos}
    return {
        "type": "object",
        "required": list(body.photos),
        "properties": photos | fields | faces,
        "dependentRequired": {later: [one] for one, later in pairwise(body.further)},
        "additionalProperties": False,
    }


@router.post(
    "/compare", responses=_responses("compare", *FACE, *RETRIED), openapi_extra=_body("Comparison")
)
async def compare(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    queue: Queue,
    idempotency_key: IdempotencyKey,
) -> ComparisonResponse:
    """Are image1 and image2 the same person?

    image1_2 to image1_5 are more photos of the person in image1; a list, or image1 sent several
    times, is the same.
    """
    photos, options = await read_request(request, PAIR, services.uploads)
    context = RequestContext(caller.name, idempotency_key)
    response, _ = await queue.run(
        options, lambda faces, options: faces.compare(photos, options, context)
    )
    return response


@router.post(
    "/verify", responses=_responses("verify", *FACE, *RETRIED), openapi_extra=_body("Comparison")
)
async def verify(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    queue: Queue,
    idempotency_key: IdempotencyKey,
) -> ComparisonResponse:
    """The same operation as compare, by the name that verification services use."""
    return await compare(request, services, caller, queue, idempotency_key)


@router.post(
    "/predict", responses=_responses("predict", *FACE, *RETRIED), openapi_extra=_body("Prediction")
)
async def predict(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    queue: Queue,
    idempotency_key: IdempotencyKey,
) -> PredictionResponse:
    """Which of image1 and image2 is closer to anchor, and is it the same person?

    The photos may also be called fileAnchor, file1 and file2; anchor_2 to anchor_5 are more photos
    of the person in the anchor.
    """
    photos, options = await read_request(request, TRIPLE, services.uploads)
    context = RequestContext(caller.name, idempotency_key)
    return await queue.run(options, lambda faces, options: faces.predict(photos, options, context))


@router.post(
    "/explain",
    responses=_responses("explain", *FACE, other={"image/png": _BINARY_CONTENT}),
    response_model=ExplanationResponse,
    openapi_extra=_body("Explanation"),
)
async def explain(
    request: Request,
    services: AppServices,
    _caller: PhotosCaller,
    queue: Queue,
    overlay: Literal["png"] | None = None,
) -> Any:
    """Which parts of the two faces the distance depends on: a heat map of each, as JSON or, with
    ?overlay=png, as one picture. It takes some seconds, for each face is embedded 64 times."""
    photos, options = await read_request(request, PAIR, services.uploads, one_each=True)

    def explained(faces: FaceService, options: RequestOptions) -> ExplanationResponse | bytes:
        found = faces.explain(photos, options)
        return draw_explanation(found) if overlay else explanation_response(found)

    return _png_or_json(await queue.run(options, explained))


@router.post(
    "/detect",
    responses=_responses("detect", other={"image/png": _BINARY_CONTENT}),
    response_model=DetectionResponse,
    openapi_extra=_body("Detection"),
)
async def detect(
    request: Request,
    services: AppServices,
    _caller: PhotosCaller,
    queue: Queue,
    overlay: Literal["png"] | None = None,
) -> Any:
    """The faces of one photo, as JSON or, with ?overlay=png, drawn onto it."""
    photos, options = await read_request(request, SINGLE, services.uploads)
    photo = photos["image"]
    limits = services.settings.limits

    def detected(faces: FaceService, options: RequestOptions) -> DetectionResponse | bytes:
        response, report = faces.detect(photo, options)
        return draw_faces(photo, report, limits) if overlay else response

    return _png_or_json(await queue.run(options, detected))


def _png_or_json(found: Any) -> Any:
    return Response(found, media_type="image/png") if isinstance(found, bytes) else found
