"""The shape of an explanation, beside the responses of `schemas`."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.records.documented import documented


@dataclass(frozen=True, slots=True)
class FaceMapResponse:
    """How the distance changes when a patch covers a part of one face."""

    __pydantic_config__ = documented()
    face: int
    """which face it is of: its place in the photo, from the largest, 0, to the smallest"""
    changes: list[list[float]]
    """rows from the top, a number for each place of the patch: above 0 it moves the two faces
    apart, below 0 together"""
    picture: str
    """the aligned face as a PNG in base64, red where covering moves apart, blue where together"""


@dataclass(frozen=True, slots=True)
class ExplanationResponse:
    """A heat map of each of two faces. It shows what this network's distance depends on, neither
    why, nor what a person would go by; and it is no proof of anything."""

    __pydantic_config__ = documented()
    engine: str
    distance: float
    """by which the engine decides"""
    image1: FaceMapResponse
    image2: FaceMapResponse
