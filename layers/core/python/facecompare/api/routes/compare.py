"""The routes that look at photos: compare, verify, predict, detect."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from facecompare.api.dependencies import (
    KNOWN_QUERY_ONLY,
    AppServices,
    IdempotencyKey,
    PhotosCaller,
)
from facecompare.api.errors import responses
from facecompare.api.examples import EXAMPLES
from facecompare.api.option_fields import OptionFields
from facecompare.api.request_body import (
    FACE_SUFFIX,
    MAX_FACE,
    UPLOAD_FIELD,
    further_names,
    read_request,
)
from facecompare.errors import TimedOut
from facecompare.options import FacePolicy
from facecompare.results.convert import explanation_response
from facecompare.results.overlay import draw_explanation, draw_faces
from facecompare.results.schemas import (
    ComparisonResponse,
    DetectionResponse,
    ExplanationResponse,
    PredictionResponse,
)
from facecompare.service import FaceService, RequestContext

T = TypeVar("T")

PAIR = ("image1", "image2")
TRIPLE = ("anchor", "image1", "image2")
SINGLE = ("image",)

router = APIRouter(prefix="/api", tags=["photos"], dependencies=[KNOWN_QUERY_ONLY])


class WorkerThreads:
    """Where photos are worked on: a bounded number at once, each for a bounded time."""

    def __init__(self, service: FaceService) -> None:
        self._service = service
        self._deadline_s = service.settings.deadline_s
        self._limiter = CapacityLimiter(service.settings.threads)

    async def run(self, task: Callable[[FaceService], T]) -> T:
        """The task's result; a thread cannot be stopped, so one that hangs is left behind, and
        the engines that it worked with are loaded anew.

        Raises  TimedOut.
        """
        service = self._service
        try:
            with fail_after(self._deadline_s):
                return await to_thread.run_sync(
                    task, service, limiter=self._limiter, abandon_on_cancel=True
                )
        except TimeoutError as exc:
            service.reset_engines()
            raise TimedOut(
                f"found the work unfinished after {self._deadline_s} s; expected less; try again"
            ) from exc


async def worker_threads(request: Request, services: AppServices) -> WorkerThreads:
    """Those of this application, made at its first request."""
    state = request.app.state
    if not hasattr(state, "worker_threads"):
        assert services.faces is not None  # noqa: S101 – whoever mounts these routes gives it
        state.worker_threads = WorkerThreads(services.faces)
    threads: WorkerThreads = state.worker_threads
    return threads


Workers = Annotated[WorkerThreads, Depends(worker_threads)]


_BINARY = {"type": "string", "format": "binary"}
_BASE64 = {"type": "string", "contentEncoding": "base64"}
_UPLOAD = {
    "type": "object",
    "required": [UPLOAD_FIELD],
    "properties": {UPLOAD_FIELD: {"type": "string", "description": "from POST /api/uploads"}},
    "additionalProperties": False,
}
_FACE = {
    "oneOf": [
        {"type": "integer", "minimum": 0, "maximum": MAX_FACE},
        {"type": "string", "enum": [str(policy) for policy in FacePolicy]},
    ],
    "description": "the face of this photo to compare, by its place in `faces` or a policy; beats "
    "`face`",
}


def _responses(operation: str, other: dict[str, Any] | None = None) -> dict[int | str, Any]:
    """The responses for OpenAPI: an example, and how it can fail."""
    content = {"application/json": {"example": EXAMPLES[operation]}} | (other or {})
    return {**responses(400, 401, 413, 415, 422), 200: {"content": content}}


def _body(names: tuple[str, ...], *, one_each: bool = False) -> dict[str, Any]:
    """The request body for OpenAPI: the same fields as a form with files and as JSON."""
    further = () if one_each else further_names(names)
    options = OptionFields.model_json_schema()
    fields = {
        name: _without_reference(schema, options["$defs"])
        for name, schema in options["properties"].items()
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": _object(
                        names, further, fields, {"type": "string", "format": "binary"}
                    )
                },
                "application/json": {
                    "schema": _object(names, further, fields, {"oneOf": [_BASE64, _UPLOAD]}),
                    "example": dict.fromkeys(names, "/9j/4AAQSkZJRgABAQAAAQ…") | {"threshold": 0.5},
                },
            },
        }
    }


def _without_reference(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The same with what it refers to in its place: the document has no definitions of its own."""
    referred = schema.get("$ref", "").removeprefix("#/$defs/")
    own = {name: value for name, value in schema.items() if name != "$ref"}
    return definitions[referred] | own if referred else own


def _object(
    names: tuple[str, ...],
    further: tuple[str, ...],
    fields: dict[str, Any],
    photo: dict[str, Any],
) -> dict[str, Any]:
    more = {"description": f"another photo of the person in {names[0]}"} | photo
    photos = dict.fromkeys(names, photo) | dict.fromkeys(further, more)
    faces = {name + FACE_SUFFIX: _FACE for name in photos}
    return {
        "type": "object",
        "required": list(names),
        "properties": photos | fields | faces,
        "dependentRequired": {later: [one] for one, later in pairwise(further)},
        "additionalProperties": False,
    }


@router.post("/compare", responses=_responses("compare"), openapi_extra=_body(PAIR))
async def compare(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    workers: Workers,
    idempotency_key: IdempotencyKey = "",
) -> ComparisonResponse:
    """Are image1 and image2 the same person?

    image1_2 to image1_5 are more photos of the person in image1; a list, or image1 sent several
    times, is the same.
    """
    photos, options = await read_request(request, PAIR, services.uploads)
    context = RequestContext(caller.name, idempotency_key)
    response, _ = await workers.run(lambda faces: faces.compare(photos, options, context))
    return response


@router.post("/verify", responses=_responses("verify"), openapi_extra=_body(PAIR))
async def verify(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    workers: Workers,
    idempotency_key: IdempotencyKey = "",
) -> ComparisonResponse:
    """The same operation as compare, by the name that verification services use."""
    return await compare(request, services, caller, workers, idempotency_key)


@router.post("/predict", responses=_responses("predict"), openapi_extra=_body(TRIPLE))
async def predict(
    request: Request,
    services: AppServices,
    caller: PhotosCaller,
    workers: Workers,
    idempotency_key: IdempotencyKey = "",
) -> PredictionResponse:
    """Which of image1 and image2 is closer to anchor, and is it the same person?

    The photos may also be called fileAnchor, file1 and file2; anchor_2 to anchor_5 are more photos
    of the person in the anchor.
    """
    photos, options = await read_request(request, TRIPLE, services.uploads)
    context = RequestContext(caller.name, idempotency_key)
    return await workers.run(lambda faces: faces.predict(photos, options, context))


@router.post(
    "/explain",
    responses=_responses("explain", {"image/png": {}}),
    response_model=ExplanationResponse,
    openapi_extra=_body(PAIR, one_each=True),
)
async def explain(
    request: Request,
    services: AppServices,
    _caller: PhotosCaller,
    workers: Workers,
    overlay: Literal["png"] | None = None,
) -> Any:
    """Which parts of the two faces the distance depends on: a heat map of each, as JSON or, with
    ?overlay=png, as one picture. It takes some seconds, for each face is embedded 64 times."""
    photos, options = await read_request(request, PAIR, services.uploads, one_each=True)
    found = await workers.run(lambda faces: faces.explain(photos, options))
    if overlay is None:
        return explanation_response(found)
    return Response(draw_explanation(found), media_type="image/png")


@router.post(
    "/detect",
    responses=_responses("detect", {"image/png": {}}),
    response_model=DetectionResponse,
    openapi_extra=_body(SINGLE),
)
async def detect(
    request: Request,
    services: AppServices,
    _caller: PhotosCaller,
    workers: Workers,
    overlay: Literal["png"] | None = None,
) -> Any:
    """The faces of one photo, as JSON or, with ?overlay=png, drawn onto it."""
    photos, options = await read_request(request, SINGLE, services.uploads)
    photo = photos["image"]
    response, report = await workers.run(lambda faces: faces.detect(photo, options))
    if overlay is None:
        return response
    limits = services.settings.limits
    drawn = await workers.run(lambda _: draw_faces(photo, report, limits))
    return Response(drawn, media_type="image/png")
