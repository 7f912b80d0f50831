"""Which engines there are. Light: the cards are data, and loading imports what it needs."""

from __future__ import annotations

from collections.abc import Sequence

from facecompare.config import OPEN, Settings
from facecompare.engines.encoder_cards import encoder_card
from facecompare.engines.protocol import Engine, EngineCard, View
from facecompare.errors import ModelFileDamaged, ModelFileMissing, UnknownEngine
from facecompare.model_files import EncoderSpec, ModelFolder, Models

# dlib's 5-point predictor; left and right as the viewer sees them.
DLIB_LANDMARKS5 = (
    "right_eye_outer",
    "right_eye_inner",
    "left_eye_outer",
    "left_eye_inner",
    "nose_base",
)
CHIP_SIDE_PX = 150  # the network's input: dlib, tools/python/src/face_recognition.cpp (20.0.1)
CHIP_PADDING = 0.25  # what it was trained with: the same file
DIMENSION = 128  # numbers in an embedding: the same file
PIXEL_SCALE = 1 / 256  # dlib divides by 256, not by 255: dlib/dnn/input.h
PUBLIC_DOMAIN = "CC0-1.0"

# Averaging views costs a pass through the network each and lowers all distances a little, so it is
# part of an engine's id. On LFW View 1 (chosen on DevTrain) the plain chip is right in 99.05 % of
# pairs and refuses 17.6 % of genuine DevTest pairs at 0.5; with its mirror image 99.32 % and
# 11.6 %; ten views 99.41 % and 6.8 %: tests/benchmarks/views.py prints it.
MIRRORED = (View(CHIP_PADDING), View(CHIP_PADDING, mirrored=True))
TEN_VIEWS = MIRRORED + tuple(
    View(padding, mirrored) for padding in (0.15, 0.2, 0.3, 0.35) for mirrored in (False, True)
)


DLIB_MODELS = ("face-network", "hog-detector", "cnn-detector", "landmarks5")
MTCNN_MODELS = ("mtcnn-proposal", "mtcnn-refinement", "mtcnn-output")


def _dlib_card(
    engine_id: str,
    title: str,
    views: tuple[View, ...],
    models: tuple[str, ...] = DLIB_MODELS,
) -> EngineCard:
    return EngineCard(
        id=engine_id,
        title=title,
        dimension=DIMENSION,
        metric="euclidean",
        default_threshold=0.5,
        chip_side_px=CHIP_SIDE_PX,
        views=views,
        landmarks5=DLIB_LANDMARKS5,
        models=models,
        licence=PUBLIC_DOMAIN,
    )


REFERENCE, MTCNN = "dlib-reference", "mtcnn-dlib"
CARDS: tuple[EngineCard, ...] = (
    _dlib_card(
        "dlib-fast", "dlib's networks on ONNX Runtime, a face and its mirror image", MIRRORED
    ),
    _dlib_card("dlib-accurate", "the same with ten views of each face", TEN_VIEWS),
    _dlib_card(
        MTCNN,
        "dlib-fast on faces that MTCNN finds, from 20 px on",
        MIRRORED,
        ("face-network", "landmarks5", *MTCNN_MODELS),
    ),
    _dlib_card(REFERENCE, "dlib-fast on dlib's own convolutions, to compare with", MIRRORED),
)


def engine_card(engine_id: str, cards: Sequence[EngineCard] = CARDS) -> EngineCard:
    """The card of this engine.

    Raises  UnknownEngine naming those there are.
    """
    card = next((card for card in cards if card.id == engine_id), None)
    if card is None:
        known = ", ".join(card.id for card in cards)
        raise UnknownEngine(f"there is no engine {engine_id!r}; there are: {known}")
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
        return ()  # told when an engine is loaded


def open_models(settings: Settings) -> Models:
    """Where this installation's model files are: in its bucket, if it has one, or its folder.

    Raises  ModelFileMissing, ModelFileDamaged.
    """
    folder = ModelFolder.at(settings.models_dir)
    if not settings.model_bucket:
        return folder
    from facecompare.model_bucket import BucketModels

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
