"""The cards of the engines that come along: data, and where each constant comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from facecompare.engines.protocol import EngineCard, Scaling, SecondOpinion, View
from facecompare.errors import SHOWN_CHARACTERS, UnknownEngine

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
MTCNN_WEIGHTS = "MTCNN's weights: no commercial use"  # so their author: ipazc/mtcnn#53

# Averaging views costs a pass through the network each and lowers all distances a little, so it is
# part of an engine's id. On LFW View 1 (chosen on DevTrain) the plain chip is right in 99.05 % of
# pairs and its FNMR on DevTest at 0.5 is 17.6 %; with its mirror image 99.32 % and 11.6 %; ten
# views 99.41 % and 6.8 %: tests/benchmarks/views.py prints it.
MIRRORED = (View(CHIP_PADDING), View(CHIP_PADDING, mirrored=True))
TEN_VIEWS = MIRRORED + tuple(
    View(padding, mirrored) for padding in (0.15, 0.2, 0.3, 0.35) for mirrored in (False, True)
)


DLIB_MODELS = ("face-network", "hog-detector", "cnn-detector", "landmarks5")
MTCNN_MODELS = ("mtcnn-proposal", "mtcnn-refinement", "mtcnn-output")
YUNET_MODELS = ("yunet",)
# Models whose licence excludes commercial use, and the setting without which nothing uses them.
SWITCHED_BY = {"landmarks68": "landmarks68", **dict.fromkeys(MTCNN_MODELS, "mtcnn")}

# SFace's own alignment and threshold: opencv_zoo, models/face_recognition_sface (sface.py), whose
# template is ArcFace's. Left and right as the viewer sees them.
POINT_NAMES = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
SFACE_SIDE_PX, SFACE_DIMENSION = 112, 128
SFACE_TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
SFACE_THRESHOLD = 0.63
BOTH_SIDES = (View(0.0), View(0.0, mirrored=True))


def _dlib_card(
    engine_id: str,
    title: str,
    views: tuple[View, ...],
    models: tuple[str, ...] = DLIB_MODELS,
    licence: str = PUBLIC_DOMAIN,
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
        licence=licence,
    )


REFERENCE, MTCNN = "dlib-reference", "mtcnn-dlib"
YUNET_DLIB, SFACE, DLIB_SFACE = "dlib-yunet", "sface", "dlib-sface"

_YUNET_DLIB_CARD = replace(
    _dlib_card(
        YUNET_DLIB,
        "dlib-fast on faces that YuNet finds",
        MIRRORED,
        ("face-network", "landmarks5", *YUNET_MODELS),
        f"{PUBLIC_DOMAIN}; MIT",
    ),
    scaling=Scaling.QUICK,
)
_SFACE_CARD = EngineCard(
    id=SFACE,
    title="SFace on faces that YuNet finds",
    dimension=SFACE_DIMENSION,
    metric="cosine",
    default_threshold=SFACE_THRESHOLD,
    chip_side_px=SFACE_SIDE_PX,
    views=BOTH_SIDES,
    landmarks5=POINT_NAMES,
    models=("sface", *YUNET_MODELS),
    licence="Apache-2.0; MIT",
    template=SFACE_TEMPLATE,
    scaling=Scaling.QUICK,
)
_DLIB_SFACE_CARD = replace(
    _YUNET_DLIB_CARD,
    id=DLIB_SFACE,
    title="dlib and SFace together, on faces that YuNet finds",
    dimension=DIMENSION + SFACE_DIMENSION,
    models=("face-network", "landmarks5", "sface", *YUNET_MODELS),
    licence=f"{PUBLIC_DOMAIN}; Apache-2.0; MIT",
    # Fitted on LFW View 1, DevTrain: python -m tests.benchmarks.second_opinion LFW
    second=SecondOpinion(
        card=_SFACE_CARD,
        first_id=YUNET_DLIB,
        weight=0.55,
        threshold=0.598,
        same=(0.53, 0.63),
        different=(0.7, 0.79),
    ),
)

CARDS: tuple[EngineCard, ...] = (
    _DLIB_SFACE_CARD,
    _dlib_card(
        "dlib-fast", "dlib's networks on ONNX Runtime, a face and its mirror image", MIRRORED
    ),
    _dlib_card("dlib-accurate", "the same with ten views of each face", TEN_VIEWS),
    _YUNET_DLIB_CARD,
    _SFACE_CARD,
    _dlib_card(
        MTCNN,
        "dlib-fast on faces that MTCNN finds, from 20 px on",
        MIRRORED,
        ("face-network", "landmarks5", *MTCNN_MODELS),
        f"{PUBLIC_DOMAIN}; {MTCNN_WEIGHTS}",
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
        raise UnknownEngine(
            f"found the unknown engine {engine_id[:SHOWN_CHARACTERS]!r}; expected {known}"
        )
    return card
