"""Published weights → the model files and their manifest; the same input gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from facecompare.config import DEFAULT_ENGINE
from facecompare.engines.cards import CARDS, PUBLIC_DOMAIN
from facecompare.errors import ModelFileDamaged, ModelFileMissing, PackageMissing
from facecompare.model_build.cnn_detector import build_cnn_detector
from facecompare.model_build.face_network import build_face_network
from facecompare.model_build.hog_detector import save_hog_detector
from facecompare.model_build.mtcnn import build_output, build_proposal, build_refinement
from facecompare.model_build.sface import build_sface
from facecompare.model_build.yunet import build_yunet
from facecompare.model_store.files import MANIFEST, ModelFile, ModelFolder, manifest_text
from facecompare.model_store.sources import (
    CNN_DETECTOR_DAT,
    FACE_NETWORK_DAT,
    INSTALL_MODELS,
    INSTALL_ZOO,
    LANDMARKS5_DAT,
    LANDMARKS68_DAT,
    MTCNN_PACKAGE,
    MTCNN_VERSION,
    NOTHING_GIVEN,
    PACKAGE,
    PACKAGE_VERSION,
    SFACE_ONNX,
    YUNET_ONNX,
    ZOO_PACKAGE,
    ZOO_VERSION,
    Given,
    read_dat,
    read_zoo,
)

BOOST = "BSL-1.0"  # dlib's own
MIT, APACHE = "MIT", "Apache-2.0"  # opencv_zoo's LICENSE files beside YuNet and SFace
MTCNN_LICENCE = "MIT code; weights: no commercial use, by their author (ipazc/mtcnn#53)"
NON_COMMERCIAL = "iBUG 300-W: no commercial use"

# What each was trained on. dlib's: davisking/dlib-models, README.md, and, for the HOG detector,
# davisking/dlib, dlib/image_processing/frontal_face_detector.h. MTCNN's: Zhang et al., "Joint Face
# Detection and Alignment Using Multitask Cascaded Convolutional Networks" (2016).
FACE_NETWORK_DATA = (
    "about 3 million faces of 7,485 people, half of them from FaceScrub and VGG, half from the "
    "web; its author avoided people of LFW"
)
HOG_DATA = "photos of LFW, as dlib's source says"
CNN_DATA = (
    "photos of ImageNet, AFLW, Pascal VOC, VGG, WIDER FACE and FaceScrub, annotated by its author"
)
LANDMARKS5_DATA = "7,198 faces from the web, annotated by its author"
LANDMARKS68_DATA = "iBUG 300-W, whose licence excludes commercial use"
MTCNN_DATA = "WIDER FACE and CelebA, as the paper says; both are for research"
YUNET_DATA = (
    "WIDER FACE, as its author says, who wonders whether its licence is a problem "
    "(ShiqiYu/libfacedetection.train#14)"
)
SFACE_DATA = (
    "undocumented: nobody says what it was trained on; the paper uses CASIA-WebFace, VGGFace2 and "
    "MS1M; asked in opencv/opencv_zoo#124 (closed without an answer) and #313 (open)"
)


@dataclass(frozen=True, slots=True)
class ModelRecipe:
    """How one model file is made, and from what; `install` is what to do without its source."""

    name: str
    file: str
    make: Callable[[Given], bytes]
    source: str
    licence: str
    contract: str
    provenance: str
    training: str
    install: str = INSTALL_MODELS


def _from_dat(file: str, build: Callable[[bytes], bytes] = bytes) -> dict[str, Any]:
    """From one of dlib's files, as it is unless it is built into something else."""
    return {
        "make": lambda _given: build(read_dat(file)),
        "source": f"{file} in {PACKAGE} {PACKAGE_VERSION}",
        "provenance": "Davis King (davisking/dlib-models), through the package "
        f"{PACKAGE} {PACKAGE_VERSION}",
    }


def _from_mtcnn(network: str, build: Callable[[], bytes]) -> dict[str, Any]:
    return {
        "make": lambda _given: build(),
        "source": f"{network}.lz4 in {MTCNN_PACKAGE} {MTCNN_VERSION}",
        "licence": MTCNN_LICENCE,
        "provenance": "Kaipeng Zhang (kpzhang93/MTCNN_face_detection_alignment), adapted by Iván "
        f"de Paz Centeno, through the package {MTCNN_PACKAGE} {MTCNN_VERSION}",
        "training": MTCNN_DATA,
    }


def _from_zoo(file: str, build: Callable[[bytes], bytes], author: str) -> dict[str, Any]:
    """From one of OpenCV Zoo's files, by the network's author."""
    return {
        "make": lambda given: build(read_zoo(file, given)),
        "source": f"{file} in {ZOO_PACKAGE} {ZOO_VERSION}",
        "provenance": f"{author} (opencv/opencv_zoo); the same file, by SHA-256, through the "
        f"package {ZOO_PACKAGE} {ZOO_VERSION} of another author",
        "install": INSTALL_ZOO,
    }


RECIPES = (
    ModelRecipe(
        name="face-network",
        file="face-network.onnx",
        **_from_dat(FACE_NETWORK_DAT, build_face_network),
        licence=PUBLIC_DOMAIN,
        contract="uint8 [N, 3, 150, 150] RGB chips → float32 [N, 128] embeddings",
        training=FACE_NETWORK_DATA,
    ),
    ModelRecipe(
        name="hog-detector",
        file="hog-detector.svm",
        make=lambda _given: save_hog_detector(),
        source="dlib-bin 20.0.1",
        provenance="Davis King (davisking/dlib), through the package dlib-bin 20.0.1",
        training=HOG_DATA,
        licence=BOOST,
        contract="8-bit grey picture → boxes and scores of upright faces of 80 px and more",
    ),
    ModelRecipe(
        name="cnn-detector",
        file="cnn-detector.onnx",
        **_from_dat(CNN_DETECTOR_DAT, build_cnn_detector),
        licence=PUBLIC_DOMAIN,
        contract="float32 [1, 3, H, W] tiled pyramid, (RGB − mean) / 256 → [1, 1, h, w] responses",
        training=CNN_DATA,
    ),
    ModelRecipe(
        name="landmarks5",
        file="landmarks5.dat",
        **_from_dat(LANDMARKS5_DAT),
        licence=PUBLIC_DOMAIN,
        contract="RGB picture and face box → 5 points (x, y)",
        training=LANDMARKS5_DATA,
    ),
    ModelRecipe(
        name="landmarks68",
        file="landmarks68.dat",
        **_from_dat(LANDMARKS68_DAT),
        licence=NON_COMMERCIAL,
        contract="RGB picture and face box → 68 points (x, y)",
        training=LANDMARKS68_DATA,
    ),
    ModelRecipe(
        name="mtcnn-proposal",
        file="mtcnn-proposal.onnx",
        **_from_mtcnn("pnet", build_proposal),
        contract="float32 [1, 3, H, W], (RGB − 127.5) / 128 → [1, 5, h, w] offsets, probability",
    ),
    ModelRecipe(
        name="mtcnn-refinement",
        file="mtcnn-refinement.onnx",
        **_from_mtcnn("rnet", build_refinement),
        contract="float32 [N, 3, 24, 24], (RGB − 127.5) / 128 → [N, 5] offsets, probability",
    ),
    ModelRecipe(
        name="mtcnn-output",
        file="mtcnn-output.onnx",
        **_from_mtcnn("onet", build_output),
        contract="float32 [N, 3, 48, 48], (RGB − 127.5) / 128 → [N, 15] offsets, points, "
        "probability",
    ),
    ModelRecipe(
        name="yunet",
        file="yunet.onnx",
        **_from_zoo(YUNET_ONNX, build_yunet, "Shiqi Yu"),
        licence=MIT,
        contract="float32 [N, 3, H, W] RGB from 0 to 255, H and W multiples of 32 → [N, rows, 15] "
        "score, box, points",
        training=YUNET_DATA,
    ),
    ModelRecipe(
        name="sface",
        file="sface.onnx",
        **_from_zoo(SFACE_ONNX, build_sface, "Yaoyao Zhong"),
        licence=APACHE,
        contract="uint8 [N, 3, 112, 112] RGB chips → float32 [N, 128] embeddings of any length",
        training=SFACE_DATA,
    ),
)


def build_models(folder: Path, given: Given = NOTHING_GIVEN) -> Iterator[ModelFile]:
    """Write every model file, then the manifest; yields each file's row as it is done.

    `given` are published files to take instead of a package's. What has no source is left as it is
    in the folder and in its manifest, and told in the end.

    Raises  PackageMissing, ModelFileDamaged; ModelFileMissing when the folder is not writable.
    """
    before = _manifest_in(folder)
    rows, missing = [], []
    for recipe in RECIPES:
        try:
            data = recipe.make(given)
        except PackageMissing:
            missing.append(recipe)
            rows += [row for row in before.files if row.name == recipe.name]
            continue
        write_model(folder / recipe.file, data)
        rows.append(_row(recipe, data))
        yield rows[-1]
    kept = (row for row in before.files if row.name in {spec.id for spec in before.encoders})
    text = manifest_text((*rows, *kept), before.encoders)
    write_model(folder / MANIFEST, text.encode())
    if missing:
        raise _not_built(missing)


def _manifest_in(folder: Path) -> ModelFolder:
    """What the folder's manifest holds, if it has one that can be read."""
    try:
        return ModelFolder.at(folder)
    except (ModelFileMissing, ModelFileDamaged):
        return ModelFolder(folder, ())


def _not_built(recipes: Sequence[ModelRecipe]) -> PackageMissing:
    """What is missing, which engines cannot be loaded for it, which one can, and what to do."""
    names = {recipe.name for recipe in recipes}
    lost = [card.id for card in CARDS if names & set(card.models)]
    left = [card.id for card in CARDS if card.id not in lost]
    engines = ", ".join(
        f"{each} (the default)" if each == DEFAULT_ENGINE else each for each in lost
    )
    instead = f"; FACECOMPARE_ENGINE={left[0]} can" if left else ""
    return PackageMissing(
        f"found no {' and no '.join(recipe.source for recipe in recipes)}; everything but "
        f"{', '.join(recipe.file for recipe in recipes)} is built; without them these engines "
        f"cannot be loaded: {engines}{instead}; "
        + "; ".join(dict.fromkeys(recipe.install for recipe in recipes))
    )


def _row(recipe: ModelRecipe, data: bytes) -> ModelFile:
    return ModelFile(
        name=recipe.name,
        file=recipe.file,
        bytes=len(data),
        sha256=sha256(data).hexdigest(),
        licence=recipe.licence,
        source=recipe.source,
        contract=recipe.contract,
        provenance=recipe.provenance,
        training=recipe.training,
    )


def write_model(path: Path, data: bytes) -> None:
    """All or nothing: a reader never meets half a file."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as exc:
        with suppress(OSError):
            partial.unlink()
        raise ModelFileMissing(
            f"{path} cannot be written ({exc.strerror}); FACECOMPARE_MODELS_DIR names another "
            "folder"
        ) from exc
