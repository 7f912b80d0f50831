"""Which engines there are. Light: the cards are data, and loading imports what it needs."""

from __future__ import annotations

from facecompare.config import Settings
from facecompare.engines.protocol import Engine, EngineCard, View
from facecompare.errors import UnknownEngine

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
PUBLIC_DOMAIN = "CC0-1.0"

CARDS: tuple[EngineCard, ...] = (
    EngineCard(
        id="dlib-reference",
        title="dlib's own networks on dlib's own convolutions; slow, for comparison",
        dimension=128,
        metric="euclidean",
        default_threshold=0.5,
        chip_side_px=CHIP_SIDE_PX,
        views=(View(CHIP_PADDING),),
        landmarks5=DLIB_LANDMARKS5,
        models=("face-network", "cnn-detector", "landmarks5"),
        licence=PUBLIC_DOMAIN,
    ),
)


def engine_card(engine_id: str) -> EngineCard:
    """The card of this engine.

    Raises  UnknownEngine naming those there are.
    """
    card = next((card for card in CARDS if card.id == engine_id), None)
    if card is None:
        known = ", ".join(card.id for card in CARDS)
        raise UnknownEngine(f"there is no engine {engine_id!r}; there are: {known}")
    return card


def load_engine(engine_id: str, settings: Settings) -> Engine:
    """The engine with its networks loaded, ready for any number of threads.

    Raises  UnknownEngine; ModelFileMissing and ModelFileDamaged when it cannot be loaded.
    """
    card = engine_card(engine_id)
    from facecompare.engines.dlib_engine import load_dlib_engine

    return load_dlib_engine(card, settings)
