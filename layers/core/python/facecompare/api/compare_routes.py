"""The routes that look at photos: compare, verify, predict, detect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from facecompare.answers import ComparisonAnswer, DetectionAnswer, PredictionAnswer
from facecompare.api.body import WishFields, read_request
from facecompare.api.errors import responses
from facecompare.api.examples import EXAMPLES
from facecompare.overlay import draw_faces
from facecompare.service import FaceService

T = TypeVar("T")

PAIR = ("image1", "image2")
TRIPLE = ("anchor", "image1", "image2")
SINGLE = ("image",)


def compare_routes(service: FaceService) -> APIRouter:
    """The routes; at most as many requests are worked on at once as there are threads."""
    router = APIRouter(prefix="/api", tags=["photos"])
    places = CapacityLimiter(service.settings.threads)

    async def work(task: Callable[[], T]) -> T:
        return await to_thread.run_sync(task, limiter=places)

    @router.post("/compare", responses=_answers("compare"), openapi_extra=_body(PAIR))
    async def compare(request: Request) -> ComparisonAnswer:
        """Are image1 and image2 the same person?"""
        asked = await read_request(request, PAIR)
        answer, _ = await work(lambda: service.compare(asked.photos, asked.wishes))
        return answer

    @router.post("/verify", responses=_answers("verify"), openapi_extra=_body(PAIR))
    async def verify(request: Request) -> ComparisonAnswer:
        """The same operation as compare, by the name that verification services use."""
        return await compare(request)

    @router.post("/predict", responses=_answers("predict"), openapi_extra=_body(TRIPLE))
    async def predict(request: Request) -> PredictionAnswer:
        """Which of image1 and image2 is closer to anchor, and is it the same person?

        The photos may also be called fileAnchor, file1 and file2.
        """
        asked = await read_request(request, TRIPLE)
        return await work(lambda: service.predict(asked.photos, asked.wishes))

    @router.post(
        "/detect",
        responses=_answers("detect", {"image/png": {}}),
        response_model=DetectionAnswer,
        openapi_extra=_body(SINGLE),
    )
    async def detect(request: Request, overlay: Literal["png"] | None = None) -> Any:
        """The faces of one photo, as JSON or, with ?overlay=png, drawn onto it."""
        asked = await read_request(request, SINGLE)
        photo = asked.photos["image"]
        answer, report = await work(lambda: service.detect(photo, asked.wishes))
        if overlay is None:
            return answer
        drawn = await work(lambda: draw_faces(photo, report, service.settings.limits))
        return Response(drawn, media_type="image/png")

    return router


def _answers(operation: str, other: dict[str, Any] | None = None) -> dict[int | str, Any]:
    """The responses for OpenAPI: an example of the answer, and how it can fail."""
    content = {"application/json": {"example": EXAMPLES[operation]}} | (other or {})
    return {**responses(400, 413, 415, 422), 200: {"content": content}}


def _body(names: tuple[str, ...]) -> dict[str, Any]:
    """The request body for OpenAPI: the same fields as a form with files and as JSON."""
    wishes = WishFields.model_json_schema()
    policy = wishes["$defs"]["FacePolicy"]
    fields = {**wishes["properties"], "face": policy | {"default": "largest"}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": _object(names, fields, {"format": "binary"})},
                "application/json": {
                    "schema": _object(names, fields, {"contentEncoding": "base64"}),
                    "example": dict.fromkeys(names, "/9j/4AAQSkZJRgABAQAAAQ…") | {"threshold": 0.5},
                },
            },
        }
    }


def _object(
    names: tuple[str, ...], fields: dict[str, Any], encoding: dict[str, str]
) -> dict[str, Any]:
    photos = {name: {"type": "string", **encoding} for name in names}
    return {
        "type": "object",
        "required": list(names),
        "properties": photos | fields,
        "additionalProperties": False,
    }
