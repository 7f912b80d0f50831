"""dlib's weights → the model files and their manifest; the same input gives the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from facecompare.engines.catalogue import PUBLIC_DOMAIN
from facecompare.errors import ModelFileMissing
from facecompare.model_build.cnn_detector import build_cnn_detector
from facecompare.model_build.face_network import build_face_network
from facecompare.model_build.hog_detector import save_hog_detector
from facecompare.model_build.sources import (
    CNN_DETECTOR_DAT,
    FACE_NETWORK_DAT,
    LANDMARKS5_DAT,
    LANDMARKS68_DAT,
    PACKAGE,
    PACKAGE_VERSION,
    read_dat,
)
from facecompare.model_files import MANIFEST, ModelFile, manifest_text

BOOST = "BSL-1.0"  # dlib's own
NON_COMMERCIAL = "iBUG 300-W: no commercial use"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one model file is made; `dat` is the file of dlib's that it is made from, if any."""

    name: str
    file: str
    dat: str | None
    build: Callable[[bytes], bytes]
    licence: str
    contract: str

    def make(self) -> bytes:
        """The file's bytes. Raises  PackageMissing, ModelFileDamaged."""
        return self.build(read_dat(self.dat) if self.dat else b"")

    @property
    def source(self) -> str:
        """Where the weights come from."""
        return f"{self.dat} in {PACKAGE} {PACKAGE_VERSION}" if self.dat else "dlib-bin 20.0.1"


def _as_it_is(dat: bytes) -> bytes:
    return dat


RECIPES = (
    Recipe(
        name="face-network",
        file="face-network.onnx",
        dat=FACE_NETWORK_DAT,
        build=build_face_network,
        licence=PUBLIC_DOMAIN,
        contract="uint8 [N, 3, 150, 150] RGB chips → float32 [N, 128] embeddings",
    ),
    Recipe(
        name="hog-detector",
        file="hog-detector.svm",
        dat=None,
        build=lambda _: save_hog_detector(),
        licence=BOOST,
        contract="8-bit grey picture → boxes and scores of upright faces of 80 px and more",
    ),
    Recipe(
        name="cnn-detector",
        file="cnn-detector.onnx",
        dat=CNN_DETECTOR_DAT,
        build=build_cnn_detector,
        licence=PUBLIC_DOMAIN,
        contract="float32 [1, 3, H, W] tiled pyramid, (RGB − mean) / 256 → [1, 1, h, w] responses",
    ),
    Recipe(
        name="landmarks5",
        file="landmarks5.dat",
        dat=LANDMARKS5_DAT,
        build=_as_it_is,
        licence=PUBLIC_DOMAIN,
        contract="RGB picture and face box → 5 points (x, y)",
    ),
    Recipe(
        name="landmarks68",
        file="landmarks68.dat",
        dat=LANDMARKS68_DAT,
        build=_as_it_is,
        licence=NON_COMMERCIAL,
        contract="RGB picture and face box → 68 points (x, y)",
    ),
)


def build_models(folder: Path) -> Iterator[ModelFile]:
    """Write every model file, then the manifest; yields each file's row as it is done.

    Raises  PackageMissing, ModelFileDamaged; ModelFileMissing when the folder is not writable.
    """
    rows = []
    for recipe in RECIPES:
        data = recipe.make()
        _write(folder / recipe.file, data)
        rows.append(_row(recipe, data))
        yield rows[-1]
    _write(folder / MANIFEST, manifest_text(tuple(rows)).encode())


def _row(recipe: Recipe, data: bytes) -> ModelFile:
    return ModelFile(
        name=recipe.name,
        file=recipe.file,
        bytes=len(data),
        sha256=sha256(data).hexdigest(),
        licence=recipe.licence,
        source=recipe.source,
        contract=recipe.contract,
    )


def _write(path: Path, data: bytes) -> None:
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
