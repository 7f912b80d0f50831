"""Which errors each operation can answer with, as the OpenAPI document tells them.

A group is what one step of a request's way can refuse; an operation names its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facecompare import errors
from facecompare.api.errors import HEADERS, SCHEMAS, STATUS, ErrorResponse
from facecompare.errors import FaceCompareError

Errors = tuple[type[FaceCompareError], ...]

SITE: Errors = (errors.NotAllowed,)  # of every operation: past the site's own address
QUERY: Errors = (errors.UnknownField, errors.BadField)
READINESS: Errors = (errors.NotReady,)
RECORDS: Errors = (errors.RecordsUnavailable,)
KEY: Errors = (errors.KeyMissing, errors.KeyRefused, *RECORDS)
BODY: Errors = (
    errors.BadRequest,
    errors.BadField,
    errors.UnsupportedContentType,
    errors.ImageTooLarge,
    errors.Overloaded,
)
UPLOADED: Errors = (errors.UploadsOff, errors.UploadNotFound, errors.UploadsUnavailable)
PHOTO: Errors = (
    errors.MissingImage,
    errors.EmptyImage,
    errors.UnsupportedImage,
    errors.MislabelledImage,
    errors.DamagedImage,
    errors.TooManyPixels,
    errors.ImageTooSmall,
    errors.ImageTooCostly,
    *UPLOADED,
)
FACE: Errors = (errors.NoFace, errors.SeveralFaces, errors.PoorQuality)
OPTIONS: Errors = (
    errors.BadThreshold,
    errors.UnknownEngine,
    errors.BadEncoder,
    errors.FmrNotCalibrated,
    errors.MtcnnOff,
)
ENGINE: Errors = (
    errors.BadSetting,
    errors.ModelFileMissing,
    errors.ModelFileDamaged,
    errors.ModelsUnavailable,
    errors.CalibrationUnusable,
    errors.PackageMissing,
    errors.EngineFault,
)
LOOK: Errors = (
    *KEY,
    *BODY,
    *PHOTO,
    *OPTIONS,
    errors.Landmarks68Off,
    *ENGINE,
    errors.TimedOut,
    errors.Overloaded,
    errors.TooManyAtOnce,
    errors.DecoderUnavailable,
)
RETRIED: Errors = (errors.IdempotencyConflict,)
BATCHES: Errors = (*KEY, errors.BatchesOff)
QUEUED: Errors = (errors.BadManifest, errors.UnknownEngine, errors.QueueUnavailable)
BATCH: Errors = (*BATCHES, errors.BatchNotFound)


def responses(*possible: type[FaceCompareError]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of these errors and those of every operation, by status: each status with
    the codes that it can carry, and an example of each.

    They refer to the schema by name: a model for each entry would be built at every start.
    """
    possible = (*SITE, *possible)
    statuses = sorted({STATUS[error] for error in possible})
    return {status: _response(status, _of_status(possible, status)) for status in statuses}


def _of_status(possible: Errors, status: int) -> list[type[FaceCompareError]]:
    return [error for error in dict.fromkeys(possible) if STATUS[error] == status]


def _response(status: int, possible: list[type[FaceCompareError]]) -> dict[str, Any]:
    content = {
        "schema": {"$ref": f"{SCHEMAS}{ErrorResponse.__name__}"},
        "examples": {error.code: _example(error) for error in possible},
    }
    return {
        "description": ", ".join(error.code for error in possible),
        "content": {"application/json": content},
        **({"headers": _documented(HEADERS[status])} if status in HEADERS else {}),
    }


def _documented(headers: Mapping[str, str]) -> dict[str, Any]:
    meanings = {
        "Retry-After": ("seconds after which to ask again", "integer"),
        "WWW-Authenticate": ("the scheme in which a key is sent", "string"),
    }
    return {
        name: {"description": meanings[name][0], "schema": {"type": meanings[name][1]}}
        for name in headers
    }


def _example(error: type[FaceCompareError]) -> dict[str, Any]:
    summary = (error.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    body = {"code": error.code, "message": summary, "image": None, "errors": None}
    return {"summary": summary, "value": body}
