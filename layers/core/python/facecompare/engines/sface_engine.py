"""SFace by itself, and beside dlib's network: two networks that decide together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from facecompare.config import Settings
from facecompare.engines.cards import engine_card
from facecompare.engines.dlib_engine import DlibEngine, OnnxFaceNetwork, load_yunet_dlib_engine
from facecompare.engines.dlib_parts import DlibLandmarks
from facecompare.engines.lazy import Lazy
from facecompare.engines.onnx_session import open_session, thread_share
from facecompare.engines.protocol import EngineCard
from facecompare.engines.yunet import yunet_detectors
from facecompare.model_store.files import Models


def load_sface_engine(card: EngineCard, settings: Settings, models: Models) -> DlibEngine:
    """SFace on faces that YuNet finds, aligned by YuNet's points.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    return DlibEngine(
        card=card,
        model_digest=models.digest(card.models),
        detectors=yunet_detectors(models, settings),
        landmarks5=None,
        landmarks68=Lazy(lambda: DlibLandmarks(models.path_of("landmarks68"))),
        network=OnnxFaceNetwork(open_session(models.path_of("sface"), thread_share(settings))),
    )


def load_two_networks(card: EngineCard, settings: Settings, models: Models) -> DlibEngine:
    """Dlib's engine with SFace's beside it, loaded side by side.

    Raises  ModelFileMissing, ModelFileDamaged, ModelsUnavailable.
    """
    assert card.second is not None  # noqa: S101 – the catalogue chooses by it
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(load_sface_engine, card.second.card, settings, models)
        first = load_yunet_dlib_engine(engine_card(card.second.first_id), settings, models)
        digest = models.digest(card.models)
        return replace(first, card=card, model_digest=digest, first=first, second=second.result())
