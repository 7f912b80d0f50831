"""A request's body → photos and options, from multipart/form-data or JSON alike."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, replace
from json import JSONDecodeError
from typing import Any

from anyio import to_thread
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import UploadFile

from facecompare.errors import (
    BadField,
    BadRequest,
    BadThreshold,
    MissingImage,
    UnknownField,
    UnsupportedContentType,
    UploadsOff,
    concerning,
)
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.uploads.grants import Uploads

# The names that clients of the original system send.
ALIASES = {"fileAnchor": "anchor", "file1": "image1", "file2": "image2"}
MAX_FIELDS = 32  # photos and options together are fewer than ten


UPLOAD_FIELD = "upload"
FACE_SUFFIX = "_face"  # image1_face names a face of image1; see RequestOptions.faces
MAX_FACE = 999  # more faces than a photo of working size has room for
_PLACE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A photo that was uploaded before, by the name it was given."""

    upload: str


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """The photos by name, and what the caller options."""

    photos: dict[str, Photo]
    options: RequestOptions


class OptionFields(BaseModel):
    """The fields beside the photos, as they arrive."""

    model_config = ConfigDict(extra="forbid")

    threshold: float | None = None
    far: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="a false-accept rate, 0.001 say, for which the engine's calibration names the "
        "threshold; instead of `threshold`",
    )
    face: FacePolicy = FacePolicy.LARGEST
    landmarks68: bool = False
    chips: bool = False
    engine: str | None = None

    @field_validator("threshold", "far", mode="before")
    @classmethod
    def _no_truth_value(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("a number is accepted, not a truth value")
        return value


async def read_request(
    request: Request, names: tuple[str, ...], uploads: Uploads | None
) -> CompareRequest:
    """Photos of these names, sent along or uploaded before, and the options.

    Raises  UnsupportedContentType, BadRequest, MissingImage, UnknownField, BadField, BadThreshold,
            UploadsOff, UploadNotFound, UploadsUnavailable; ImageTooLarge when the body outgrows
            its limit while it is read.
    """
    fields = _by_own_names(await _fields(request), names)
    sent = {name: _sent(name, fields.pop(name, None)) for name in names}
    places = {name: fields.pop(name + FACE_SUFFIX, None) for name in names}
    options = replace(_options(fields), faces=_faces(places))
    photos = {name: await _photo(name, photo, uploads) for name, photo in sent.items()}
    return CompareRequest(photos, options)


async def _fields(request: Request) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        return await _form_fields(request)
    if media_type == "application/json":
        return await _json_fields(request)
    raise UnsupportedContentType(
        f"the content type is {media_type or 'missing'}; multipart/form-data with files, or "
        "application/json with base64, is accepted"
    )


async def _form_fields(request: Request) -> dict[str, Any]:
    async with request.form(max_files=MAX_FIELDS, max_fields=MAX_FIELDS) as form:
        fields: dict[str, Any] = {}
        for name, value in form.multi_items():
            if name in fields:
                raise BadField(f"{name} was sent more than once")
            fields[name] = await _uploaded(value) if isinstance(value, UploadFile) else value
        return fields


async def _uploaded(file: UploadFile) -> Photo:
    return Photo(await file.read(), file.filename or "", file.content_type or "")


async def _json_fields(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadRequest("the body is not JSON; an object of fields is accepted") from exc
    if not isinstance(body, dict):
        raise BadRequest(f"the body is a JSON {type(body).__name__}; an object is accepted")
    return body


def _by_own_names(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in fields.items():
        own = ALIASES.get(name, name) if ALIASES.get(name) in names else name
        if own in renamed:
            raise BadField(f"{own} was sent more than once, once as {name}")
        renamed[own] = value
    return renamed


def _sent(name: str, value: object) -> Photo | Uploaded:
    if isinstance(value, Photo):
        return value
    if value is None or value == "":
        raise MissingImage(f"{name} is missing; send it as a file or as base64", image=name)
    if isinstance(value, dict) and value.keys() == {UPLOAD_FIELD}:
        return Uploaded(str(value[UPLOAD_FIELD]))
    if not isinstance(value, str):
        raise BadField(f'{name} must be a file, base64 text or {{"{UPLOAD_FIELD}": …}}', image=name)
    return _from_base64(name, value)


async def _photo(name: str, photo: Photo | Uploaded, uploads: Uploads | None) -> Photo:
    if isinstance(photo, Photo):
        return photo
    with concerning(name):
        if uploads is None:
            raise UploadsOff(f"{name} names an upload, and this installation takes none")
        return Photo(await to_thread.run_sync(uploads.fetch, photo.upload))


def _from_base64(name: str, text: str) -> Photo:
    """Plain base64, or a data URI (RFC 2397)."""
    content_type = ""
    if text.startswith("data:"):
        content_type, _, text = text.removeprefix("data:").partition(";base64,")
    try:
        return Photo(b64decode("".join(text.split()), validate=True), content_type=content_type)
    except (binascii.Error, ValueError) as exc:
        raise BadField(
            f"{name} is not base64; a file's bytes in base64 are accepted", image=name
        ) from exc


def _options(fields: dict[str, Any]) -> RequestOptions:
    try:
        options = OptionFields.model_validate(fields)
    except ValidationError as exc:
        raise _as_our_own(exc) from exc
    return RequestOptions(**options.model_dump())


def _faces(places: dict[str, Any]) -> dict[str, int]:
    """The faces that are asked for by their place; the others are left to the policy."""
    return {name: _place(name, asked) for name, asked in places.items() if asked is not None}


def _place(name: str, asked: object) -> int:
    text = str(asked) if isinstance(asked, int | str) else type(asked).__name__
    if not _PLACE.fullmatch(text):
        raise BadField(
            f"{name}{FACE_SUFFIX} is {text[:40]!r}; the place of a face is accepted, from 0, the "
            f"largest, to {MAX_FACE}",
            image=name,
        )
    return int(text)


def _as_our_own(error: ValidationError) -> UnknownField | BadThreshold | BadField:
    first = error.errors()[0]
    field, found = first["loc"][0], first["input"]
    shown = found[:40] if isinstance(found, str) else type(found).__name__
    if first["type"] == "extra_forbidden":
        known = ", ".join(OptionFields.model_fields)
        return UnknownField(
            f"{str(field)[:40]!r} is no field of this operation; there are: {known}"
        )
    if field == "threshold":
        return BadThreshold(f"the threshold is {shown!r}; a number is accepted")
    return BadField(f"{field} is {shown!r}: {first['msg']}")
