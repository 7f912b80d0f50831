"""dlib's pipeline: its HOG detector and shape predictors, and its networks on ONNX Runtime.

`load_reference_engine` has the networks on dlib's own convolutions instead: the same numbers, 20 to
30 times slower. Tests and benchmarks compare with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from facecompare.config import Settings
from facecompare.engines.cnn_detector import CnnDetector
from facecompare.engines.dlib_parts import (
    DlibCnnDetector,
    DlibFaceNetwork,
    DlibLandmarks,
    HogDetector,
)
from facecompare.engines.lazy import Lazy
from facecompare.engines.mtcnn import SURELY_UPRIGHT, Mtcnn, MtcnnDetector
from facecompare.engines.onnx_session import open_session, thread_share
from facecompare.engines.protocol import Engine, EngineCard, FaceDetector, LandmarkPredictor
from facecompare.engines.yunet import yunet_detectors
from facecompare.model_store.files import Models
from facecompare.model_store.sources import CNN_DETECTOR_DAT, FACE_NETWORK_DAT, dat_path

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FaceNetwork(Protocol):
    """Embeds chips."""

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension]."""
        ...


class OnnxFaceNetwork:
    """dlib's face network on ONNX Runtime; one session serves all threads."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension]."""
        channels_first = np.ascontiguousarray(chips.transpose(0, 3, 1, 2))
        (embeddings,) = self._session.run(["embeddings"], {"chips": channels_first})
        result: NDArray[np.float32] = embeddings
        return result


@dataclass
class DlibEngine:
    """Fulfils `Engine`; what is not needed for every photo is loaded when first asked for."""

    card: EngineCard
    model_digest: str
    detectors: Sequence[FaceDetector]
    landmarks5: LandmarkPredictor | None
    landmarks68: Lazy[LandmarkPredictor]
    network: FaceNetwork
    first: Engine | None = None
    second: Engine | None = None

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, 150, 150, 3] RGB chips → [N, 128] float32."""
        return self.network.embed(chips)


def load_dlib_engine(
    card: EngineCard, settings: Settings, models: Models, detector: str = "hog"
) -> DlibEngine:
    """The engine of this card; the face network loads while the landmarks do.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    share = thread_share(settings)
    with ThreadPoolExecutor(1) as pool:
        session = pool.submit(lambda: open_session(models.path_of("face-network"), share))
        detectors = detectors_of(detector, models, settings)
        return _engine(card, models, detectors, lambda: OnnxFaceNetwork(session.result()))


def load_mtcnn_engine(card: EngineCard, settings: Settings, models: Models) -> DlibEngine:
    """dlib's network on faces that MTCNN finds.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    return load_dlib_engine(card, settings, models, detector="mtcnn")


def load_yunet_dlib_engine(card: EngineCard, settings: Settings, models: Models) -> DlibEngine:
    """dlib's network on faces that YuNet finds.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    return load_dlib_engine(card, settings, models, detector="yunet")


def mtcnn_of(models: Models, settings: Settings) -> Mtcnn:
    """MTCNN's networks."""
    names = ("mtcnn-proposal", "mtcnn-refinement", "mtcnn-output")
    share = thread_share(settings)
    return Mtcnn(*(open_session(models.path_of(name), share) for name in names))


def detectors_of(
    name: str, models: Models, settings: Settings, networks: Mtcnn | None = None
) -> tuple[FaceDetector, FaceDetector]:
    """The detector of this name and, after it, one that judges all four turns."""
    if name == "mtcnn":
        networks = networks or mtcnn_of(models, settings)
        return MtcnnDetector(networks, SURELY_UPRIGHT), MtcnnDetector(networks)
    if name == "yunet":
        return yunet_detectors(models, settings)
    cnn = models.path_of("cnn-detector")
    hog = HogDetector(models.path_of("hog-detector"))
    return hog, CnnDetector(lambda: open_session(cnn, settings.threads))


def load_reference_engine(card: EngineCard, _settings: Settings, models: Models) -> DlibEngine:
    """The same pipeline on dlib's own networks, read from where their package lies.

    Raises  PackageMissing, ModelFileMissing, ModelFileDamaged.
    """
    return _engine(
        card,
        models,
        (
            HogDetector(models.path_of("hog-detector")),
            DlibCnnDetector(dat_path(CNN_DETECTOR_DAT)),
        ),
        lambda: DlibFaceNetwork(dat_path(FACE_NETWORK_DAT)),
    )


def _engine(
    card: EngineCard,
    models: Models,
    detectors: Sequence[FaceDetector],
    network: Callable[[], FaceNetwork],
) -> DlibEngine:
    return DlibEngine(
        card=card,
        model_digest=models.digest(card.models),
        detectors=detectors,
        landmarks5=DlibLandmarks(models.path_of("landmarks5")),
        landmarks68=Lazy(lambda: DlibLandmarks(models.path_of("landmarks68"))),
        network=network(),
    )
