"""The one shape in which results leave the package: the API's JSON and the command line's `--json`.

Plain data; the API documents it from these docstrings. Coordinates are pixels of the photo as a
viewer shows it (EXIF orientation applied): x to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facecompare.timing import STAGES

if TYPE_CHECKING:
    from facecompare.compare import Comparison, FaceReport, PhotoReport, Prediction
    from facecompare.engines.protocol import Points
    from facecompare.pipeline.quality import Measure
    from facecompare.records.record import ComparisonRecord
    from facecompare.timing import Timing

DOCUMENTED: dict[str, Any] = {"use_attribute_docstrings": True}  # pydantic reads it, for OpenAPI


@dataclass(frozen=True, slots=True)
class BoxAnswer:
    """Where a face is, in pixels of the photo."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MeasureAnswer:
    """One quality figure; it warns outside of its limits and never changes the verdict."""

    __pydantic_config__ = DOCUMENTED
    name: str
    """face_width, sharpness, brightness, contrast, yaw, pitch or roll"""
    value: float
    unit: str
    minimum: float | None
    """the limit below which it warns"""
    maximum: float | None
    """the limit above which it warns"""
    warns: bool


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """One face of a photo."""

    __pydantic_config__ = DOCUMENTED
    box: BoxAnswer
    landmarks5: list[tuple[float, float]]
    """(x, y) of five points; GET /api/engines names them"""
    landmarks68: list[tuple[float, float]] | None
    """(x, y) of 68 points, when asked for"""
    detector: str
    """which detector found it: hog or cnn"""
    detection_score: float
    """on the detector's own scale"""
    quality: list[MeasureAnswer]
    compared: bool
    """true for the one face that the verdict is about"""
    chip: str | None
    """the aligned face as a PNG in base64, when asked for"""


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What was found in one photo."""

    __pydantic_config__ = DOCUMENTED
    width: int
    """pixels, as a viewer shows the photo"""
    height: int
    sha256: str
    """of the file's bytes"""
    quarter_turns: int
    """how often the photo had to be turned 90° counter-clockwise before its faces stood upright"""
    faces: list[FaceAnswer]
    """largest first"""


@dataclass(frozen=True, slots=True)
class TimingAnswer:
    """Milliseconds; stages are added up over the photos, total is time on the clock."""

    decode: float
    detect: float
    align: float
    embed: float
    match: float
    total: float


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """The verdict on two photos."""

    __pydantic_config__ = DOCUMENTED
    comparison_id: str | None
    """the record's id; null where nothing was recorded"""
    created_at: str
    """UTC, ISO 8601"""
    same_person: bool
    """distance < threshold"""
    distance: float
    """Euclidean distance of the two embeddings; 0 is the same photo"""
    threshold: float
    engine: str
    """the exact setting of the pipeline; thresholds mean something only within it"""
    image1: PhotoAnswer
    image2: PhotoAnswer
    timing_ms: TimingAnswer


@dataclass(frozen=True, slots=True)
class CandidateAnswer:
    """One candidate against the anchor."""

    __pydantic_config__ = DOCUMENTED
    comparison_id: str | None
    """the record's id; null where nothing was recorded"""
    same_person: bool
    distance: float
    photo: PhotoAnswer


@dataclass(frozen=True, slots=True)
class PredictionAnswer:
    """An anchor and two candidates: which is closer, and is it the same person?"""

    __pydantic_config__ = DOCUMENTED
    created_at: str
    """UTC, ISO 8601"""
    closer: str
    """image1 or image2"""
    same_person: bool
    """whether the closer one is the same person as the anchor"""
    threshold: float
    engine: str
    anchor: PhotoAnswer
    image1: CandidateAnswer
    image2: CandidateAnswer
    timing_ms: TimingAnswer


@dataclass(frozen=True, slots=True)
class DetectionAnswer:
    """The faces of one photo; `compared` marks the one that the policy would compare."""

    engine: str
    image: PhotoAnswer
    timing_ms: TimingAnswer


def comparison_answer(
    comparison: Comparison, record: ComparisonRecord, *, recorded: bool, chips: bool
) -> ComparisonAnswer:
    """What a caller is told of a comparison."""
    return ComparisonAnswer(
        comparison_id=record.comparison_id if recorded else None,
        created_at=record.created_at,
        same_person=comparison.match.same_person,
        distance=comparison.match.distance,
        threshold=comparison.match.threshold,
        engine=comparison.engine_id,
        image1=_photo(comparison.image1, chips),
        image2=_photo(comparison.image2, chips),
        timing_ms=_timing(comparison.timing),
    )


def prediction_answer(
    prediction: Prediction,
    records: tuple[ComparisonRecord, ComparisonRecord],
    *,
    recorded: bool,
    chips: bool,
) -> PredictionAnswer:
    """What a caller is told of a prediction; it leaves one record for each candidate."""
    comparisons = (prediction.image1, prediction.image2)
    candidates = [
        CandidateAnswer(
            comparison_id=record.comparison_id if recorded else None,
            same_person=comparison.match.same_person,
            distance=comparison.match.distance,
            photo=_photo(comparison.image2, chips),
        )
        for comparison, record in zip(comparisons, records, strict=True)
    ]
    closer = prediction.image1 if prediction.closer == "image1" else prediction.image2
    return PredictionAnswer(
        created_at=records[0].created_at,
        closer=prediction.closer,
        same_person=closer.match.same_person,
        threshold=closer.match.threshold,
        engine=closer.engine_id,
        anchor=_photo(prediction.image1.image1, chips),
        image1=candidates[0],
        image2=candidates[1],
        timing_ms=_timing(prediction.image2.timing),
    )


def detection_answer(report: PhotoReport, engine_id: str, *, chips: bool) -> DetectionAnswer:
    """What a caller is told of one photo's faces."""
    return DetectionAnswer(engine_id, _photo(report, chips), _timing(report.timing.including()))


def _photo(report: PhotoReport, chips: bool) -> PhotoAnswer:
    image = report.image
    return PhotoAnswer(
        width=image.width,
        height=image.height,
        sha256=image.sha256,
        quarter_turns=image.quarter_turns,
        faces=[_face(report, face, chips) for face in report.faces],
    )


def _face(report: PhotoReport, found: FaceReport, chips: bool) -> FaceAnswer:
    image, face = report.image, found.face
    box = image.box_in_photo(face.box)
    return FaceAnswer(
        box=BoxAnswer(*(round(value, 1) for value in (box.left, box.top, box.width, box.height))),
        landmarks5=_points(image.points_in_photo(face.landmarks5)),
        landmarks68=(
            None if found.landmarks68 is None else _points(image.points_in_photo(found.landmarks68))
        ),
        detector=face.detector,
        detection_score=round(face.detection_score, 3),
        quality=[_measure(measure) for measure in found.quality],
        compared=found.compared,
        chip=_chip(found) if chips else None,
    )


def _chip(found: FaceReport) -> str:
    from base64 import b64encode

    from facecompare.overlay import png

    return b64encode(png(found.chip.picture)).decode()


def _points(points: Points) -> list[tuple[float, float]]:
    return [(round(x, 1), round(y, 1)) for x, y in points.tolist()]


def _measure(measure: Measure) -> MeasureAnswer:
    return MeasureAnswer(
        name=measure.name,
        value=round(measure.value, 1),
        unit=measure.unit,
        minimum=measure.minimum,
        maximum=measure.maximum,
        warns=measure.warns,
    )


def _timing(timing: Timing) -> TimingAnswer:
    stages = {name: round(timing.stages_ms[name], 2) for name in STAGES}
    return TimingAnswer(**stages, total=round(timing.total_ms, 2))
