"""The options of a request as they arrive, for single photos and for batches."""

from __future__ import annotations

from dataclasses import fields

from pydantic import BaseModel, ConfigDict, Field, field_validator

from facecompare.options import FacePolicy, RequestOptions

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
