"""The story: photos in, a verdict out.

`compare` is the whole product; `predict` and `detect_faces` are made of the same stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from facecompare.engines.protocol import Engine
from facecompare.engines.thresholds import Thresholds, thresholds_of
from facecompare.errors import FaceCompareError, FmrNotCalibrated, InputError, first_of
from facecompare.options import RequestOptions
from facecompare.pipeline.align import FaceChip, align
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from facecompare.pipeline.detect import DetectedFaces, Face, choose, detect
from facecompare.pipeline.embed import Embedding, embed
from facecompare.pipeline.match import Match, match
from facecompare.pipeline.quality import Measure, quality

if TYPE_CHECKING:
    from facecompare.engines.protocol import Points


STAGES = ("decode", "detect", "align", "embed", "match")


@dataclass(slots=True)
class Timing:
    """Milliseconds by stage, added up over the photos, which may have run side by side.

    `total_ms` is time on the clock, so it can be less than the sum of the stages.
    """

    stages_ms: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    started: float = field(default_factory=perf_counter)
    total_ms: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to this stage."""
        started = perf_counter()
        try:
            yield
        finally:
            self.stages_ms[name] += (perf_counter() - started) * 1000

    def including(self, *parts: Timing) -> Timing:
        """These stages and those of the parts, with the clock stopped now."""
        everyone = (self, *parts)
        stages = {name: sum(each.stages_ms[name] for each in everyone) for name in STAGES}
        return Timing(stages, self.started, (perf_counter() - self.started) * 1000)


@dataclass(frozen=True, slots=True, eq=False)
class FaceReport:
    """One face of a photo: where it is, how good it is, and its chip."""

    face: Face
    chip: FaceChip
    quality: tuple[Measure, ...]
    landmarks68: Points | None
    compared: bool


@dataclass(frozen=True, slots=True, eq=False)
class PhotoReport:
    """What was found in one photo; faces are in working pixels of `image`, largest first."""

    image: DecodedImage
    faces: tuple[FaceReport, ...]
    timing: Timing

    @property
    def compared(self) -> FaceReport:
        """The face that the policy chose."""
        return next(report for report in self.faces if report.compared)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The verdict on two photos, and all that led to it."""

    match: Match
    engine_id: str
    image1: PhotoReport
    image2: PhotoReport
    timing: Timing


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


def compare(
    image1: Photo, image2: Photo, engine: Engine, options: RequestOptions | None = None
) -> Comparison:
    """Are these two photos the same person?

    `options.fmr` is for the service, which knows the calibration; here only a threshold counts.

    Raises  InputError naming the photo in `image`; BadThreshold before any photo is decoded.
    """
    options = options or RequestOptions()
    timing = Timing()
    thresholds = deciding_thresholds(engine, options)
    found1, found2 = _examine_all({"image1": image1, "image2": image2}, engine, options)
    return _comparison(found1, found2, engine, thresholds, timing)


def predict(
    anchor: Photo,
    image1: Photo,
    image2: Photo,
    engine: Engine,
    options: RequestOptions | None = None,
) -> Prediction:
    """Which of two candidates is closer to the anchor, and is it the same person?"""
    options = options or RequestOptions()
    timing = Timing()
    thresholds = deciding_thresholds(engine, options)
    photos = {"anchor": anchor, "image1": image1, "image2": image2}
    of_anchor, *candidates = _examine_all(photos, engine, options)
    return Prediction(
        *(_comparison(of_anchor, each, engine, thresholds, timing) for each in candidates)
    )


def detect_faces(
    photo: Photo, engine: Engine, options: RequestOptions | None = None
) -> PhotoReport:
    """All faces of one photo, none of them embedded."""
    with concerning("image"):
        options = options or RequestOptions()
        return _find(photo, engine, options, Timing(), options.faces.get("image"))


def embed_photo(photo: Photo, engine: Engine, options: RequestOptions | None = None) -> Embedding:
    """The embedding of the face that the policy chooses."""
    with concerning("image"):
        return _examine(photo, engine, options or RequestOptions()).embedding


def deciding_thresholds(engine: Engine, options: RequestOptions) -> Thresholds:
    """What decides with these options.

    Raises  BadThreshold; FmrNotCalibrated while a false match rate is not resolved.
    """
    if options.fmr is not None:
        raise FmrNotCalibrated(
            "found a false match rate and no calibration; expected a threshold; send a "
            "threshold, or compare through FaceService, which turns a rate into one"
        )
    return thresholds_of(engine.card, options.threshold, options.combined_threshold)


@contextmanager
def concerning(image: str) -> Iterator[None]:
    """Let errors raised inside say which photo they are about."""
    try:
        yield
    except FaceCompareError as error:
        error.image = image
        raise


@dataclass(frozen=True, slots=True, eq=False)
class _Examined:
    report: PhotoReport
    embedding: Embedding


def _examine_all(
    photos: dict[str, Photo], engine: Engine, options: RequestOptions
) -> list[_Examined]:
    """Each photo on a thread of its own.

    Raises  InputError of the first unfit photo, with those of the others in `others`, however they
            finish.
    """

    def examine(name: str) -> _Examined | InputError:
        try:
            with concerning(name):
                return _examine(photos[name], engine, options, options.faces.get(name))
        except InputError as error:
            return error

    if options.threads == 1:
        return _all_fit(map(examine, photos))
    with ThreadPoolExecutor(min(options.threads, len(photos))) as pool:
        return _all_fit(pool.map(examine, photos))


def _all_fit(results: Iterable[_Examined | InputError]) -> list[_Examined]:
    found = list(results)
    if errors := [each for each in found if isinstance(each, InputError)]:
        raise first_of(errors)
    return [each for each in found if isinstance(each, _Examined)]


def _examine(
    photo: Photo, engine: Engine, options: RequestOptions, face: int | None = None
) -> _Examined:
    timing = Timing()
    report = _find(photo, engine, options, timing, face)
    with timing.stage("embed"):
        embedding = embed(report.compared.chip, engine)
    return _Examined(report, embedding)


def _find(
    photo: Photo,
    engine: Engine,
    options: RequestOptions,
    timing: Timing,
    face: int | None = None,
) -> PhotoReport:
    with timing.stage("decode"):
        image = decode(photo, options.limits, scaling=engine.card.scaling)
    with timing.stage("detect"):
        detected = detect(image, engine)
        chosen = choose(detected, options.face if face is None else face)
    with timing.stage("align"):
        faces = _face_reports(detected, chosen, engine, options)
    return PhotoReport(detected.image, faces, timing)


def _face_reports(
    detected: DetectedFaces, chosen: Face, engine: Engine, options: RequestOptions
) -> tuple[FaceReport, ...]:
    predictor68 = engine.landmarks68() if options.landmarks68 else None
    image = detected.image
    reports = []
    for face in detected.faces:
        chip = align(image, face, engine.card)
        points68 = predictor68.landmarks(image.pixels, face.box) if predictor68 else None
        measures = quality(image, face, chip, engine.card)
        reports.append(FaceReport(face, chip, measures, points68, compared=face is chosen))
    return tuple(reports)


def _comparison(
    examined1: _Examined,
    examined2: _Examined,
    engine: Engine,
    thresholds: Thresholds,
    timing: Timing,
) -> Comparison:
    with timing.stage("match"):
        verdict = match(examined1.embedding, examined2.embedding, thresholds, engine.card)
    whole = timing.including(examined1.report.timing, examined2.report.timing)
    return Comparison(verdict, engine.card.id, examined1.report, examined2.report, whole)
