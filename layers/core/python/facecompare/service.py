"""Engine and log together: what the API's routes and the command line both call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, replace
from threading import Lock

from facecompare.compare import (
    Comparison,
    PhotoReport,
    compare,
    deciding_thresholds,
    detect_faces,
    embed_photo,
)
from facecompare.config import Settings
from facecompare.decoding.cell import start_cells
from facecompare.engines.calibration import Interpretation, interpretation_of
from facecompare.engines.calibration_files import Calibrations
from facecompare.engines.catalogue import load_engine, offered_card, open_models
from facecompare.engines.protocol import Engine
from facecompare.engines.thresholds import (
    Thresholds,
    requested_thresholds,
    threshold_for_reference,
)
from facecompare.errors import Landmarks68Off
from facecompare.model_store.files import Models
from facecompare.options import RequestOptions, reference_names
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.embed import Embedding
from facecompare.pipeline.match import Match
from facecompare.predict import predict
from facecompare.records.identity import RequestContext, RequestIdentity, identity_of
from facecompare.records.record import ComparisonLog, ComparisonRecord, timestamp
from facecompare.results.convert import comparison_response, detection_response, prediction_response
from facecompare.results.heat_map import Explanation, explain
from facecompare.results.schemas import ComparisonResponse, DetectionResponse, PredictionResponse
from facecompare.telemetry import NoTelemetry, Telemetry

ANONYMOUS = RequestContext()
_NAMES = {image: reference_names(image) for image in ("image1", "anchor")}


class FaceService:
    """Answers requests; loads an engine when it is first asked for. Safe to share by threads."""

    def __init__(
        self,
        settings: Settings,
        log: ComparisonLog | None,
        engines: Iterable[Engine] = (),
        *,
        models: Models | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.settings = settings
        self._limits = settings.limits
        self._log = log
        self._engines = {engine.card.id: engine for engine in engines}
        self._models = models
        self._telemetry = telemetry or NoTelemetry()
        self._loading = Lock()
        self._calibrations = Calibrations(settings.models_dir)

    def engine(self, engine_id: str | None = None) -> Engine:
        """The engine of this id, or the installation's own.

        Raises  UnknownEngine; SetupError when its models are missing or damaged.
        """
        engine_id = engine_id or self.settings.engine
        with self._loading:
            if engine_id not in self._engines:
                if self.settings.cell:
                    start_cells()
                self._engines[engine_id] = load_engine(engine_id, self.settings, self._models)
            return self._engines[engine_id]

    def check_models(self) -> None:
        """Raise where the installation's own engine could not be loaded again.

        Raises  SetupError when its models are missing or damaged.
        """
        models = self._models or open_models(self.settings)
        models.check(offered_card(self.settings.engine, self.settings).models)

    def reset_engines(self) -> None:
        """Let the next request load its engine anew: a thread that hangs may hold a lock of it."""
        self._engines, self._loading = {}, Lock()

    def compare(
        self,
        photos: Mapping[str, Photo],
        options: RequestOptions,
        context: RequestContext = ANONYMOUS,
    ) -> tuple[ComparisonResponse, Comparison]:
        """Compare photos["image1"], and "image1_2" and so on of the same person, with
        photos["image2"]; one record is kept."""
        engine = self.engine(options.engine)
        reference = _reference("image1", photos)
        given, options = options, self.options(options, engine, len(reference))
        identity = self._identity("compare", context, photos, given, options)
        comparison = compare(reference, photos["image2"], engine, options)
        self._telemetry.operation_completed("compare", comparison.timing)
        meaning = self.meaning(engine, comparison.match)
        (record,) = self._keep(options, self._record(comparison, meaning, engine, identity))
        response = comparison_response(
            comparison,
            record,
            meaning,
            self._scores(engine, comparison),
            recorded=self._log is not None,
            chips=options.chips,
        )
        return response, comparison

    def predict(
        self,
        photos: Mapping[str, Photo],
        options: RequestOptions,
        context: RequestContext = ANONYMOUS,
    ) -> PredictionResponse:
        """photos["anchor"], and "anchor_2" and so on, against "image1" and "image2"; a record is
        kept for each."""
        engine = self.engine(options.engine)
        anchor = _reference("anchor", photos)
        given, options = options, self.options(options, engine, len(anchor))
        identity = self._identity("predict", context, photos, given, options)
        prediction = predict(anchor, photos["image1"], photos["image2"], engine, options)
        self._telemetry.operation_completed("predict", prediction.image2.timing)
        meanings = [self.meaning(engine, each.match) for each in prediction.candidates]
        records = [
            self._record(each, meaning, engine, identity, number)
            for number, (each, meaning) in enumerate(
                zip(prediction.candidates, meanings, strict=True)
            )
        ]
        return prediction_response(
            prediction,
            self._keep(options, *records),
            meanings,
            [self._scores(engine, each) for each in prediction.candidates],
            recorded=self._log is not None,
            chips=options.chips,
        )

    def detect(
        self, photo: Photo, options: RequestOptions
    ) -> tuple[DetectionResponse, PhotoReport]:
        """The faces of one photo; nothing is recorded, for nothing was compared."""
        engine = self.engine(options.engine)
        options = self.options(options, engine)
        report = detect_faces(photo, engine, options)
        self._telemetry.operation_completed("detect", report.timing.including())
        return detection_response(report, engine.card.id, chips=options.chips), report

    def explain(self, photos: Mapping[str, Photo], options: RequestOptions) -> Explanation:
        """Which parts of the faces in "image1" and "image2" their distance depends on; nothing is
        recorded."""
        engine = self.engine(options.engine)
        options = self.options(options, engine)
        found = explain(photos["image1"], photos["image2"], engine, options)
        self._telemetry.operation_completed("explain", found.comparison.timing)
        return found

    def embed(self, photo: Photo, options: RequestOptions) -> Embedding:
        """The embedding of the photo's chosen face; it is returned and never kept."""
        engine = self.engine(options.engine)
        return embed_photo(photo, engine, self.options(options, engine))

    def meaning(self, engine: Engine, match: Match) -> Interpretation:
        """What the distance that decided stands for, and the verdict.

        Raises  CalibrationUnusable.
        """
        calibration = self._calibrations.of(engine, match.decided_by, match.reference_photos)
        return interpretation_of(
            calibration,
            *match.decisive,
            contradiction=match.uncertain,
            face_pairs=match.face_pairs,
        )

    def _scores(self, engine: Engine, comparison: Comparison) -> list[float | None]:
        """Of each pair of faces."""
        return [self.meaning(engine, pair.match).score for pair in comparison.pairs]

    def thresholds_for(
        self, thresholds: Thresholds, engine: Engine, reference_photos: int
    ) -> Thresholds:
        """Those of one photo, for so many photos of one person, at the same false match rate; of
        two networks the first's alone stays as it is, for somebody chose it."""
        calibration = self._calibrations.of(engine)
        if thresholds.combined is not None:
            own, decides = thresholds.combined, "combined"
        elif engine.first is None:
            own, decides = thresholds.first, "first"
        else:
            return thresholds
        found = threshold_for_reference(own, calibration, reference_photos)
        return replace(thresholds, **{decides: found})

    def options(
        self, options: RequestOptions, engine: Engine, reference_photos: int = 1
    ) -> RequestOptions:
        """These options as the pipeline takes them here: a threshold or None, limits, threads.

        Raises  Landmarks68Off, BadField, BadThreshold, FmrNotCalibrated.
        """
        if options.landmarks68 and not self.settings.landmarks68:
            raise Landmarks68Off(
                "found landmarks68, which is switched off here, because its model's licence "
                "excludes commercial use (iBUG 300-W); expected five landmarks; leave it out, or "
                "switch it on with FACECOMPARE_LANDMARKS68=on"
            )
        threshold, combined = requested_thresholds(
            options.threshold,
            options.fmr,
            engine.card,
            self._calibrations.of(engine),
            reference_photos,
        )
        return replace(
            options,
            threshold=threshold,
            combined_threshold=combined or options.combined_threshold,
            fmr=None,
            engine=engine.card.id,
            limits=replace(self._limits, strict=options.strict),
            threads=self.settings.threads,
        )

    def _identity(
        self,
        operation: str,
        context: RequestContext,
        photos: Mapping[str, Photo],
        given: RequestOptions,
        options: RequestOptions,
    ) -> RequestIdentity:
        """Of a request whose options were `given`, and mean `options` here.

        Raises  IdempotencyConflict, BadThreshold.
        """
        engine = self.engine(options.engine)
        thresholds = deciding_thresholds(engine, options)
        contents = {name: photo.data for name, photo in photos.items()}
        identity = identity_of(operation, context, contents, given, engine.card.id, thresholds)
        if self._log is not None:
            identity.confirm(self._log)
        return identity

    def _record(
        self,
        comparison: Comparison,
        meaning: Interpretation,
        engine: Engine,
        identity: RequestIdentity,
        number: int = 0,
    ) -> ComparisonRecord:
        return ComparisonRecord(
            created_at=timestamp(),
            engine=comparison.engine_id,
            model_digest=engine.model_digest,
            image1_sha256=comparison.image1.image.sha256,
            further_sha256=" ".join(each.image.sha256 for each in comparison.further),
            image2_sha256=comparison.image2.image.sha256,
            **identity.of_record(number),
            **meaning.told,
            **asdict(comparison.match),
        )

    def _keep(
        self, options: RequestOptions, *records: ComparisonRecord
    ) -> tuple[ComparisonRecord, ...]:
        """Nothing is kept of what is not answered. Raises  NobodyWaits."""
        if self._log is None:
            return records
        with options.waiter.recording() if options.waiter else nullcontext():
            return self._log.put(*records)


def _reference(image: str, photos: Mapping[str, Photo]) -> list[Photo]:
    """The photos of one person."""
    return [photos[name] for name in _NAMES[image] if name in photos]
