"""A request's body → photos and options, from multipart/form-data or JSON alike."""

from __future__ import annotations

import binascii
import re
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from anyio import to_thread
from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from facecompare.api.dependencies import media_type
from facecompare.api.option_fields import JSON, OptionFields, parse_json
from facecompare.compare import concerning
from facecompare.errors import (
    SHOWN_CHARACTERS,
    BadField,
    BadRequest,
    BadThreshold,
    MissingImage,
    UnknownField,
    UnsupportedContentType,
    UploadsOff,
)
from facecompare.options import (
    MAX_REFERENCE_PHOTOS,
    FacePolicy,
    RequestOptions,
    reference_names,
)
from facecompare.pipeline.decode import Photo
from facecompare.uploads.grants import Uploads

# The names that clients of the original system send.
ALIASES = {"fileAnchor": "anchor", "file1": "image1", "file2": "image2"} | {
    "face1": "image1_face",
    "face2": "image2_face",
}
FORM = "multipart/form-data"
MAX_FIELDS = 32  # photos and options together are fewer than twenty

_FURTHER = {image: reference_names(image)[1:] for image in ("image1", "anchor")}
UPLOAD_FIELD = "upload"
FACE_SUFFIX = "_face"  # image1_face names a face of image1; see RequestOptions.faces
MAX_FACE = 999  # more faces than a photo of working size has room for
_DATA_URI = re.compile(r"data:([^,;]*)(?:;[^,;]*)*;base64,", re.IGNORECASE)
_PLAIN_ALPHABET = str.maketrans("-_", "+/")  # of RFC 4648 §5 → of §4
_PLACE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A photo that was uploaded before, by the name it was given."""

    upload: str


class _Repeated(list[Any]):
    """The values of a form's parts of one name."""


async def read_request(
    request: Request, names: tuple[str, ...], uploads: Uploads | None, *, one_each: bool = False
) -> tuple[dict[str, Photo], RequestOptions]:
    """Photos of these names, sent along or uploaded before, and the options; of the first one's
    person there may be more photos, unless there is to be `one_each`.

    Raises  UnsupportedContentType, BadRequest, MissingImage, UnknownField, BadField, BadThreshold,
            UploadsOff, UploadNotFound, UploadsUnavailable; ImageTooLarge when the body outgrows
            its limit while it is read.
    """
    allowed = () if one_each else further_names(names)
    fields = _one_by_one(_by_own_names(await _fields(request), names), names if allowed else ())
    further = allowed[: sum(each in fields for each in allowed)]  # one after the other
    sent = {name: _sent(name, fields.pop(name, None)) for name in (*names, *further)}
    texts = {name: _text(value) for name, value in fields.items()}
    named = {*names, *allowed}  # which face of a photo that was not sent is no matter
    chosen = {name: texts.pop(name + FACE_SUFFIX, None) for name in named}
    options = replace(_options(texts), faces=_faces(chosen))
    photos = {name: await _photo(name, photo, uploads) for name, photo in sent.items()}
    return photos, options


async def _fields(request: Request) -> dict[str, Any]:
    """The values by name: of JSON as they are, of a form a photo for each file and the bytes of
    each part without a file's name."""
    found = media_type(request)
    if found == FORM:
        return await _form_fields(request)
    if found == JSON:
        return await _json_fields(request)
    raise UnsupportedContentType(
        f"found the content type {found[:SHOWN_CHARACTERS] or '(none)'}; expected {FORM} with "
        f"files, or {JSON} with base64"
    )


async def _form_fields(request: Request) -> dict[str, Any]:
    async with _form(request) as form:
        fields: dict[str, _Repeated] = {}
        for latin1, part in form.multi_items():
            name = _bytes(latin1).decode("utf-8", "replace")
            value = await _uploaded(part) if isinstance(part, UploadFile) else _bytes(part)
            fields.setdefault(name, _Repeated()).append(value)
        return {name: each if len(each) > 1 else each[0] for name, each in fields.items()}


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    """The parts, texts as Latin-1, which keeps each byte.

    A charset that the request names is ignored, as RFC 7578 §5.1.2 has none. A part has no limit of
    its own: `BodyLimit` counts the whole body.
    """
    content_type = f"{request.headers['content-type']}; charset=latin-1"
    try:
        async with aclosing(request.stream()) as stream:
            form = await MultiPartParser(
                Headers({"content-type": content_type}),
                stream,
                max_files=MAX_FIELDS,
                max_fields=MAX_FIELDS,
                max_part_size=sys.maxsize,
            ).parse()
    except MultiPartException as exc:
        found = exc.message.rstrip(".")
        raise BadRequest(f"found a form that cannot be read ({found}); expected {FORM}") from exc
    try:
        yield form
    finally:
        await form.close()


def _bytes(latin1: str) -> bytes:
    return latin1.encode("latin-1")


async def _uploaded(file: UploadFile) -> Photo:
    name = _bytes(file.filename or "").decode("utf-8", "replace")
    return Photo(await file.read(), name, file.content_type or "")


async def _json_fields(request: Request) -> dict[str, Any]:
    body = parse_json(await request.body())
    if not isinstance(body, dict):
        raise BadRequest(f"found a JSON {type(body).__name__}; expected an object of fields")
    return body


def _by_own_names(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in fields.items():
        own = ALIASES.get(name, name)
        own = own if own.removesuffix(FACE_SUFFIX) in names else name
        if own in renamed:
            raise BadField(f"found {own} more than once, once as {name}; expected it once")
        renamed[own] = value
    return renamed


def _one_by_one(fields: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A list of photos of the reference as fields of their own: image1, image1_2 and so on. Raises
    BadField for a part of anything else that comes twice, and for an empty or too long list."""
    reference = names[0] if names else ""
    single: dict[str, Any] = {}
    for name, value in fields.items():
        values = {name: value}
        if isinstance(value, list):
            if name != reference:
                if isinstance(value, _Repeated):
                    raise _twice(name)
                single[name] = value  # of JSON: its reader refuses it
                continue
            if not 0 < len(value) <= MAX_REFERENCE_PHOTOS:
                found = f"found {len(value)} photos as {name}; expected 1 to {MAX_REFERENCE_PHOTOS}"
                raise BadField(found, image=reference)
            values = dict(zip((name, *further_names(names)), value, strict=False))
        for each in values.keys() & single.keys():
            raise _twice(each)
        single |= values
    return single


def _twice(name: str) -> BadField:
    return BadField(f"found {name[:SHOWN_CHARACTERS]} more than once; expected it once")


def further_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of more photos of the first one's person, where there is another photo to compare with."""
    return _FURTHER.get(names[0], ())


def _sent(name: str, value: object) -> Photo | Uploaded:
    if isinstance(value, Photo):
        return value
    if value in (None, "", b""):
        raise MissingImage(f"found no {name}; expected a file or base64; send it", image=name)
    if isinstance(value, bytes):
        return _from_base64(name, value.decode()) if _is_text(value) else Photo(value)
    if isinstance(value, dict) and value.keys() == {UPLOAD_FIELD}:
        value = value[UPLOAD_FIELD]
        if isinstance(value, str):
            return Uploaded(value)
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


def _is_text(part: bytes) -> bool:
    """Whether this may be base64; every picture has bytes that no text has."""
    return part.isascii() and b"\0" not in part


def _from_base64(name: str, text: str) -> Photo:
    """Base64 in either alphabet (RFC 4648 §4 and §5), padded or not, or a data URI (RFC 2397)."""
    content_type = ""
    if uri := _DATA_URI.match(text):
        content_type, text = uri[1], text[uri.end() :]
    plain = "".join(text.split()).translate(_PLAIN_ALPHABET).rstrip("=")
    padded = plain + "=" * (-len(plain) % 4)
    try:
        return Photo(b64decode(padded, validate=True), content_type=content_type)
    except (binascii.Error, ValueError) as exc:
        raise BadField(
            f"found a text that is not base64 as {name}; expected a file's bytes in base64",
            image=name,
        ) from exc


def _text(value: object) -> object:
    """What stands in a form's part; everything else as it is."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _options(fields: dict[str, Any]) -> RequestOptions:
    try:
        return OptionFields.model_validate(fields).options()
    except ValidationError as exc:
        raise _as_our_own(exc) from exc


def _faces(chosen: dict[str, Any]) -> dict[str, int | FacePolicy]:
    """The faces that are chosen for a photo of its own; the others are left to `face`."""
    return {name: _chosen(name, asked) for name, asked in chosen.items() if asked is not None}


def _chosen(name: str, asked: object) -> int | FacePolicy:
    text = str(asked) if isinstance(asked, int | str) else type(asked).__name__
    if _PLACE.fullmatch(text):
        return int(text)
    try:
        return FacePolicy(text)
    except ValueError as exc:
        raise BadField(
            f"found {text[:SHOWN_CHARACTERS]!r} as {name}{FACE_SUFFIX}; expected the place of a "
            f"face, from 0, the largest, to {MAX_FACE}, or one of {', '.join(FacePolicy)}",
            image=name,
        ) from exc


def _as_our_own(error: ValidationError) -> UnknownField | BadThreshold | BadField:
    first = error.errors()[0]
    field = first["loc"][0] if first["loc"] else "a name that is no text"  # a lone surrogate
    found = first["input"]
    shown = found[:SHOWN_CHARACTERS] if isinstance(found, str) else type(found).__name__
    if first["type"] == "extra_forbidden":
        known = ", ".join(OptionFields.model_fields)
        return UnknownField(
            f"found the unknown field {str(field)[:SHOWN_CHARACTERS]!r}; expected, beside photos: "
            f"{known}"
        )
    if field == "threshold":
        return BadThreshold(f"found the threshold {shown!r}; expected a number, e.g. 0.5")
    return BadField(f"found {shown!r} as {field}; {first['msg']}")
