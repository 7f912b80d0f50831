"""The one place where an error becomes an HTTP response:
`{"code", "message", "image", "errors"}`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Route

from facecompare import errors
from facecompare.api.field_errors import in_own_words
from facecompare.errors import FaceCompareError
from facecompare.records.documented import documented

log = logging.getLogger(__name__)

# RFC 9110 §15.5: 400 the request, 401 no valid key, 403 not with this key, 404 no such thing, 413
# too much, 415 not this format, 422 the photo was understood but cannot be compared; §15.6: 500 our
# fault, 503 try again later; RFC 6585 §4: 429 too many requests.
STATUS: dict[type[FaceCompareError], int] = {
    errors.EmptyImage: 422,
    errors.UnsupportedImage: 415,
    errors.MislabelledImage: 415,
    errors.DamagedImage: 422,
    errors.ImageTooLarge: 413,
    errors.TooManyPixels: 413,
    errors.ImageTooSmall: 422,
    errors.ImageTooCostly: 422,
    errors.NoFace: 422,
    errors.SeveralFaces: 422,
    errors.PoorQuality: 422,
    errors.MissingImage: 400,
    errors.BadThreshold: 400,
    errors.UnknownField: 400,
    errors.BadField: 400,
    errors.BadRequest: 400,
    errors.UnsupportedContentType: 415,
    errors.UnknownEngine: 400,
    errors.FmrNotCalibrated: 400,
    errors.BadEncoder: 400,
    errors.BadDataset: 400,
    errors.BadManifest: 400,
    errors.Landmarks68Off: 400,
    errors.MtcnnOff: 400,
    errors.UploadNotFound: 422,
    errors.UploadsOff: 400,
    errors.BatchesOff: 400,
    errors.RequestRefused: 400,
    errors.IdempotencyConflict: 422,
    errors.KeyMissing: 401,
    errors.KeyRefused: 401,
    errors.NotAllowed: 403,
    errors.TooManyAtOnce: 429,
    errors.ComparisonNotFound: 404,
    errors.BatchNotFound: 404,
    errors.BadSetting: 503,
    errors.ModelFileMissing: 503,
    errors.ModelFileDamaged: 503,
    errors.CalibrationUnusable: 503,
    errors.PackageMissing: 503,
    errors.PortUnavailable: 503,
    errors.RecordsUnavailable: 503,
    errors.ModelsUnavailable: 503,
    errors.UploadsUnavailable: 503,
    errors.ServiceUnreachable: 503,
    errors.QueueUnavailable: 503,
    errors.PairGivenUp: 503,
    errors.TimedOut: 503,
    errors.Overloaded: 503,
    errors.DecoderUnavailable: 503,
    errors.NotReady: 503,
    errors.EngineFault: 503,
}


API = "/api"  # how addresses of operations begin, there or not; the others are the page's
SCHEMAS = "#/components/schemas/"
_SHOWN_PATH = 80  # characters of an address at which nothing is
_WHERE_TO_LOOK = "GET /api/openapi.json lists what there is, and the page shows it"
UNFORESEEN = "internal_error"  # the code of what nobody foresaw
RETRY_AFTER_S = "2"  # throttling and restarts pass within seconds
_LATER = {"Retry-After": RETRY_AFTER_S}
HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: _LATER, 503: _LATER}  # by status


@dataclass(frozen=True, slots=True)
class PhotoErrorResponse:
    """What is wrong with one of several unfit photos."""

    code: str
    message: str
    image: str | None


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """What went wrong: a stable code, and in words what was found and what is accepted."""

    __pydantic_config__ = documented()
    code: str
    message: str
    image: str | None = None
    """the photo it is about: image1, image2, anchor or image"""
    errors: list[PhotoErrorResponse] | None = None
    """where several photos are unfit, all of their errors, of which the first is the one above"""


def json_error(
    status: int,
    code: str,
    message: str,
    image: str | None = None,
    others: Sequence[FaceCompareError] = (),
) -> JSONResponse:
    """An error as a response; `others` are those of the request's other photos.

    Of what a caller sent, lone surrogates are told as escapes.
    """
    errors = [PhotoErrorResponse(code, _encodable(message), image)]
    errors += [
        PhotoErrorResponse(each.code, _encodable(each.message), each.image) for each in others
    ]
    body = ErrorResponse(code, _encodable(message), image, errors if others else None)
    return JSONResponse(asdict(body), status)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def error_response(error: FaceCompareError) -> JSONResponse:
    """A typed error as a response; the installation's troubles are logged and not told."""
    status = STATUS[type(error)]
    if status < 500:
        response = json_error(status, error.code, error.message, error.image, error.others)
    else:
        if not isinstance(error, errors.Overloaded):  # a flood would be one of the log too
            log.error("%s: %s", error.code, error.message)
        told = "the service cannot answer at the moment; try again later"
        response = json_error(status, error.code, told)
    response.headers.update(HEADERS.get(status, {}))
    return response


async def _face_compare_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FaceCompareError)  # noqa: S101 – registered for it
    return counted_response(request.app, error)


def counted_response(app: FastAPI, error: FaceCompareError) -> JSONResponse:
    """As `error_response`, and counted."""
    app.state.services.telemetry.request_refused(error.code)
    return error_response(error)


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 – registered for it
    return json_error(400, errors.BadField.code, in_own_words(error.errors()[0]))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 – registered for it
    status, allowed = _routed(request, error.status_code)
    path = request.scope["path"][:_SHOWN_PATH]
    known = {
        404: ("not_found", f"found nothing at {path}; {_WHERE_TO_LOOK}"),
        405: ("method_not_allowed", f"found {request.method}; expected another method at {path}"),
    }
    code, message = known.get(status, (errors.BadRequest.code, str(error.detail)))
    response = json_error(status, code, message)
    response.headers.update(error.headers or {})
    del response.headers["Allow"]  # of one route, or of the page's files
    if status == 405:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _routed(request: Request, status: int) -> tuple[int, set[str]]:
    """The right one of 404 and 405, and what is possible at this address (RFC 9110 §15.5.6).

    Where an operation is, the page's files know nothing of it, and Starlette names one route's
    methods; where none is, they are asked for another method than GET.
    """
    path, methods = request.scope["path"], _methods_at(request)
    if status in (404, 405) and methods:
        return 405, methods | ({"HEAD"} if "GET" in methods else set())
    if status == 405 and path.startswith(API):
        return 404, set()
    return status, {"GET", "HEAD"}


def _methods_at(request: Request) -> set[str]:
    return {
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }


async def _client_left(_request: Request, _error: Exception) -> Response:
    """A cancelled upload is no fault of ours; nobody reads this response."""
    log.info("the client left before its request had come")
    return Response(status_code=400)


def unforeseen_error(error: Exception) -> JSONResponse:
    """The response to a fault of our own, which is logged and not told."""
    log.error("unforeseen", exc_info=error)
    return json_error(500, UNFORESEEN, "something went wrong on our side; it was logged")


# Gives every error of an application the one shape; of what nobody foresaw, `api.middleware` does.
ERROR_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Any]] = {
    FaceCompareError: _face_compare_error,
    RequestValidationError: _validation_error,
    HTTPException: _http_error,
    ClientDisconnect: _client_left,
}
