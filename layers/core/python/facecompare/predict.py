"""An anchor against two candidates, by the stages of `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from facecompare.compare import (
    Comparison,
    asked,
    asked_reference,
    comparison_of,
    deciding_thresholds,
    examine_all,
)
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.telemetry import Timing


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """An anchor against two candidates; `closer` is "image1" or "image2" (image1 on a draw)."""

    image1: Comparison
    image2: Comparison

    @property
    def candidates(self) -> tuple[Comparison, Comparison]:
        """Both comparisons with the anchor."""
        return self.image1, self.image2

    @property
    def closer(self) -> str:
        """The candidate at the smaller distance, of those that decide."""
        distance1, distance2 = (each.match.decisive[0] for each in self.candidates)
        return "image1" if distance1 <= distance2 else "image2"


def predict(
    anchor: Photo | Sequence[Photo],
    image1: Photo,
    image2: Photo,
    engine: Engine,
    options: RequestOptions | None = None,
) -> Prediction:
    """Which of two candidates is closer to the anchor, and is it the same person? The anchor may
    be up to five photos of one person."""
    options = options or RequestOptions()
    timing = Timing()
    thresholds = deciding_thresholds(engine, options)
    photos = asked_reference("anchor", anchor, options)
    photos |= asked("image1", image1, options) | asked("image2", image2, options)
    *of_anchor, one, other = examine_all(photos, engine, options)
    return Prediction(
        *(comparison_of(of_anchor, each, engine, thresholds, timing) for each in (one, other))
    )
