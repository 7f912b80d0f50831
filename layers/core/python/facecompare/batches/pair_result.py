"""What becomes of one pair of a batch: a row of its results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Self

from facecompare.engines.calibration import Interpretation
from facecompare.errors import copied_photo
from facecompare.records.record import former_verdict

if TYPE_CHECKING:
    from facecompare.batches.pairs_file import Pair
    from facecompare.pipeline.match import Match


@dataclass(frozen=True, slots=True)
class PairResult:
    """The result of one pair: a verdict and its record, or the error of one of its photos."""

    pair: int
    image1: str
    image2: str
    same_person: bool | None = None
    distance: float | None = None
    threshold: float | None = None
    score: float | None = None
    error_code: str | None = None
    error_image: str | None = None
    error: str | None = None
    comparison_id: str | None = None
    decided_by: str | None = None
    second_distance: float | None = None
    combined_distance: float | None = None
    combined_threshold: float | None = None
    uncertain: bool | None = None
    """deprecated, until 1.0: whether `uncertain_because` is networks_contradict"""
    verdict: str | None = None
    uncertain_because: str | None = None
    face_pairs: int | None = None
    """how many pairs of faces were held against each other, of which this is the nearest"""
    reference_photos: int | None = None
    """how many photos of one person `image2` was held against"""
    not_compared: int | None = None
    """faces in the photos that were held against none, as `faces_left_out` counts them"""

    def __post_init__(self) -> None:
        """Results that a version before 0.9 kept have no verdict; theirs was the threshold's."""
        if self.verdict is None and self.same_person is not None:
            former = former_verdict(self.same_person, bool(self.uncertain))
            for name, value in former.items():
                object.__setattr__(self, name, value)

    @classmethod
    def compared(
        cls,
        pair: Pair,
        match: Match,
        meaning: Interpretation,
        not_compared: int,
        comparison_id: str | None = None,
    ) -> Self:
        """A verdict, and the record of it if there is one."""
        return cls(
            pair.number,
            pair.image1,
            pair.image2,
            score=meaning.score,
            not_compared=not_compared,
            comparison_id=comparison_id,
            **meaning.told,
            **asdict(match),
        )

    @classmethod
    def of_copy(cls, pair: Pair, image: str) -> Self:
        """Of a pair with one photo twice as the reference."""
        error = copied_photo("image1")
        return cls.failed(pair, error.code, error.message, image)

    @classmethod
    def failed(cls, pair: Pair, code: str, message: str | None, image: str | None = None) -> Self:
        """An error of one of the photos, named by `image`, or of the pair."""
        of = pair.number, pair.image1, pair.image2
        return cls(*of, error_code=code, error_image=image, error=message)


def faces_left_out(not_compared: Iterable[int], held: Sequence[Sequence[object]]) -> int:
    """How many faces of a pair's photos were held against none: those that the policy left out of
    each photo and, of several photos of one person, all but the first of those that are `held`."""
    *reference, _probe = held
    others = sum(len(faces) - 1 for faces in reference) if len(reference) > 1 else 0
    return sum(not_compared) + others


RESULT_COLUMNS = tuple(field.name for field in fields(PairResult))
