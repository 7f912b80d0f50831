"""The one shape in which results leave the package: the API's JSON and the command line's `--json`.

Plain data; the API documents it from these docstrings. Coordinates are pixels of the photo as a
viewer shows it (EXIF orientation applied): x to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.engines.calibration import Doubt, Verdict
from facecompare.records.documented import documented

MEASURES = (
    *("face_width", "sharpness", "brightness", "contrast", "noise", "yaw", "pitch", "roll"),
    *("eyes_seen", "mouth_seen", "glare", "visibility"),
)


@dataclass(frozen=True, slots=True)
class BoxResponse:
    """Where a face is, in pixels of the photo."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MeasureResponse:
    """One quality figure; it warns outside of its limits and never changes the verdict."""

    __pydantic_config__ = documented(name=MEASURES)
    name: str
    value: float
    unit: str
    minimum: float | None
    """the limit below which it warns"""
    maximum: float | None
    """the limit above which it warns"""
    warns: bool
    remedy: str | None
    """what to do about it, where it warns"""


@dataclass(frozen=True, slots=True)
class FaceResponse:
    """One face of a photo."""

    __pydantic_config__ = documented(detector=("yunet", "hog", "cnn", "mtcnn"))
    box: BoxResponse
    landmarks5: list[tuple[float, float]]
    """(x, y) of five points; GET /api/engines names them"""
    landmarks68: list[tuple[float, float]] | None
    """(x, y) of 68 points, when asked for"""
    detector: str
    """which detector found it"""
    detection_score: float
    """on the detector's own scale"""
    quality: list[MeasureResponse]
    compared: bool
    """true for the one face that the verdict is about"""
    held: bool
    """true for the faces that were held against the other photo's: the compared one or, with
    best-match, all; what `pairs` has distances of"""
    chip: str | None
    """the aligned face as a PNG in base64, when asked for"""


@dataclass(frozen=True, slots=True)
class PhotoWarningResponse:
    """What is odd about a photo that was accepted."""

    __pydantic_config__ = documented()
    code: str
    """that of the error which it would be if it were refused: mislabelled_image"""
    message: str


@dataclass(frozen=True, slots=True)
class PhotoResponse:
    """What was found in one photo."""

    __pydantic_config__ = documented()
    width: int
    """pixels, as a viewer shows the photo"""
    height: int
    sha256: str
    """of the file's bytes"""
    quarter_turns: int
    """how often the photo had to be turned 90° counter-clockwise before its faces stood upright"""
    faces: list[FaceResponse]
    """largest first; of a crowd the 200 largest"""
    warnings: list[PhotoWarningResponse]
    """none, as a rule"""
    not_compared: int
    """faces that were found and held against none; choose one of them with `image1_face`,
    `image1_2_face` and the like or, unless the photo is one of several of a person, hold all with
    `best-match`, which leaves out only those that `min_quality` refuses and those beyond 20"""


@dataclass(frozen=True, slots=True)
class FacePairResponse:
    """Two faces that were held against each other."""

    __pydantic_config__ = documented()
    face1: int
    """its place in the `faces` of image1, or of the anchor"""
    face2: int
    """and of the other photo"""
    distance: float
    second_distance: float | None
    combined_distance: float | None
    score: float | None
    """0 to 100, as in a comparison"""


@dataclass(frozen=True, slots=True)
class TimingResponse:
    """Milliseconds; stages are added up over the photos, total is time on the clock."""

    decode: float
    detect: float
    align: float
    embed: float
    match: float
    total: float


@dataclass(frozen=True, slots=True)
class ComparisonResponse:
    """The verdict on two photos."""

    __pydantic_config__ = documented()
    comparison_id: str | None
    """the record's id; null where nothing was recorded"""
    created_at: str
    """UTC, ISO 8601"""
    verdict: Verdict
    """same, uncertain or different: decided once, from the distance that decides, its threshold and
    what was measured with this engine"""
    uncertain_because: Doubt | None
    """near_threshold: the distance lies from `uncertain_from` to below `uncertain_to`;
    networks_contradict: one network is sure of one person, the other of two; null where it is not
    uncertain"""
    same_person: bool
    """the plain threshold's answer: `combined_distance < combined_threshold` where two networks
    decide, else `distance < threshold`"""
    distance: float
    """of the first network's embeddings, in the engine's metric: Euclidean, or one less the cosine
    similarity; 0 for the same photo, at most 2"""
    threshold: float
    """of `distance`; one that is sent lets the first network decide alone"""
    engine: str
    """the exact setting of the pipeline; thresholds mean something only within it"""
    uncertain_from: float
    """of the distance that decides: nearer ones are called the same person"""
    uncertain_to: float
    """from here on they are called different people; the same place where the engine has no
    calibration, and so no grey zone"""
    score: float | None
    """0 to 100: the chance that the two are one person, had either been as likely; null where the
    engine has no calibration"""
    fmr_at_threshold: float | None
    """the false match rate (ISO/IEC 19795-1) of this threshold: the share of pairs of strangers
    that it accepts"""
    fmr_at_distance: float | None
    """the share of pairs of strangers that are as near as these two"""
    fnmr_at_distance: float | None
    """the share of pairs of one person that are as far apart as these two (the false non-match rate
    of a threshold there)"""
    decided_by: str
    """the engine whose distance decided: this one or, of an engine of two networks whose threshold
    was sent, the one that is its first network alone"""
    second_distance: float | None
    """of the second network's embeddings, in its own metric; null where one network decided"""
    combined_distance: float | None
    """the weighted mean of both distances, by which two networks decide; null likewise"""
    combined_threshold: float | None
    """of `combined_distance`; null likewise"""
    uncertain: bool
    """deprecated, until 1.0: whether `uncertain_because` is networks_contradict"""
    pairs: list[FacePairResponse]
    """every pair of faces that was held against each other, nearest first: the verdict is about the
    first, and its score and false match rates allow for the number of them"""
    reference_photos: int
    """how many photos of one person `image2` was held against: their embeddings' mean; the
    thresholds, scores and rates are those measured with so many"""
    image1: PhotoResponse
    image2: PhotoResponse
    further: list[PhotoResponse]
    """image1_2 and so on: the further photos of the person in image1"""
    timing_ms: TimingResponse


@dataclass(frozen=True, slots=True)
class CandidateResponse:
    """One candidate against the anchor."""

    __pydantic_config__ = documented()
    comparison_id: str | None
    """the record's id; null where nothing was recorded"""
    verdict: Verdict
    """same, uncertain or different, as in a comparison"""
    uncertain_because: Doubt | None
    """as in a comparison"""
    same_person: bool
    distance: float
    uncertain_from: float
    """of the distance that decides: nearer ones are called the same person, with as many pairs of
    faces"""
    uncertain_to: float
    """from here on they are called different people"""
    score: float | None
    """0 to 100, as in a comparison"""
    fmr_at_distance: float | None
    """the share of pairs of strangers that are as near as these two"""
    fnmr_at_distance: float | None
    """the share of pairs of one person that are as far apart as these two"""
    second_distance: float | None
    """as in a comparison"""
    combined_distance: float | None
    """as in a comparison"""
    uncertain: bool
    """deprecated, as in a comparison"""
    pairs: list[FacePairResponse]
    """as in a comparison"""
    photo: PhotoResponse


@dataclass(frozen=True, slots=True)
class PredictionResponse:
    """An anchor and two candidates: which is closer, and is it the same person?"""

    __pydantic_config__ = documented(closer=("image1", "image2"))
    created_at: str
    """UTC, ISO 8601"""
    closer: str
    """the name of the candidate"""
    verdict: Verdict
    """on the closer one: same, uncertain or different"""
    same_person: bool
    """whether the closer one is the same person as the anchor"""
    threshold: float
    """of `distance`"""
    engine: str
    uncertain_from: float
    """of the closer one, as in a comparison; the other one has its own"""
    uncertain_to: float
    """likewise"""
    fmr_at_threshold: float | None
    """the false match rate (ISO/IEC 19795-1) of this threshold: the share of pairs of strangers
    that it accepts"""
    decided_by: str
    """as in a comparison"""
    combined_threshold: float | None
    """as in a comparison"""
    reference_photos: int
    """how many photos of one person the candidates were held against, as in a comparison"""
    anchor: PhotoResponse
    """with the face compared with the closer candidate"""
    further: list[PhotoResponse]
    """anchor_2 and so on: the further photos of the person in the anchor"""
    image1: CandidateResponse
    image2: CandidateResponse
    timing_ms: TimingResponse


@dataclass(frozen=True, slots=True)
class DetectionResponse:
    """The faces of one photo; `compared` marks the one that the policy would compare."""

    engine: str
    image: PhotoResponse
    timing_ms: TimingResponse
