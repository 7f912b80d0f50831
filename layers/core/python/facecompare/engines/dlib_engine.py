"""The default engines: dlib's pipeline, with its networks on ONNX Runtime or, as reference, its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from facecompare.config import Settings
from facecompare.engines.dlib_parts import (
    DlibCnnDetector,
    DlibFaceNetwork,
    DlibLandmarks,
    HogDetector,
)
from facecompare.engines.protocol import EngineCard, FaceDetector, LandmarkPredictor
from facecompare.model_build.sources import (
    CHECKSUMS,
    CNN_DETECTOR_DAT,
    FACE_NETWORK_DAT,
    LANDMARKS5_DAT,
    LANDMARKS68_DAT,
    dat_path,
)
from facecompare.model_files import digest_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FaceNetwork(Protocol):
    """Embeds chips."""

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension]."""
        ...


@dataclass
class DlibEngine:
    """Fulfils `Engine`; the 68-point predictor is loaded when first asked for."""

    card: EngineCard
    model_digest: str
    detectors: Sequence[FaceDetector]
    landmarks5: LandmarkPredictor
    network: FaceNetwork
    landmarks68_path: Path

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, 150, 150, 3] RGB chips → [N, 128] float32."""
        return self.network.embed(chips)

    def landmarks68(self) -> LandmarkPredictor:
        """dlib's 68-point predictor."""
        return self._landmarks68

    @cached_property
    def _landmarks68(self) -> LandmarkPredictor:
        return DlibLandmarks(self.landmarks68_path)


def load_dlib_engine(card: EngineCard, settings: Settings) -> DlibEngine:
    """The engine of this card.

    Raises  ModelFileMissing, ModelFileDamaged, PackageMissing.
    """
    return DlibEngine(
        card=card,
        model_digest=digest_of(
            CHECKSUMS[file] for file in (CNN_DETECTOR_DAT, FACE_NETWORK_DAT, LANDMARKS5_DAT)
        ),
        detectors=(HogDetector(), DlibCnnDetector(dat_path(CNN_DETECTOR_DAT))),
        landmarks5=DlibLandmarks(dat_path(LANDMARKS5_DAT)),
        network=DlibFaceNetwork(dat_path(FACE_NETWORK_DAT)),
        landmarks68_path=dat_path(LANDMARKS68_DAT),
    )
