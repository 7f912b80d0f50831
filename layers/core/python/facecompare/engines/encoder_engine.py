"""An engine whose network the user brings: any ONNX encoder with a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facecompare.config import Settings
from facecompare.engines.dlib_engine import detectors_of, mtcnn_of
from facecompare.engines.dlib_parts import DlibLandmarks
from facecompare.engines.encoder_cards import encoder_card
from facecompare.engines.lazy import Lazy
from facecompare.engines.mtcnn import MtcnnLandmarks
from facecompare.engines.onnx_session import open_session, thread_share
from facecompare.engines.protocol import Engine, EngineCard, FaceDetector, LandmarkPredictor
from facecompare.errors import BadEncoder, ModelFileDamaged
from facecompare.model_store.files import EncoderSpec, Models

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class EncoderEngine:
    """Fulfils `Engine`."""

    card: EngineCard
    model_digest: str
    detectors: Sequence[FaceDetector]
    landmarks5: LandmarkPredictor | None
    landmarks68: Lazy[LandmarkPredictor]
    encoder: Encoder
    first: Engine | None = None
    second: Engine | None = None

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension] float32."""
        return self.encoder.embed(chips)


class Encoder:
    """An ONNX network behind its card; one session serves all threads."""

    def __init__(self, path: Path, spec: EncoderSpec, threads: int = 1) -> None:
        """Raises  BadEncoder when the network's input or output are not as the card says."""
        self._spec = spec
        try:
            self._session: Any = open_session(path, threads)
        except ModelFileDamaged as exc:
            raise BadEncoder(f"{path.name} cannot be loaded; expected an ONNX network") from exc
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)":
            kinds = ", ".join(each.type for each in inputs)
            raise BadEncoder(f"{path.name} takes {kinds}; expected one tensor(float)")
        self._input, self._output = inputs[0].name, outputs[0].name
        side = spec.side
        wanted = (3, side, side) if spec.layout == "NCHW" else (side, side, 3)
        _check_shape(path, "takes", inputs[0].shape, wanted)
        _check_shape(path, "gives", outputs[0].shape, (spec.dimension,))
        self._one_by_one = inputs[0].shape[0] == 1

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension], of unit length where the card says so."""
        size = 1 if self._one_by_one else len(chips)
        parts = [self._run(chips[at : at + size]) for at in range(0, len(chips), size)]
        values: NDArray[np.float32] = np.concatenate(parts)
        if self._spec.normalisation == "l2":
            values = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
        return values

    def _run(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        spec = self._spec
        pixels = chips[..., ::-1] if spec.colour == "BGR" else chips
        mean = np.array(spec.mean, dtype=np.float32)
        scaled = (pixels.astype(np.float32) - mean) * np.float32(spec.scale)
        if spec.layout == "NCHW":
            scaled = scaled.transpose(0, 3, 1, 2)
        given = {self._input: np.ascontiguousarray(scaled)}
        (values,) = self._session.run([self._output], given)
        return np.asarray(values, dtype=np.float32).reshape(len(chips), -1)


def load_encoder_engine(spec: EncoderSpec, settings: Settings, models: Models) -> EncoderEngine:
    """The engine of this encoder.

    Raises  BadEncoder, ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    card = encoder_card(spec)
    networks = None if spec.detector == "yunet" else mtcnn_of(models, settings)
    share = thread_share(settings)
    return EncoderEngine(
        card=card,
        model_digest=models.digest(card.models),
        detectors=detectors_of(spec.detector, models, settings, networks),
        landmarks5=MtcnnLandmarks(networks) if networks else None,
        landmarks68=Lazy(lambda: DlibLandmarks(models.path_of("landmarks68"))),
        encoder=Encoder(models.path_of(spec.id), spec, share),
    )


def try_out(path: Path, spec: EncoderSpec) -> None:
    """Run the network on three chips of noise, together and alone.

    Raises  BadEncoder when it gives anything but finite numbers that tell chips apart.
    """
    random = np.random.default_rng(0)
    chips = random.integers(0, 256, (3, spec.side, spec.side, 3), dtype=np.uint8)
    try:
        encoder = Encoder(path, spec)
        together, alone = encoder.embed(chips), encoder.embed(chips[:1])
    except BadEncoder:
        raise
    except Exception as exc:  # ONNX Runtime's own exceptions have no common root
        raise BadEncoder(f"{path.name} fails on a chip ({type(exc).__name__})") from exc
    if together.shape != (3, spec.dimension):
        raise BadEncoder(
            f"{path.name} gives {together.shape[1:]} numbers for a chip; its card says "
            f"{spec.dimension}"
        )
    if not np.isfinite(together).all():
        raise BadEncoder(f"{path.name} gives numbers that are not finite")
    if np.allclose(together[0], together[1]) or not np.allclose(together[0], alone[0], atol=1e-3):
        raise BadEncoder(f"{path.name} does not give each chip numbers of its own")


def _check_shape(path: Path, verb: str, found: Sequence[Any], wanted: Sequence[int]) -> None:
    """Free dimensions, which have names, fit; the first is the batch."""
    rest = list(found[1:])
    fixed = all(
        size == want or not isinstance(size, int) for size, want in zip(rest, wanted, strict=False)
    )
    if len(rest) != len(wanted) or not fixed:
        raise BadEncoder(
            f"{path.name} {verb} {list(found)}; its card says [N, {', '.join(map(str, wanted))}]"
        )
