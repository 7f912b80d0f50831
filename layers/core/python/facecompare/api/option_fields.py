"""The fields of a request as they arrive: JSON, and the options for single photos and batches.

JSON itself (RFC 8259) bounds neither the digits of a number nor how often a name comes.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from facecompare.errors import SHOWN_CHARACTERS, BadField, BadRequest
from facecompare.options import FacePolicy, MinQuality, RequestOptions

JSON = "application/json"
WHOLE_DIGITS = 18  # of a number below 2⁶³; Python refuses to read one with 4,300 digits
_OPTION_NAMES = {field.name for field in fields(RequestOptions)}


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
            raise ValueError("expected a number, not a truth value")
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


def parse_json(body: bytes) -> Any:
    """The value of a body in UTF-8, UTF-16 or UTF-32.

    Raises  BadRequest for what is no JSON, BadField for an object with one name twice.
    """
    try:
        return json.loads(body, object_pairs_hook=_object, parse_int=_number)
    except (ValueError, RecursionError) as exc:
        raise BadRequest("found a body that is not JSON; expected an object of fields") from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadField(f"found {twice[:SHOWN_CHARACTERS]!r} more than once; expected it once")
    return values


def _number(text: str) -> int | float:
    """A float, at last an infinite one, where an integer would be longer than any field takes."""
    return int(text) if len(text) <= WHOLE_DIGITS else float(text)
