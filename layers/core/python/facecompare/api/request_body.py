"""A request's body → photos and options, from multipart/form-data or JSON alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request
from python_multipart.multipart import parse_options_header

from facecompare.api.dependencies import media_type, off_the_loop, read_body
from facecompare.api.field_errors import shown
from facecompare.api.option_fields import JSON, decode_base64, parse_json, read_options
from facecompare.compare import concerning
from facecompare.errors import (
    SHOWN_CHARACTERS,
    BadField,
    BadRequest,
    MissingImage,
    UnsupportedContentType,
    UploadsOff,
)
from facecompare.options import MAX_REFERENCE_PHOTOS, FacePolicy, RequestOptions, reference_names
from facecompare.pipeline.decode import Photo
from facecompare.uploads.grants import Uploads

# The names that clients of the original system send.
ALIASES = {"fileAnchor": "anchor", "file1": "image1", "file2": "image2"} | {
    "face1": "image1_face",
    "face2": "image2_face",
}
FORM = "multipart/form-data"
MAX_FIELDS = 32  # photos and options together are fewer than thirty
MAX_BOUNDARY = 70  # characters, RFC 2046 §5.1.1
MAX_PART_HEAD = 8_192  # bytes of a part's headers
_FORM_WINDOW = 1_000_000  # bytes that are searched at a time, in about a millisecond
_NOWHERE = -1_000_000

_FURTHER = {image: reference_names(image)[1:] for image in ("image1", "anchor")}
UPLOAD_FIELD = "upload"
FACE_SUFFIX = "_face"  # image1_face names a face of image1; see RequestOptions.faces
MAX_FACE = 999  # more faces than a photo of working size has room for
_DATA_URI = re.compile(r"data:([^,;]*)(?:;[^,;]*)*;base64,", re.IGNORECASE)
_URI_HEAD = 1_000  # characters before the data of a data URI
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
    fields = await _fields(request)
    sent, options = await off_the_loop(request, lambda: _understood(fields(), names, one_each))
    photos = {name: await _photo(name, photo, uploads) for name, photo in sent.items()}
    return photos, options


def _understood(
    fields: dict[str, Any], names: tuple[str, ...], one_each: bool
) -> tuple[dict[str, Photo | Uploaded], RequestOptions]:
    allowed = () if one_each else further_names(names)
    fields = _one_by_one(_by_own_names(fields, names), names if allowed else ())
    further = allowed[: sum(each in fields for each in allowed)]  # one after the other
    sent = {name: _sent(name, fields.pop(name, None)) for name in (*names, *further)}
    texts = {name: _text(value) for name, value in fields.items()}
    named = {*names, *allowed}  # which face of a photo that was not sent is no matter
    chosen = {name: texts.pop(name + FACE_SUFFIX, None) for name in named}
    return sent, replace(read_options(texts), faces=_faces(chosen))


async def _fields(request: Request) -> Callable[[], dict[str, Any]]:
    """What reads, from the body that has come, the values by name: of JSON as they are, of a form a
    photo for each file and the bytes of each part without a file's name.

    What is neither is refused before its body comes.
    """
    found = media_type(request)
    if found == FORM:
        delimiter = _delimiter(request.headers["content-type"])
        return partial(_form_fields, await read_body(request), delimiter)
    if found == JSON:
        return partial(_json_fields, await read_body(request))
    raise UnsupportedContentType(
        f"found the content type {found[:SHOWN_CHARACTERS] or '(none)'}; expected {FORM} with "
        f"files, or {JSON} with base64"
    )


def _delimiter(content_type: str) -> bytes:
    """What stands before each part (RFC 2046 §5.1.1)."""
    _, parameters = parse_options_header(content_type)
    boundary = parameters.get(b"boundary", b"")
    if not 0 < len(boundary) <= MAX_BOUNDARY or boundary.strip() != boundary:
        raise _no_form(f"a boundary of {len(boundary):,} characters")
    return b"\r\n--" + boundary


def _no_form(found: str) -> BadRequest:
    return BadRequest(f"found a form that cannot be read ({found}); expected {FORM}")


def _form_fields(body: bytearray, delimiter: bytes) -> dict[str, Any]:
    """Texts are UTF-8; a charset that the request names is ignored, as RFC 7578 §5.1.2 has none."""
    fields: dict[str, _Repeated] = {}
    for count, (begin, end) in enumerate(_parts(body, delimiter)):
        if count >= MAX_FIELDS:
            raise _no_form(f"more than {MAX_FIELDS} parts")
        head_end = body.find(b"\r\n\r\n", begin, min(end, begin + MAX_PART_HEAD))
        if head_end < 0:
            raise _no_form(f"a part without the end of its headers in {MAX_PART_HEAD:,} bytes")
        data = bytes(memoryview(body)[head_end + 4 : end])
        name, value = _part(bytes(body[begin:head_end]), data)
        fields.setdefault(name, _Repeated()).append(value)
    body.clear()
    return {name: each if len(each) > 1 else each[0] for name, each in fields.items()}


def _parts(body: bytearray, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """Where each part's headers begin, behind the line's end before them, and where it ends."""
    begun = body.startswith(delimiter[2:])
    at = -2 if begun else _find(body, delimiter, 0)  # a preamble is ignored
    while at != _NOWHERE:
        at += len(delimiter)
        if body.startswith(b"--", at):
            return
        line = body.find(b"\r\n", at, at + MAX_PART_HEAD)
        if line < 0 or body[at:line].strip(b" \t"):
            break
        at = _find(body, delimiter, line + 2)
        if at != _NOWHERE:
            yield line + 2, at
    raise _no_form("parts that do not end")


def _find(body: bytearray, wanted: bytes, at: int) -> int:
    """Where it is, in windows."""
    while at < len(body):
        found = body.find(wanted, at, at + _FORM_WINDOW)
        if found >= 0:
            return found
        at += _FORM_WINDOW - len(wanted) + 1
    return _NOWHERE


def _part(head: bytes, data: bytes) -> tuple[str, Photo | bytes]:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    named = {name.strip().lower(): value.strip().decode("latin-1") for name, _, value in lines}
    _, parameters = parse_options_header(named.get(b"content-disposition", ""))
    if b"name" not in parameters:
        raise _no_form("a part without a name in its Content-Disposition")
    name = parameters[b"name"].decode("utf-8", "replace")
    if b"filename" not in parameters:
        return name, data
    file = parameters[b"filename"].decode("utf-8", "replace")
    return name, Photo(data, file, named.get(b"content-type", ""))


def _json_fields(body: bytearray) -> dict[str, Any]:
    fields = parse_json(body)
    if not isinstance(fields, dict):
        raise BadRequest(f"found {shown(fields)} as the body; expected an object of fields")
    return fields


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
            f"found {shown(value)} as {name}; expected a file, base64 text or "
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
    uri = _DATA_URI.match(text, 0, _URI_HEAD)
    content_type, begin = (uri[1], uri.end()) if uri else ("", 0)
    try:
        return Photo(decode_base64(text, begin), content_type=content_type)
    except ValueError as exc:
        raise BadField(
            f"found a text that is not base64 as {name}; expected base64 or, by curl, @photo.jpg",
            image=name,
        ) from exc


def _text(value: object) -> object:
    """What stands in a form's part; everything else as it is."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _faces(chosen: dict[str, Any]) -> dict[str, int | FacePolicy]:
    """The faces that are chosen for a photo of its own; the others are left to `face`."""
    return {name: _chosen(name, asked) for name, asked in chosen.items() if asked is not None}


def _chosen(name: str, asked: object) -> int | FacePolicy:
    text = str(asked) if isinstance(asked, int | str) else shown(asked)
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
