"""Where the weights come from: dlib's files inside the package `face_recognition_models`.

They are read by path. Importing that package would need `pkg_resources`, which current Python
installations lack.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from facecompare.errors import ModelFileDamaged, PackageMissing
from facecompare.model_files import sha256_of

PACKAGE = "face_recognition_models"
PACKAGE_VERSION = "0.3.0"

FACE_NETWORK_DAT = "dlib_face_recognition_resnet_model_v1.dat"
CNN_DETECTOR_DAT = "mmod_human_face_detector.dat"
LANDMARKS5_DAT = "shape_predictor_5_face_landmarks.dat"
LANDMARKS68_DAT = "shape_predictor_68_face_landmarks.dat"

# SHA-256 of the files in face_recognition_models 0.3.0, equal to those dlib's author publishes.
CHECKSUMS = {
    FACE_NETWORK_DAT: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    CNN_DETECTOR_DAT: "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
    LANDMARKS5_DAT: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    LANDMARKS68_DAT: "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
}


def dat_path(file: str) -> Path:
    """Where one of dlib's files lies on this machine.

    Raises  PackageMissing when the package that carries them is not installed.
    """
    spec = find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = next((Path(folder) / "models" / file for folder in folders), None)
    if path is None or not path.is_file():
        raise PackageMissing(
            f"dlib's {file} comes with the package {PACKAGE}, which is not installed; run: "
            'pip install "facecompare[models]"'
        )
    return path


def read_dat(file: str) -> bytes:
    """The bytes of one of dlib's files, verified.

    Raises  PackageMissing, ModelFileDamaged.
    """
    path = dat_path(file)
    found = sha256_of(path)
    if found != CHECKSUMS[file]:
        raise ModelFileDamaged(
            f"{path} has SHA-256 {found[:16]}… and should have {CHECKSUMS[file][:16]}…; run: pip "
            f"install --force-reinstall {PACKAGE}=={PACKAGE_VERSION}"
        )
    return path.read_bytes()
