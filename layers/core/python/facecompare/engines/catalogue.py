"""Which engines there are. Light: the cards are data, and loading imports what it needs."""

from __future__ import annotations

from collections.abc import Callable

from facecompare.config import OPEN, Settings
from facecompare.engines.cards import (
    CARDS,
    DLIB_SFACE,
    MTCNN,
    MTCNN_MODELS,
    REFERENCE,
    SFACE,
    YUNET_DLIB,
    engine_card,
)
from facecompare.engines.encoder_cards import encoder_card
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.errors import ModelFileDamaged, ModelFileMissing, MtcnnOff
from facecompare.model_store.files import EncoderSpec, ModelFolder, Models


def offered_cards(settings: Settings) -> tuple[EngineCard, ...]:
    """The engines that a caller may name; the reference is slow and for one's own machine only."""
    return tuple(card for card in _cards(settings) if settings.mtcnn or not _needs_mtcnn(card))


def offered_card(engine_id: str, settings: Settings) -> EngineCard:
    """The card of an engine that a caller may name. Raises  UnknownEngine, MtcnnOff."""
    switched_off = {card.id for card in _cards(settings)} - {
        card.id for card in offered_cards(settings)
    }
    if engine_id in switched_off:
        raise MtcnnOff(
            f"found the engine {engine_id!r}, which is switched off here, because MTCNN's weights "
            "exclude commercial use; expected another engine; name one, or switch MTCNN on with "
            "FACECOMPARE_MTCNN=on"
        )
    return engine_card(engine_id, offered_cards(settings))


def _cards(settings: Settings) -> tuple[EngineCard, ...]:
    own = (card for card in CARDS if card.id != REFERENCE or settings.access == OPEN)
    return (*own, *map(encoder_card, added_encoders(settings)))


def _needs_mtcnn(card: EngineCard) -> bool:
    return not set(MTCNN_MODELS).isdisjoint(card.models)


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

    Raises  UnknownEngine, MtcnnOff; ModelFileMissing, ModelFileDamaged and ModelsUnavailable when
            it cannot be loaded.
    """
    card = offered_card(engine_id, settings)
    models = models or open_models(settings)
    for spec in added_encoders(settings):
        if spec.id == engine_id:
            from facecompare.engines.encoder_engine import load_encoder_engine

            return load_encoder_engine(spec, settings, models)
    from facecompare.engines.dlib_engine import (
        load_dlib_engine,
        load_mtcnn_engine,
        load_reference_engine,
        load_yunet_dlib_engine,
    )
    from facecompare.engines.sface_engine import load_sface_engine, load_two_networks

    loaders: dict[str, Callable[[EngineCard, Settings, Models], Engine]] = {
        REFERENCE: load_reference_engine,
        MTCNN: load_mtcnn_engine,
        YUNET_DLIB: load_yunet_dlib_engine,
        SFACE: load_sface_engine,
        DLIB_SFACE: load_two_networks,
    }
    return loaders.get(card.id, load_dlib_engine)(card, settings, models)
