"""Which engines there are. Light: the cards are data, and loading imports what it needs."""

from __future__ import annotations

from collections.abc import Sequence

from facecompare.config import OPEN, Settings
from facecompare.engines.cards import CARDS, MTCNN, REFERENCE
from facecompare.engines.encoder_cards import encoder_card
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.errors import ModelFileDamaged, ModelFileMissing, UnknownEngine
from facecompare.model_store.files import EncoderSpec, ModelFolder, Models


def engine_card(engine_id: str, cards: Sequence[EngineCard] = CARDS) -> EngineCard:
    """The card of this engine.

    Raises  UnknownEngine naming those there are.
    """
    card = next((card for card in cards if card.id == engine_id), None)
    if card is None:
        known = ", ".join(card.id for card in cards)
        raise UnknownEngine(f"unknown engine {engine_id!r}; valid: {known}")
    return card


def offered_cards(settings: Settings) -> tuple[EngineCard, ...]:
    """The engines that a caller may name; the reference is slow and for one's own machine only."""
    own = (card for card in CARDS if card.id != REFERENCE or settings.access == OPEN)
    return (*own, *map(encoder_card, added_encoders(settings)))


def added_encoders(settings: Settings) -> tuple[EncoderSpec, ...]:
    """The encoders that `facecompare models add` brought here."""
    try:
        return ModelFolder.at(settings.models_dir).encoders
    except (ModelFileMissing, ModelFileDamaged):
        return ()  # loading an engine says so


def open_models(settings: Settings) -> Models:
    """Where this installation's model files are: in its bucket, if it has one, or its folder.

    Raises  ModelFileMissing, ModelFileDamaged.
    """
    folder = ModelFolder.at(settings.models_dir)
    if not settings.model_bucket:
        return folder
    from facecompare.model_store.s3 import BucketModels

    return BucketModels(folder, settings.model_bucket)


def load_engine(engine_id: str, settings: Settings, models: Models | None = None) -> Engine:
    """The engine with its networks loaded, ready for any number of threads.

    Raises  UnknownEngine; ModelFileMissing, ModelFileDamaged and ModelsUnavailable when it cannot
            be loaded.
    """
    card = engine_card(engine_id, offered_cards(settings))
    models = models or open_models(settings)
    for spec in added_encoders(settings):
        if spec.id == engine_id:
            from facecompare.engines.encoder_engine import load_encoder_engine

            return load_encoder_engine(spec, settings, models)
    from facecompare.engines.dlib_engine import (
        load_dlib_engine,
        load_mtcnn_engine,
        load_reference_engine,
    )

    loaders = {REFERENCE: load_reference_engine, MTCNN: load_mtcnn_engine}
    return loaders.get(card.id, load_dlib_engine)(card, settings, models)
