"""The routes about the service itself: which engines it has, and what it accepts."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

import facecompare
from facecompare.api.dependencies import AppServices
from facecompare.api.documented_errors import responses
from facecompare.config import ACCESS, Settings
from facecompare.engines.calibration_files import kept_calibration
from facecompare.engines.catalogue import offered_cards
from facecompare.engines.protocol import EngineCard
from facecompare.errors import CalibrationUnusable
from facecompare.records.documented import documented

router = APIRouter(prefix="/api", tags=["service"])


@dataclass(frozen=True, slots=True)
class ErrorRatesResponse:
    """How often a threshold is wrong (ISO/IEC 19795-1)."""

    __pydantic_config__ = documented()
    threshold: float
    fmr: float
    """the share of pairs of strangers that it accepts"""
    fnmr: float
    """the share of pairs of one person that it refuses"""


@dataclass(frozen=True, slots=True)
class EngineResponse:
    """What there is to know of an engine before using it."""

    __pydantic_config__ = documented()
    id: str
    title: str
    default: bool
    """true for the engine that compares when none is named"""
    dimension: int
    """numbers in an embedding, of both networks"""
    metric: str
    """of `distance`"""
    default_threshold: float
    """of `distance`, the first network's"""
    second_network: str | None
    """the engine that is its second network alone; null where there is one network"""
    combined_threshold: float | None
    """of `combined_distance`, by which two networks decide; null likewise"""
    views: int
    """cuts of the face whose embeddings are averaged"""
    landmarks5: list[str]
    """names of the five points, left and right as the viewer sees them"""
    licence: str
    """of its weights"""
    error_rates: list[ErrorRatesResponse]
    """at thresholds of the distance that decides, as they were measured with single photos; none
    where the engine has no calibration"""


@dataclass(frozen=True, slots=True)
class EnginesResponse:
    """All engines, and whether 68-point landmarks can be asked for."""

    engines: list[EngineResponse]
    landmarks68: bool


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """What this installation accepts and keeps."""

    __pydantic_config__ = documented(access=ACCESS)
    version: str
    access: str
    """open: no keys; public: records need one; keys: everything does"""
    uploads: bool
    """whether POST /api/uploads takes photos too large for a request"""
    max_request_bytes: int
    """of a whole request"""
    max_photo_bytes: int
    """of one photo, sent or uploaded"""
    records_days: int
    """how long the record of a comparison is kept"""


@router.get("/engines", responses=responses())
def list_engines(services: AppServices) -> EnginesResponse:
    """The engines that can be named in a request."""
    settings = services.settings
    cards = [_engine(card, settings) for card in offered_cards(settings)]
    return EnginesResponse(cards, settings.landmarks68)


@router.get("/service", responses=responses())
def get_service(services: AppServices) -> ServiceResponse:
    """The limits of a request, who may ask, and what is kept."""
    settings = services.settings
    return ServiceResponse(
        version=facecompare.__version__,
        access=settings.access,
        uploads=bool(settings.upload_bucket),
        max_request_bytes=settings.max_request_bytes,
        max_photo_bytes=settings.max_bytes,
        records_days=settings.records_days,
    )


def _error_rates(engine: str, settings: Settings) -> list[ErrorRatesResponse]:
    try:
        calibration = kept_calibration(engine, settings.models_dir)
    except CalibrationUnusable:  # as whoever compares with it is told
        return []
    if calibration is None:
        return []
    missed = {row.threshold: row.share for row in calibration.false_non_matches}
    return [
        ErrorRatesResponse(row.threshold, row.share, missed[row.threshold])
        for row in calibration.false_matches
        if row.threshold in missed
    ]


def _engine(card: EngineCard, settings: Settings) -> EngineResponse:
    return EngineResponse(
        id=card.id,
        title=card.title,
        default=card.id == settings.engine,
        dimension=card.dimension,
        metric=card.metric,
        default_threshold=card.default_threshold,
        second_network=card.second.card.id if card.second else None,
        combined_threshold=card.second.threshold if card.second else None,
        views=len(card.views),
        landmarks5=list(card.landmarks5),
        licence=card.licence,
        error_rates=_error_rates(card.id, settings),
    )
