"""The fields of a request as they arrive: JSON, and the options for single photos and batches.

JSON itself (RFC 8259) bounds neither depth nor values, neither the digits of a number nor how often
a name comes. Python's own reader stops everything else while it reads; this one goes in windows,
between which other threads have their turn.
"""

from __future__ import annotations

import codecs
import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from string import whitespace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from facecompare.api.field_errors import in_own_words, shown
from facecompare.errors import (
    SHOWN_CHARACTERS,
    BadField,
    BadRequest,
    BadThreshold,
    UnknownField,
)
from facecompare.options import FacePolicy, MinQuality, RequestOptions

JSON = "application/json"
WHOLE_DIGITS = 18  # of a number below 2⁶³; Python refuses to read one with 4,300 digits
MAX_DIGITS = 10_000  # of any part of a number
MAX_DEPTH = 32  # a list of uploads is three deep
MAX_VALUES = 1_000  # of a body; photos and options together are fewer than thirty
MAX_WIDE = 16_000_000  # bytes with characters beyond ASCII; in large bodies all is base64
WINDOW = 65_536  # characters or bytes that are read at a time, in about a millisecond
_OPTION_NAMES = {field.name for field in fields(RequestOptions)}

_BLANK = re.compile(r"[ \t\n\r]*+")
_SCALAR = re.compile(
    rf"true|false|null|NaN|-?Infinity|-?(?:0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}}+)"
    rf"(?:\.[0-9]{{1,{MAX_DIGITS}}}+)?(?:[eE][+-]?[0-9]{{1,{MAX_DIGITS}}}+)?"
)
# What stands in a text: anything but quotes, controls and escapes, or a whole escape.
_RUN = re.compile(r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+')
_PLAIN_ALPHABET = bytes.maketrans(b"-_", b"+/")  # of RFC 4648 §5 → of §4
_BLANKS = whitespace.encode()
_NAMED = {"true": True, "false": False, "null": None}


class DecisionFields(BaseModel):
    """What decides a verdict: threshold or false match rate, face and engine."""

    model_config = ConfigDict(extra="forbid")

    threshold: float | None = None
    fmr: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="a false match rate (ISO/IEC 19795-1), e.g. 0.001, for which the engine's "
        "calibration names the threshold; instead of `threshold`",
    )
    face: FacePolicy = FacePolicy.LARGEST
    engine: str | None = None

    @field_validator("threshold", "fmr", mode="before")
    @classmethod
    def _no_truth_value(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("a number, not a truth value")
        return value

    def options(self) -> RequestOptions:
        """These fields as options."""
        return RequestOptions(**self.model_dump(include=_OPTION_NAMES))


class OptionFields(DecisionFields):
    """The fields beside the photos."""

    landmarks68: bool = False
    chips: bool = False
    min_quality: MinQuality = Field(
        MinQuality.WARN, description="whether a photo whose compared face warns is refused"
    )
    strict: bool = Field(
        False, description="refuse a photo whose name or content type contradicts its bytes"
    )


def read_options(fields: dict[str, Any]) -> RequestOptions:
    """The options of a request about single photos.

    Raises  UnknownField, BadThreshold, BadField.
    """
    try:
        return OptionFields.model_validate(fields).options()
    except ValidationError as exc:
        raise _as_our_own(exc) from exc


def _as_our_own(error: ValidationError) -> UnknownField | BadThreshold | BadField:
    first = error.errors()[0]
    field = first["loc"][0] if first["loc"] else "a name that is no text"  # a lone surrogate
    if first["type"] == "extra_forbidden":
        known = ", ".join(OptionFields.model_fields)
        return UnknownField(
            f"found the unknown field {str(field)[:SHOWN_CHARACTERS]!r}; expected, beside photos: "
            f"{known}"
        )
    if field == "threshold":
        found = shown(first["input"])
        return BadThreshold(f"found the threshold {found}; expected a number, e.g. 0.5")
    return BadField(in_own_words({**first, "loc": (field,)}))


def parse_json(body: bytes | bytearray) -> Any:
    """The value of a body in UTF-8, UTF-16 or UTF-32; a bytearray is emptied, for memory.

    Raises  BadRequest for what is no JSON or exceeds the bounds above, BadField for an object with
            one name twice.
    """
    try:
        text = _decoded(body)
        if isinstance(body, bytearray):
            body.clear()
        return _Reader(text).whole()
    except ValueError as exc:
        raise BadRequest("found a body that is not JSON; expected an object of fields") from exc


def _decoded(body: bytes | bytearray) -> str:
    decoder = codecs.getincrementaldecoder(json.detect_encoding(bytes(body[:4])))()
    pieces = [decoder.decode(body[at : at + WINDOW]) for at in range(0, len(body), WINDOW)]
    pieces.append(decoder.decode(b"", final=True))
    if len(body) > MAX_WIDE and not all(map(str.isascii, pieces)):  # one would widen all
        raise BadRequest(f"found JSON of more than {MAX_WIDE:,} bytes; expected plain ASCII in it")
    return "".join(pieces)


class _Reader:
    """One text of JSON; whatever is none is a ValueError."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._values = 0

    def whole(self) -> Any:
        value = self._value(0)
        if self._next():
            raise ValueError("something behind it")
        return value

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            begun = self._at
            self._at = _end(_BLANK, self._text, begun)
            if self._at < begun + WINDOW:
                return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            raise BadRequest(f"found more than {MAX_VALUES:,} values in JSON; expected fewer")
        if depth > MAX_DEPTH:
            raise BadRequest(f"found JSON nested more than {MAX_DEPTH} deep; expected less")
        match self._next():
            case "{":
                return _object([self._pair(depth) for _ in self._items("}")])
            case "[":
                return [self._value(depth + 1) for _ in self._items("]")]
            case '"':
                return self._string()
            case _:
                return self._scalar()

    def _items(self, close: str) -> Iterator[None]:
        """Stands before each item of a list or an object, and at last behind it."""
        self._at += 1
        if self._next() != close:
            yield
            while self._next() == ",":
                self._at += 1
                yield
        if self._next() != close:
            raise ValueError(f"no {close}")
        self._at += 1

    def _pair(self, depth: int) -> tuple[str, Any]:
        if self._next() != '"':
            raise ValueError("a name that is no text")
        name = self._string()
        if self._next() != ":":
            raise ValueError("no colon")
        self._at += 1
        return name, self._value(depth + 1)

    def _string(self) -> str:
        """The text that begins here; what has no escape is one slice."""
        self._at += 1
        plain, pieces = self._at, list[str]()
        while (end := _end(_RUN, self._text, self._at)) > self._at:
            if self._text.find("\\", self._at, end) >= 0:
                pieces.append(self._text[plain : self._at])
                piece = json.loads(f'"{self._text[self._at : end]}"')
                if len(piece) > 1 and "\ud800" <= piece[-1] <= "\udbff":
                    piece, end = piece[:-1], end - 6  # its other half is in the next window
                pieces.append(piece)
                plain = end
            self._at = end
        if self._text[self._at : self._at + 1] != '"':
            raise ValueError("a text without end, or with a control")
        pieces.append(self._text[plain : self._at])
        self._at += 1
        return "".join(pieces)

    def _scalar(self) -> Any:
        found = _SCALAR.match(self._text, self._at)
        if found is None:
            raise ValueError("no value")
        self._at = found.end()
        if self._text[self._at : self._at + 1].isdigit() and found[0][-1] != "0":
            raise BadRequest(f"found a number of more than {MAX_DIGITS:,} digits; expected fewer")
        return _NAMED[found[0]] if found[0] in _NAMED else _number(found[0])


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where the match that begins here ends, in this window."""
    found = pattern.match(text, at, at + WINDOW)
    assert found  # noqa: S101 – these patterns match nothing, too
    return found.end()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadField(f"found {twice[:SHOWN_CHARACTERS]!r} more than once; expected it once")
    return values


def _number(text: str) -> int | float:
    """A float, at last an infinite one, where an integer would be longer than any field takes."""
    whole = text.removeprefix("-").isdigit() and len(text) <= WHOLE_DIGITS
    return int(text) if whole else float(text)


def decode_base64(text: str, begin: int) -> bytes:
    """The bytes of what begins there, in either alphabet, padded or not, in lines or not.

    Raises  ValueError.
    """
    decoded, rest = bytearray(), b""
    end = _end_of_base64(text, begin)
    for at in range(begin, end, WINDOW):
        piece = text[at : min(at + WINDOW, end)].encode("ascii")
        rest += piece.translate(_PLAIN_ALPHABET, _BLANKS)
        whole = len(rest) // 4 * 4
        decoded += _from_whole(rest[:whole])
        rest = rest[whole:]
    decoded += _from_whole(rest)
    return bytes(decoded)


def _end_of_base64(text: str, begin: int) -> int:
    """Where padding and blanks at the end begin."""
    end = len(text)
    while end > begin:
        piece = text[max(begin, end - WINDOW) : end]
        kept = len(piece.rstrip("=" + whitespace))
        end -= len(piece) - kept
        if kept:
            break
    return end


def _from_whole(text: bytes) -> bytes:
    if b"=" in text:
        raise ValueError("padding in the middle")
    return b64decode(text + b"=" * (-len(text) % 4), validate=True)
