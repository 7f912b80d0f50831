"""What the pipeline asks of an engine.

An engine is data (its card) plus the parts the stages use: detectors that find faces, a predictor
that places five landmarks, and a network that embeds chips. Coordinates are pixels of the array
handed in, x to the right, y down, (0, 0) the centre of the top-left pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]  # height × width × 3, RGB
    Points = NDArray[np.float32]  # points × 2, (x, y)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; right = left + width, bottom = top + height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y)."""
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Detection:
    """One face as its detector reports it; the score's scale is the detector's own.

    points       the detector's own five points, where it has any: eyes, nose, corners of the mouth
    plain_score  of the picture as it is, where a detector also looks at it changed; None elsewhere
    """

    box: Box
    score: float
    points: Points | None = None
    plain_score: float | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One way of cutting the chip: the share of the face added on each side, and mirroring."""

    padding: float
    mirrored: bool = False


class Scaling(StrEnum):
    """How photos are scaled down to working size; scaling up is careful always.

    Careful is Lanczos on a picture at least twice as large, quick Hamming on one as it comes. Of
    two portraits of 1 megapixel, quick takes half of the time, and moves distances by 0.02.
    """

    CAREFUL = "careful"
    QUICK = "quick"


@dataclass(frozen=True, slots=True)
class EngineCard:
    """What there is to know of an engine without loading it.

    `id` stands for one exact setting of detectors, alignment, views and network. Distances, and so
    thresholds, mean something only within one id; embeddings of two ids are never compared.
    """

    id: str
    title: str
    dimension: int
    metric: str
    """euclidean, or cosine: then a distance is one less the cosine similarity"""
    default_threshold: float
    chip_side_px: int
    views: tuple[View, ...]
    landmarks5: tuple[str, ...]
    models: tuple[str, ...]
    licence: str
    template: tuple[tuple[float, float], ...] = ()
    """where the five landmarks lie on the chip, in its pixels; empty for dlib's own chips"""
    scaling: Scaling = Scaling.CAREFUL
    second: SecondOpinion | None = None
    """a second network, which decides together with the first; all else here is of the first, but
    for `dimension`, which counts the numbers of both, the first's before the second's"""

    @property
    def first_dimension(self) -> int:
        """How many numbers of an embedding are the first network's."""
        return self.dimension - (self.second.card.dimension if self.second else 0)


T = TypeVar("T", float, "NDArray[np.float32]")


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A second network beside an engine's own, and how both together decide."""

    card: EngineCard
    first_id: str
    """the engine that is the first network alone"""
    weight: float
    """of the first distance in the combined one; the second has the rest"""
    threshold: float
    """of the combined distance"""
    same: tuple[float, float]
    """distances of the first and the second below which either alone is sure of one person"""
    different: tuple[float, float]
    """and above which either alone is sure of two"""

    def combined(self, first: T, second: T) -> T:
        """The distance by which both decide, of one pair or of many."""
        return self.weight * first + (1 - self.weight) * second

    def contradicts(self, first: float, second: float) -> bool:
        """One is sure of one person, and the other of two."""
        pairs = (first, second), (second, first)
        limits = (self.same[0], self.different[1]), (self.same[1], self.different[0])
        return any(
            one < same and other > different
            for (one, other), (same, different) in zip(pairs, limits, strict=True)
        )


class FaceDetector(Protocol):
    """Finds faces that stand upright."""

    name: str
    turn_margin: float = 0.0
    """by how much more upright another quarter turn must be than the photo as it is"""

    def find(self, pixels: Pixels) -> list[Detection]:
        """All faces, best score first; safe to call from several threads."""
        ...

    def nearer(self) -> FaceDetector:
        """The same for a picture in which it found nothing when it was smaller."""
        return self

    def uprightness(self, pixels: Pixels) -> float:
        """How sure it is that a face stands upright; turns of one picture are compared by it. The
        best score, unless a detector has what tells more; 0 for no face."""
        return max((each.score for each in self.find(pixels)), default=0.0)


class LandmarkPredictor(Protocol):
    """Places a fixed number of named points on a face."""

    def landmarks(self, pixels: Pixels, box: Box) -> Points:
        """The points of the face in this box."""
        ...


class Engine(Protocol):
    """One setting of the pipeline, loaded and ready; safe to use from several threads."""

    card: EngineCard
    model_digest: str  # one SHA-256 over all the weights it decides with
    detectors: Sequence[FaceDetector]
    landmarks5: LandmarkPredictor | None
    """None where the engine's points are the detector's own"""
    first: Engine | None
    """where the card has a second opinion: the engine that is the first network alone"""
    second: Engine | None
    """and the one that is the second"""

    def landmarks68(self) -> LandmarkPredictor:
        """The 68-point predictor, loaded when first asked for."""
        ...

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[Any]:
        """[N, side, side, 3] RGB chips → [N, dimension] float32, one embedding a chip."""
        ...
