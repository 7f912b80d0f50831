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
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from facecompare.api.option_fields import OptionFields
from facecompare.compare import concerning
from facecompare.errors import (
    BadField,
    BadRequest,
    BadThreshold,
    MissingImage,
    UnknownField,
    UnsupportedContentType,
    UploadsOff,
)
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.uploads.grants import Uploads

# The names that clients of the original system send.
ALIASES = {"fileAnchor": "anchor", "file1": "image1", "file2": "image2"}
MAX_FIELDS = 32  # photos and options together are fewer than twenty

UPLOAD_FIELD = "upload"
FACE_SUFFIX = "_face"  # image1_face names a face of image1; see RequestOptions.faces
MAX_FACE = 999  # more faces than a photo of working size has room for
_PLACE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A photo that was uploaded before, by the name it was given."""

    upload: str


async def read_request(
    request: Request, names: tuple[str, ...], uploads: Uploads | None
) -> tuple[dict[str, Photo], RequestOptions]:
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
    return photos, options


async def _fields(request: Request) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        return await _form_fields(request)
    if media_type == "application/json":
        return await _json_fields(request)
    raise UnsupportedContentType(
        f"found the content type {media_type or '(none)'}; expected multipart/form-data with "
        "files, or application/json with base64"
    )


async def _form_fields(request: Request) -> dict[str, Any]:
    async with request.form(max_files=MAX_FIELDS, max_fields=MAX_FIELDS) as form:
        fields: dict[str, Any] = {}
        for name, value in form.multi_items():
            if name in fields:
                raise BadField(f"found {name} more than once; expected it once")
            fields[name] = await _uploaded(value) if isinstance(value, UploadFile) else value
        return fields


async def _uploaded(file: UploadFile) -> Photo:
    return Photo(await file.read(), file.filename or "", file.content_type or "")


async def _json_fields(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadRequest("found a body that is not JSON; expected an object of fields") from exc
    if not isinstance(body, dict):
        raise BadRequest(f"found a JSON {type(body).__name__}; expected an object of fields")
    return body


def _by_own_names(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in fields.items():
        own = ALIASES.get(name, name) if ALIASES.get(name) in names else name
        if own in renamed:
            raise BadField(f"found {own} more than once, once as {name}; expected it once")
        renamed[own] = value
    return renamed


def _sent(name: str, value: object) -> Photo | Uploaded:
    if isinstance(value, Photo):
        return value
    if value is None or value == "":
        raise MissingImage(f"found no {name}; expected a file or base64; send it", image=name)
    if isinstance(value, dict) and value.keys() == {UPLOAD_FIELD}:
        return Uploaded(str(value[UPLOAD_FIELD]))
    if not isinstance(value, str):
        raise BadField(
            f"found a {type(value).__name__} as {name}; expected a file, base64 text or "
            f'{{"{UPLOAD_FIELD}": …}}',
            image=name,
        )
    return _from_base64(name, value)


async def _photo(name: str, photo: Photo | Uploaded, uploads: Uploads | None) -> Photo:
    if isinstance(photo, Photo):
        return photo
    with concerning(name):
        if uploads is None:
            raise UploadsOff(
                "found the name of an upload; expected a photo, for this installation takes no "
                "uploads; send the photo itself"
            )
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
            f"found a text that is not base64 as {name}; expected a file's bytes in base64",
            image=name,
        ) from exc


def _options(fields: dict[str, Any]) -> RequestOptions:
    try:
        return OptionFields.model_validate(fields).options()
    except ValidationError as exc:
        raise _as_our_own(exc) from exc


def _faces(places: dict[str, Any]) -> dict[str, int]:
    """The faces that are asked for by their place; the others are left to the policy."""
    return {name: _place(name, asked) for name, asked in places.items() if asked is not None}


def _place(name: str, asked: object) -> int:
    text = str(asked) if isinstance(asked, int | str) else type(asked).__name__
    if not _PLACE.fullmatch(text):
        raise BadField(
            f"found {text[:40]!r} as {name}{FACE_SUFFIX}; expected the place of a face, "
            f"from 0, the largest, to {MAX_FACE}",
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
            f"found the unknown field {str(field)[:40]!r}; expected, beside photos: {known}"
        )
    if field == "threshold":
        return BadThreshold(f"found the threshold {shown!r}; expected a number, e.g. 0.5")
    return BadField(f"found {shown!r} as {field}; {first['msg']}")
