"""The story: photos in, a verdict out.

`compare` is the whole product; `detect_faces`, and `predict` in predict.py, are its stages too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from facecompare.engines.protocol import Engine
from facecompare.engines.thresholds import Thresholds, thresholds_of
from facecompare.errors import (
    BadField,
    FaceCompareError,
    FmrNotCalibrated,
    InputError,
    copied_photo,
    first_of,
)
from facecompare.options import MAX_REFERENCE_PHOTOS, FacePolicy, RequestOptions, reference_names
from facecompare.pipeline.align import FaceChip, align
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from facecompare.pipeline.detect import DetectedFaces, Face, choose, detect
from facecompare.pipeline.embed import Embedding, embed_all
from facecompare.pipeline.match import FacePair, Match, match_faces
from facecompare.pipeline.quality import Measure, poor_quality, quality, refused
from facecompare.telemetry import Timing

if TYPE_CHECKING:
    from facecompare.engines.protocol import Points


@dataclass(frozen=True, slots=True, eq=False)
class FaceReport:
    """One face of a photo: where it is, how good it is, and its chip."""

    face: Face
    chip: FaceChip
    quality: tuple[Measure, ...]
    landmarks68: Points | None
    held: bool
    """the policy chose it: it is held against the other photo's"""
    compared: bool
    """the verdict is about it: of the faces that are held it is the nearest"""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoReport:
    """What is in one photo, in working pixels of `image`, largest first; `left_out` are more."""

    image: DecodedImage
    faces: tuple[FaceReport, ...]
    timing: Timing
    left_out: int = 0

    @property
    def compared(self) -> FaceReport:
        """The face that the verdict is about; until it is known, the first that is held."""
        return next(report for report in self.faces if report.compared)

    @property
    def held(self) -> tuple[int, ...]:
        """The places of the faces that the policy chose."""
        return tuple(place for place, face in enumerate(self.faces) if face.held)

    def comparing(self, place: int) -> PhotoReport:
        """The same, with the verdict about the face at this place."""
        faces = (replace(face, compared=at == place) for at, face in enumerate(self.faces))
        return replace(self, faces=tuple(faces))


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The verdict on two photos, and all that led to it.

    image1, image2  the first photo of the reference and the probe, with the faces compared
    further         the reference's further photos
    pairs           every pair of faces that was held against each other, by their places in both
                    photos, nearest first; `match` is the first one's
    """

    match: Match
    engine_id: str
    image1: PhotoReport
    image2: PhotoReport
    timing: Timing
    further: tuple[PhotoReport, ...] = ()
    pairs: tuple[FacePair, ...] = ()


def compare(
    image1: Photo | Sequence[Photo],
    image2: Photo,
    engine: Engine,
    options: RequestOptions | None = None,
) -> Comparison:
    """Are these two photos the same person? `image1` may be up to five photos of one.

    `options.fmr` is for the service, which knows the calibration; here only a threshold counts.

    Raises  InputError naming the photo in `image`; BadThreshold before any photo is decoded.
    """
    options = options or RequestOptions()
    timing = Timing()
    thresholds = deciding_thresholds(engine, options)
    photos = asked_reference("image1", image1, options) | asked("image2", image2, options)
    *references, probe = examine_all(photos, engine, options)
    return comparison_of(references, probe, engine, thresholds, timing)


def asked(image: str, photo: Photo, options: RequestOptions) -> dict[str, Asked]:
    """One photo and which of its faces are held, by its name."""
    return {image: (photo, options.faces.get(image, options.face))}


def asked_reference(
    image: str, photos: Photo | Sequence[Photo], options: RequestOptions
) -> dict[str, Asked]:
    """The photos of one person, each with one face: best-match for all is then the largest, as
    nobody has said which of several faces is that person. Raises  BadField."""
    if isinstance(photos, Photo):
        return asked(image, photos, options)
    if not 0 < len(photos) <= MAX_REFERENCE_PHOTOS:
        raise BadField(f"found {len(photos)} photos as {image}, not 1 to {MAX_REFERENCE_PHOTOS}")
    if len(photos) == 1:
        return asked(image, photos[0], options)
    names = reference_names(image)[: len(photos)]
    if len({photo.data for photo in photos}) < len(photos):
        raise copied_photo(image)
    for name in names:
        if options.faces.get(name) is FacePolicy.BEST_MATCH:
            raise BadField(
                f"found {FacePolicy.BEST_MATCH} for {name}, one of {len(photos)} photos of one "
                "person; expected that person's face, by its place or another policy"
            )
    if options.face is FacePolicy.BEST_MATCH:
        options = replace(options, face=FacePolicy.LARGEST)
    wanted = [options.faces.get(name, options.face) for name in names]
    return dict(zip(names, zip(photos, wanted, strict=True), strict=True))


def detect_faces(
    photo: Photo, engine: Engine, options: RequestOptions | None = None
) -> PhotoReport:
    """All faces of one photo, none of them embedded."""
    with concerning("image"):
        options = options or RequestOptions()
        return _find(*asked("image", photo, options)["image"], engine, options, Timing())


def embed_photo(photo: Photo, engine: Engine, options: RequestOptions | None = None) -> Embedding:
    """The embedding of the face that the policy chooses; by `best-match`, of the largest."""
    with concerning("image"):
        options = options or RequestOptions()
        return _examine(*asked("image", photo, options)["image"], engine, options).embeddings[0]


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


# A photo, and which of its faces are held against the other photo's.
Asked = tuple[Photo, int | FacePolicy]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A photo's faces, and the embeddings of those that are held."""

    report: PhotoReport
    embeddings: tuple[Embedding, ...]


def examine_all(
    photos: Mapping[str, Asked], engine: Engine, options: RequestOptions
) -> list[Examined]:
    """Each photo on a thread of its own.

    Raises  InputError of the first unfit photo, with those of the others in `others`, however they
            finish.
    """

    def examine(name: str) -> Examined | InputError:
        try:
            with concerning(name):
                return _examine(*photos[name], engine, options)
        except InputError as error:
            return error

    if options.threads == 1:
        return _all_fit(map(examine, photos))
    with ThreadPoolExecutor(min(options.threads, len(photos))) as pool:
        return _all_fit(pool.map(examine, photos))


def _all_fit(results: Iterable[Examined | InputError]) -> list[Examined]:
    found = list(results)
    if errors := [each for each in found if isinstance(each, InputError)]:
        raise first_of(errors)
    return [each for each in found if isinstance(each, Examined)]


def _examine(
    photo: Photo, wanted: int | FacePolicy, engine: Engine, options: RequestOptions
) -> Examined:
    timing = Timing()
    report = _find(photo, wanted, engine, options, timing)
    _go_on(options)
    with timing.stage("embed"):
        embeddings = embed_all([report.faces[place].chip for place in report.held], engine)
    return Examined(report, tuple(embeddings))


def _find(
    photo: Photo, wanted: int | FacePolicy, engine: Engine, options: RequestOptions, timing: Timing
) -> PhotoReport:
    with timing.stage("decode"):
        image = decode(photo, options.limits, scaling=engine.card.scaling, waiter=options.waiter)
    _go_on(options)
    with timing.stage("detect"):
        detected = detect(image, engine, options.waiter)
        held = choose(detected, wanted)
    with timing.stage("align"):
        faces = _face_reports(detected, held, engine, options)
    return PhotoReport(detected.image, faces, timing, detected.left_out)


def _go_on(options: RequestOptions) -> None:
    """Raises  NobodyWaits: between two stages, and between two faces."""
    if options.waiter:
        options.waiter.check()


def _face_reports(
    detected: DetectedFaces, held: tuple[Face, ...], engine: Engine, options: RequestOptions
) -> tuple[FaceReport, ...]:
    predictor68 = engine.landmarks68() if options.landmarks68 else None
    image, reports = detected.image, list[FaceReport]()
    for face in detected.faces:
        _go_on(options)
        chip = align(image, face, engine.card)
        points68 = predictor68.landmarks(image.pixels, face.box) if predictor68 else None
        measures = quality(image, face, chip, engine.card)
        wanted = any(face is each for each in held) and not refused(measures, options.min_quality)
        first = wanted and not any(report.held for report in reports)
        reports.append(FaceReport(face, chip, measures, points68, held=wanted, compared=first))
    if not any(report.held for report in reports):
        raise poor_quality(next(each.quality for each in reports if each.face is held[0]))
    return tuple(reports)


def comparison_of(
    references: Sequence[Examined],
    probe: Examined,
    engine: Engine,
    thresholds: Thresholds,
    timing: Timing,
) -> Comparison:
    """One photo's faces, or the face of one person in several photos, against the probe's."""
    first, *further = references
    held = [each.embeddings for each in references]
    with timing.stage("match"):
        found = match_faces(held, probe.embeddings, thresholds, engine.card)
    pairs = tuple(
        replace(pair, face1=first.report.held[pair.face1], face2=probe.report.held[pair.face2])
        for pair in found
    )
    nearest = pairs[0]
    return Comparison(
        nearest.match,
        engine.card.id,
        first.report.comparing(nearest.face1),
        probe.report.comparing(nearest.face2),
        timing.including(*(each.report.timing for each in (*references, probe))),
        tuple(each.report for each in further),
        pairs,
    )
