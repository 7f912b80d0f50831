"""The routes about the service itself: which engines it has, and whether it is well."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

import facecompare
from facecompare.answers import DOCUMENTED
from facecompare.api.errors import responses
from facecompare.config import Settings
from facecompare.engines.catalogue import CARDS, engine_card
from facecompare.model_files import ModelFolder


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What there is to know of an engine before using it."""

    __pydantic_config__ = DOCUMENTED
    id: str
    title: str
    default: bool
    """true for the engine that answers when none is named"""
    dimension: int
    """numbers in an embedding"""
    metric: str
    default_threshold: float
    views: int
    """cuts of the face whose embeddings are averaged"""
    landmarks5: list[str]
    """names of the five points, left and right as the viewer sees them"""
    licence: str
    """of its weights"""


@dataclass(frozen=True, slots=True)
class EnginesAnswer:
    """All engines, and whether 68-point landmarks can be asked for."""

    engines: list[EngineAnswer]
    landmarks68: bool


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """The service is up and its models are in place."""

    status: str
    version: str
    engine: str


def system_routes(settings: Settings) -> APIRouter:
    """The routes; none of them loads an engine."""
    router = APIRouter(prefix="/api", tags=["service"])

    @router.get("/engines")
    def engines() -> EnginesAnswer:
        """The engines that can be named in a request."""
        answers = [
            EngineAnswer(
                id=card.id,
                title=card.title,
                default=card.id == settings.engine,
                dimension=card.dimension,
                metric=card.metric,
                default_threshold=card.default_threshold,
                views=len(card.views),
                landmarks5=list(card.landmarks5),
                licence=card.licence,
            )
            for card in CARDS
        ]
        return EnginesAnswer(answers, settings.landmarks68)

    @router.get("/health", responses=responses())
    def health() -> HealthAnswer:
        """Whether the service can answer: its engine is known and the model files are there."""
        folder = ModelFolder.at(settings.models_dir)
        for name in engine_card(settings.engine).models:
            folder.path_of(name)
        return HealthAnswer("ok", facecompare.__version__, settings.engine)

    return router
