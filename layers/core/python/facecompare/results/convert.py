"""Results of the pipeline → responses: to pixels of the photo, rounded to what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facecompare.engines.calibration import Doubt, Verdict
from facecompare.errors import MislabelledImage
from facecompare.results.explanation import ExplanationResponse, FaceMapResponse
from facecompare.results.schemas import (
    BoxResponse,
    CandidateResponse,
    ComparisonResponse,
    DetectionResponse,
    FacePairResponse,
    FaceResponse,
    MeasureResponse,
    PhotoResponse,
    PhotoWarningResponse,
    PredictionResponse,
    TimingResponse,
)
from facecompare.telemetry import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from facecompare.compare import Comparison, FaceReport, PhotoReport
    from facecompare.engines.calibration import Interpretation
    from facecompare.engines.protocol import Points
    from facecompare.pipeline.decode import DecodedImage
    from facecompare.pipeline.quality import Measure
    from facecompare.predict import Prediction
    from facecompare.records.record import ComparisonRecord
    from facecompare.results.heat_map import Explanation, FaceMap
    from facecompare.telemetry import Timing


def comparison_response(
    comparison: Comparison,
    record: ComparisonRecord,
    meaning: Interpretation,
    scores: Sequence[float | None],
    *,
    recorded: bool,
    chips: bool,
) -> ComparisonResponse:
    """What a caller is told of a comparison; `scores` are those of its pairs of faces."""
    return ComparisonResponse(
        comparison_id=record.comparison_id if recorded else None,
        created_at=record.created_at,
        verdict=Verdict(record.verdict),
        uncertain_because=_doubt(record),
        same_person=record.same_person,
        distance=record.distance,
        threshold=record.threshold,
        engine=record.engine,
        uncertain_from=meaning.uncertain_from,
        uncertain_to=meaning.uncertain_to,
        score=meaning.score,
        fmr_at_threshold=meaning.fmr_at_threshold,
        fmr_at_distance=meaning.fmr_at_distance,
        fnmr_at_distance=meaning.fnmr_at_distance,
        decided_by=record.decided_by or record.engine,
        second_distance=record.second_distance,
        combined_distance=record.combined_distance,
        combined_threshold=record.combined_threshold,
        uncertain=record.uncertain,
        pairs=_pairs(comparison, scores),
        reference_photos=record.reference_photos,
        image1=_photo(comparison.image1, chips),
        image2=_photo(comparison.image2, chips),
        further=[_photo(each, chips) for each in comparison.further],
        timing_ms=_timing(comparison.timing),
    )


def prediction_response(
    prediction: Prediction,
    records: Sequence[ComparisonRecord],
    meanings: Sequence[Interpretation],
    scores: Sequence[Sequence[float | None]],
    *,
    recorded: bool,
    chips: bool,
) -> PredictionResponse:
    """What a caller is told of a prediction; it leaves one record for each candidate."""
    candidates = [
        _candidate(*each, recorded=recorded, chips=chips)
        for each in zip(prediction.candidates, records, meanings, scores, strict=True)
    ]
    place = 0 if prediction.closer == "image1" else 1
    closer, meaning = prediction.candidates[place], meanings[place]
    return PredictionResponse(
        created_at=records[0].created_at,
        closer=prediction.closer,
        verdict=candidates[place].verdict,
        same_person=closer.match.same_person,
        threshold=closer.match.threshold,
        engine=closer.engine_id,
        uncertain_from=meaning.uncertain_from,
        uncertain_to=meaning.uncertain_to,
        fmr_at_threshold=meaning.fmr_at_threshold,
        decided_by=closer.match.decided_by,
        combined_threshold=closer.match.combined_threshold,
        reference_photos=closer.match.reference_photos,
        anchor=_photo(closer.image1, chips),
        further=[_photo(each, chips) for each in closer.further],
        image1=candidates[0],
        image2=candidates[1],
        timing_ms=_timing(prediction.image2.timing),
    )


def _candidate(
    comparison: Comparison,
    record: ComparisonRecord,
    meaning: Interpretation,
    scores: Sequence[float | None],
    *,
    recorded: bool,
    chips: bool,
) -> CandidateResponse:
    return CandidateResponse(
        comparison_id=record.comparison_id if recorded else None,
        verdict=Verdict(record.verdict),
        uncertain_because=_doubt(record),
        same_person=record.same_person,
        distance=record.distance,
        uncertain_from=meaning.uncertain_from,
        uncertain_to=meaning.uncertain_to,
        score=meaning.score,
        fmr_at_distance=meaning.fmr_at_distance,
        fnmr_at_distance=meaning.fnmr_at_distance,
        second_distance=record.second_distance,
        combined_distance=record.combined_distance,
        uncertain=record.uncertain,
        pairs=_pairs(comparison, scores),
        photo=_photo(comparison.image2, chips),
    )


def detection_response(report: PhotoReport, engine_id: str, *, chips: bool) -> DetectionResponse:
    """What a caller is told of one photo's faces."""
    return DetectionResponse(engine_id, _photo(report, chips), _timing(report.timing.including()))


def _doubt(record: ComparisonRecord) -> Doubt | None:
    return Doubt(record.uncertain_because) if record.uncertain_because else None


def _photo(report: PhotoReport, chips: bool) -> PhotoResponse:
    image = report.image
    return PhotoResponse(
        width=image.width,
        height=image.height,
        sha256=image.sha256,
        quarter_turns=image.quarter_turns,
        faces=[_face(report, face, chips) for face in report.faces],
        warnings=_warnings(image),
        not_compared=len(report.faces) + report.left_out - len(report.held),
    )


def _warnings(image: DecodedImage) -> list[PhotoWarningResponse]:
    if not image.false_claim:
        return []
    return [PhotoWarningResponse(MislabelledImage.code, image.false_claim)]


def _pairs(comparison: Comparison, scores: Sequence[float | None]) -> list[FacePairResponse]:
    return [
        FacePairResponse(
            face1=pair.face1,
            face2=pair.face2,
            distance=pair.match.distance,
            second_distance=pair.match.second_distance,
            combined_distance=pair.match.combined_distance,
            score=score,
        )
        for pair, score in zip(comparison.pairs, scores, strict=True)
    ]


def _face(report: PhotoReport, found: FaceReport, chips: bool) -> FaceResponse:
    image, face = report.image, found.face
    box = image.box_in_photo(face.box)
    return FaceResponse(
        box=BoxResponse(*(round(value, 1) for value in (box.left, box.top, box.width, box.height))),
        landmarks5=_points(image.points_in_photo(face.landmarks5)),
        landmarks68=(
            None if found.landmarks68 is None else _points(image.points_in_photo(found.landmarks68))
        ),
        detector=face.detector,
        detection_score=round(face.detection_score, 3),
        quality=[_measure(measure) for measure in found.quality],
        compared=found.compared,
        held=found.held,
        chip=_chip(found) if chips else None,
    )


def _chip(found: FaceReport) -> str:
    return _base64(found.chip.picture)


def _base64(picture: NDArray[np.uint8]) -> str:
    from base64 import b64encode

    from facecompare.results.overlay import png

    return b64encode(png(picture)).decode()


def _points(points: Points) -> list[tuple[float, float]]:
    return [(round(x, 1), round(y, 1)) for x, y in points.tolist()]


def _measure(measure: Measure) -> MeasureResponse:
    return MeasureResponse(
        name=measure.name,
        value=round(measure.value, 1),
        unit=measure.unit,
        minimum=measure.minimum,
        maximum=measure.maximum,
        warns=measure.warns,
        remedy=measure.remedy,
    )


def explanation_response(found: Explanation) -> ExplanationResponse:
    """What a caller is told of an explanation."""
    return ExplanationResponse(
        engine=found.comparison.engine_id,
        distance=found.comparison.match.decisive[0],
        image1=_map(found.image1),
        image2=_map(found.image2),
    )


def _map(found: FaceMap) -> FaceMapResponse:
    changes = [[round(each, 4) for each in row] for row in found.changes.tolist()]
    return FaceMapResponse(found.face, changes, _base64(found.picture))


def _timing(timing: Timing) -> TimingResponse:
    stages = {name: round(timing.stages_ms[name], 2) for name in STAGES}
    return TimingResponse(**stages, total=round(timing.total_ms, 2))
