"""The cards of the engines that come along: data, and where each constant comes from."""

from __future__ import annotations

from facecompare.engines.protocol import EngineCard, View

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
        f"{PUBLIC_DOMAIN}; {MTCNN_WEIGHTS}",
    ),
    _dlib_card(REFERENCE, "dlib-fast on dlib's own convolutions, to compare with", MIRRORED),
)
