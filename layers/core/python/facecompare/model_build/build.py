"""Published weights → the model files and their manifest; the same input gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from facecompare.engines.cards import PUBLIC_DOMAIN
from facecompare.errors import ModelFileDamaged, ModelFileMissing
from facecompare.model_build.cnn_detector import build_cnn_detector
from facecompare.model_build.face_network import build_face_network
from facecompare.model_build.hog_detector import save_hog_detector
from facecompare.model_build.mtcnn import build_output, build_proposal, build_refinement
from facecompare.model_store.files import MANIFEST, ModelFile, ModelFolder, manifest_text
from facecompare.model_store.sources import (
    CNN_DETECTOR_DAT,
    FACE_NETWORK_DAT,
    LANDMARKS5_DAT,
    LANDMARKS68_DAT,
    MTCNN_PACKAGE,
    MTCNN_VERSION,
    PACKAGE,
    PACKAGE_VERSION,
    read_dat,
)

BOOST = "BSL-1.0"  # dlib's own
MTCNN_LICENCE = "MIT code; weights: no commercial use, by their author (ipazc/mtcnn#53)"
NON_COMMERCIAL = "iBUG 300-W: no commercial use"


@dataclass(frozen=True, slots=True)
class ModelRecipe:
    """How one model file is made, and from what."""

    name: str
    file: str
    make: Callable[[], bytes]
    source: str
    licence: str
    contract: str


def _from_dat(file: str, build: Callable[[bytes], bytes] = bytes) -> dict[str, Any]:
    """From one of dlib's files, as it is unless it is built into something else."""
    return {
        "make": lambda: build(read_dat(file)),
        "source": f"{file} in {PACKAGE} {PACKAGE_VERSION}",
    }


def _from_mtcnn(network: str, build: Callable[[], bytes]) -> dict[str, Any]:
    return {"make": build, "source": f"{network}.lz4 in {MTCNN_PACKAGE} {MTCNN_VERSION}"}


RECIPES = (
    ModelRecipe(
        name="face-network",
        file="face-network.onnx",
        **_from_dat(FACE_NETWORK_DAT, build_face_network),
        licence=PUBLIC_DOMAIN,
        contract="uint8 [N, 3, 150, 150] RGB chips → float32 [N, 128] embeddings",
    ),
    ModelRecipe(
        name="hog-detector",
        file="hog-detector.svm",
        make=save_hog_detector,
        source="dlib-bin 20.0.1",
        licence=BOOST,
        contract="8-bit grey picture → boxes and scores of upright faces of 80 px and more",
    ),
    ModelRecipe(
        name="cnn-detector",
        file="cnn-detector.onnx",
        **_from_dat(CNN_DETECTOR_DAT, build_cnn_detector),
        licence=PUBLIC_DOMAIN,
        contract="float32 [1, 3, H, W] tiled pyramid, (RGB − mean) / 256 → [1, 1, h, w] responses",
    ),
    ModelRecipe(
        name="landmarks5",
        file="landmarks5.dat",
        **_from_dat(LANDMARKS5_DAT),
        licence=PUBLIC_DOMAIN,
        contract="RGB picture and face box → 5 points (x, y)",
    ),
    ModelRecipe(
        name="landmarks68",
        file="landmarks68.dat",
        **_from_dat(LANDMARKS68_DAT),
        licence=NON_COMMERCIAL,
        contract="RGB picture and face box → 68 points (x, y)",
    ),
    ModelRecipe(
        name="mtcnn-proposal",
        file="mtcnn-proposal.onnx",
        **_from_mtcnn("pnet", build_proposal),
        licence=MTCNN_LICENCE,
        contract="float32 [1, 3, H, W], (RGB − 127.5) / 128 → [1, 5, h, w] offsets, probability",
    ),
    ModelRecipe(
        name="mtcnn-refinement",
        file="mtcnn-refinement.onnx",
        **_from_mtcnn("rnet", build_refinement),
        licence=MTCNN_LICENCE,
        contract="float32 [N, 3, 24, 24], (RGB − 127.5) / 128 → [N, 5] offsets, probability",
    ),
    ModelRecipe(
        name="mtcnn-output",
        file="mtcnn-output.onnx",
        **_from_mtcnn("onet", build_output),
        licence=MTCNN_LICENCE,
        contract="float32 [N, 3, 48, 48], (RGB − 127.5) / 128 → [N, 15] offsets, points, "
        "probability",
    ),
)


def build_models(folder: Path) -> Iterator[ModelFile]:
    """Write every model file, then the manifest; yields each file's row as it is done.

    Raises  PackageMissing, ModelFileDamaged; ModelFileMissing when the folder is not writable.
    """
    rows = []
    for recipe in RECIPES:
        data = recipe.make()
        write_model(folder / recipe.file, data)
        rows.append(_row(recipe, data))
        yield rows[-1]
    added = _added(folder)
    kept = (row for row in added.files if row.name in {spec.id for spec in added.encoders})
    text = manifest_text((*rows, *kept), added.encoders)
    write_model(folder / MANIFEST, text.encode())


def _added(folder: Path) -> ModelFolder:
    """What the folder's manifest holds, if it has one that can be read."""
    try:
        return ModelFolder.at(folder)
    except (ModelFileMissing, ModelFileDamaged):
        return ModelFolder(folder, ())


def _row(recipe: ModelRecipe, data: bytes) -> ModelFile:
    return ModelFile(
        name=recipe.name,
        file=recipe.file,
        bytes=len(data),
        sha256=sha256(data).hexdigest(),
        licence=recipe.licence,
        source=recipe.source,
        contract=recipe.contract,
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
