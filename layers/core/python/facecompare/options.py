"""What a caller may ask for beside the photos. Light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from facecompare.decoding.limits import ImageLimits


class FacePolicy(StrEnum):
    """Which face of a photo is compared."""

    LARGEST = "largest"
    MOST_CENTRAL = "most-central"
    ONLY_ONE = "only-one"
    BEST_MATCH = "best-match"
    """each face is held against each of the other photo, and the nearest two are compared"""


class MinQuality(StrEnum):
    """What becomes of a face that warns."""

    WARN = "warn"
    REFUSE = "refuse"


class NobodyWaits(Exception):
    """Whoever asked has gone, or was told that it takes too long; nobody is there to be told."""


class Waiter(Protocol):
    """Whoever waits for an answer, and may give up before it is there."""

    def check(self) -> None:
        """Raises  NobodyWaits."""

    def ended_by(self, ending: Callable[[], None]) -> AbstractContextManager[None]:
        """What runs inside is ended by calling this. Raises  NobodyWaits."""

    def recording(self) -> AbstractContextManager[None]:
        """Once it is entered, nobody gives up any more. Raises  NobodyWaits."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a caller may choose, from the edge to the pipeline; None is the installation's default.

    `limits` and `threads` are the installation's own: `FaceService.options` sets them, no caller
    does; `waiter` is set by who may give it up.
    """

    threshold: float | None = None
    """a distance, in the engine's metric; where the engine has two networks, the first then decides
    alone"""
    fmr: float | None = None
    """a false match rate (ISO/IEC 19795-1) instead of a threshold; `FaceService.options` turns it
    into one"""
    combined_threshold: float | None = None
    """of the distance by which two networks decide; `FaceService.options` sets it, no caller
    does"""
    face: FacePolicy = FacePolicy.LARGEST
    faces: Mapping[str, int | FacePolicy] = field(default_factory=dict)
    """photo → which face of it is compared, by a policy of its own or by its place from the
    largest, 0, to the smallest; beats `face`"""
    landmarks68: bool = False
    min_quality: MinQuality = MinQuality.WARN
    """whether a photo whose compared face warns is refused"""
    strict: bool = False
    """whether a photo whose name or content type contradicts its bytes is refused"""
    chips: bool = False
    """whether the response carries each aligned face"""
    engine: str | None = None
    limits: ImageLimits = field(default_factory=ImageLimits)
    threads: int = 2
    waiter: Waiter | None = None


MAX_REFERENCE_PHOTOS = 5  # of one person; calibrations say what each further one is worth


def reference_names(image: str) -> tuple[str, ...]:
    """What a reference's photos are called: image1, image1_2, … image1_5."""
    further = (f"{image}_{number}" for number in range(2, MAX_REFERENCE_PHOTOS + 1))
    return (image, *further)
