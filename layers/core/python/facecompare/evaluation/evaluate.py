"""Photos, pairs and an engine → every figure of the report."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import facecompare
from facecompare.engines.calibration import Calibration, ErrorRate
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.evaluation.cache import EmbeddingResult
from facecompare.evaluation.dataset import (
    Dataset,
    EmbeddingRun,
    distance_matrix,
    distances_of,
)
from facecompare.evaluation.fitting import fit_false_matches
from facecompare.evaluation.identification import Identification, Split, identify, split
from facecompare.evaluation.metrics import (
    FEW_RESAMPLES,
    FMRS,
    AtFmr,
    AtThreshold,
    Pairs,
    Separability,
    Share,
    at_fmr,
    at_threshold,
    auc_share,
    cross_validated,
    equal_error_rate,
    resampled,
    separability,
)
from facecompare.evaluation.pairs import folders_name_people, person_of
from facecompare.evaluation.recipes import EmbeddingRecipe
from facecompare.evaluation.references import ReferenceFigures, reference_figures
from facecompare.evaluation.reliability import Reliability, reliability
from facecompare.evaluation.strata import Stratum, strata_of
from facecompare.evaluation.variants import Variant, ablate, degrade
from facecompare.pipeline.match import EUCLIDEAN, decisive_threshold
from facecompare.telemetry import STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

DLIB_THRESHOLD = 0.6  # dlib's own: dlib, python_examples/face_recognition.py (20.0.1)
WORST = 8  # pairs of each kind that are shown


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo without a usable face, and the code of its error."""

    image: str
    code: str


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A pair on the wrong side, or nearest to it."""

    image1: str
    image2: str
    same: bool
    distance: float


@dataclass(frozen=True, slots=True)
class Verification:
    """The figures of one set of pairs."""

    pairs: int
    genuine: int
    impostor: int
    folds: int
    accuracy: float
    accuracy_standard_error: float
    threshold: float
    """the mean of those that were best on all folds but one"""
    auc: Share
    eer: Share
    at_thresholds: tuple[AtThreshold, ...]
    at_fmrs: tuple[AtFmr, ...]
    separability: Separability


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All that was measured; `to_json` in report.py writes it."""

    version: str
    machine: str
    engine: str
    model_digest: str
    images: int
    people: int
    """0 where folders do not tell who is who"""
    failures: tuple[Failure, ...]
    detectors: Mapping[str, int]
    verification: Verification
    all_pairs: ErrorRate | None
    """at the engine's threshold, over all pairs of two people, where folders tell who is who"""
    reliability: Reliability | None
    worst: tuple[RankedPair, ...]
    latency_ms: Mapping[str, Mapping[str, float]]
    identification: Identification | None
    references: tuple[ReferenceFigures, ...]
    """several photos of one person, where folders tell who is who and there is a calibration"""
    strata: tuple[Stratum, ...]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class ReportParts:
    """Parts of the report that take more time, or another file."""

    identify: bool = False
    ablation: bool = False
    robustness: bool = False
    groups: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The report, and the distances that its plots show."""

    report: EvaluationReport
    pairs: Pairs


def evaluate(
    dataset: Dataset,
    engine: Engine,
    calibration: Calibration | None,
    run: EmbeddingRun,
    wanted: ReportParts,
) -> Evaluation:
    """Embed every photo once, and compute.

    Raises  BadDataset when identification is wanted of photos that do not allow it.
    """
    people = [person_of(name) for name in dataset.hashes]
    named = folders_name_people(dataset.pairs)
    parts = split(people if named else []) if wanted.identify else None
    embedded = run.embed(dataset, EmbeddingRecipe(engine.card.id))
    card = engine.card
    pairs, threshold = distances_of(dataset.pairs, embedded, card), decisive_threshold(card)
    report = EvaluationReport(
        version=facecompare.__version__,
        machine=platform.machine(),
        engine=card.id,
        model_digest=engine.model_digest,
        images=len(embedded),
        people=len(set(people)) if named else 0,
        failures=_failures(embedded),
        detectors=_detectors(embedded),
        verification=verification(pairs, _thresholds(card)),
        all_pairs=_all_pairs(embedded, card) if named else None,
        reliability=(
            reliability(calibration, dataset.pairs, pairs, embedded, card) if calibration else None
        ),
        worst=_worst(dataset, pairs),
        latency_ms=_latency(embedded),
        identification=(_identification(embedded, parts, threshold, card) if parts else None),
        references=reference_figures(embedded, calibration, card) if calibration and named else (),
        strata=strata_of(dataset.pairs, pairs, wanted.groups, threshold) if wanted.groups else (),
        variants=_variants(dataset, engine, run, wanted, embedded),
    )
    return Evaluation(report, pairs)


def _all_pairs(embedded: Mapping[str, EmbeddingResult], card: EngineCard) -> ErrorRate:
    (row,) = fit_false_matches(embedded, np.array([decisive_threshold(card)]), card)
    return row


def _failures(embedded: Mapping[str, EmbeddingResult]) -> tuple[Failure, ...]:
    return tuple(Failure(name, made.failure) for name, made in embedded.items() if made.failure)


def _detectors(embedded: Mapping[str, EmbeddingResult]) -> dict[str, int]:
    """Photos by the detector that found their face."""
    return dict(Counter(made.detector for made in embedded.values() if made.detector))


def _thresholds(card: EngineCard) -> list[float]:
    """The engine's own and, for dlib's embeddings, dlib's."""
    dlibs = {DLIB_THRESHOLD} if card.metric == EUCLIDEAN and card.second is None else set()
    return sorted({decisive_threshold(card)} | dlibs)


def verification(pairs: Pairs, thresholds: Sequence[float]) -> Verification:
    """Every figure of a set of pairs."""
    validated = cross_validated(pairs)
    eer_low, eer_high = resampled(pairs, equal_error_rate, times=FEW_RESAMPLES)
    return Verification(
        pairs=len(pairs.same),
        genuine=len(pairs.genuine),
        impostor=len(pairs.impostor),
        folds=validated.folds,
        accuracy=validated.accuracy,
        accuracy_standard_error=validated.standard_error,
        threshold=validated.threshold,
        auc=auc_share(pairs),
        eer=Share(equal_error_rate(pairs), eer_low, eer_high, len(pairs.same)),
        at_thresholds=tuple(at_threshold(pairs, each) for each in thresholds),
        at_fmrs=tuple(at_fmr(pairs, fmr) for fmr in FMRS),
        separability=separability(pairs),
    )


def _worst(dataset: Dataset, pairs: Pairs) -> tuple[RankedPair, ...]:
    """Genuine pairs that are farthest apart, then impostors that are nearest."""
    order = np.argsort(pairs.distances, kind="stable")
    genuine = [place for place in order[::-1] if pairs.same[place]][:WORST]
    impostor = [place for place in order if not pairs.same[place]][:WORST]
    return tuple(
        RankedPair(
            dataset.pairs[place].image1,
            dataset.pairs[place].image2,
            bool(pairs.same[place]),
            float(pairs.distances[place]),
        )
        for place in (*genuine, *impostor)
    )


def _latency(embedded: Mapping[str, EmbeddingResult]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile over photos, by stage; comparing two embeddings takes none."""
    stages = STAGES[:-1]
    times = np.array([[made.timing_ms[stage] for stage in stages] for made in embedded.values()])
    table = np.column_stack([times, times.sum(axis=1)])
    median, high = np.percentile(table, (50, 95), axis=0)
    return {
        stage: {"median": round(float(median[at]), 2), "p95": round(float(high[at]), 2)}
        for at, stage in enumerate((*stages, "total"))
    }


def _identification(
    embedded: Mapping[str, EmbeddingResult], parts: Split, threshold: float, card: EngineCard
) -> Identification:
    names = list(embedded)
    people = [person_of(name) for name in names]
    values = _values(names, embedded)
    gallery = values[parts.gallery]
    known, strange = (
        np.nan_to_num(distance_matrix(values[part], gallery, card), nan=np.inf)
        for part in (parts.probes, parts.strangers)
    )
    return identify(
        known,
        strange,
        [people[place] for place in parts.probes],
        [people[place] for place in parts.gallery],
        threshold,
    )


def _values(names: Sequence[str], embedded: Mapping[str, EmbeddingResult]) -> NDArray[np.float32]:
    """Rows of embeddings; NaN for a photo without one."""
    dimension = max(len(embedded[name].values) for name in names)
    nothing = np.full(dimension, np.nan, np.float32)
    return np.stack(
        [nothing if embedded[name].failure else embedded[name].values for name in names]
    )


def _variants(
    dataset: Dataset,
    engine: Engine,
    run: EmbeddingRun,
    wanted: ReportParts,
    embedded: Mapping[str, EmbeddingResult],
) -> tuple[Variant, ...]:
    ablated = ablate(dataset, engine, run) if wanted.ablation else []
    worse = degrade(dataset, engine, run, embedded) if wanted.robustness else []
    return (*ablated, *worse)
