"""CUDA's path as far as it goes on a CPU: the same code, the other provider."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facecompare.batches.embedding import EmbeddedPhoto, embed_photos
from facecompare.config import Settings
from facecompare.engines import onnx_session
from facecompare.engines.catalogue import load_engine
from facecompare.engines.onnx_session import open_session
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from tests.support import pictures

PHOTOS = {
    path.name: path.read_bytes() for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
}


def embedded(engine: Engine, chips_at_once: int) -> dict[str, EmbeddedPhoto]:
    names = [f"{number} {name}" for number in range(3) for name in PHOTOS]
    found = embed_photos(
        names,
        lambda name: Photo(PHOTOS[name.split(" ", 1)[1]]),
        engine,
        RequestOptions(threads=2),
        chips_at_once,
    )
    return {photo.name: photo for photo in found}


@pytest.mark.parametrize("chips_at_once", [1, 4, 9, 64])
def test_the_batch_size_changes_no_embedding(engine: Engine, chips_at_once: int) -> None:
    """To the sum's last digits, which depend on the order in which it is added up."""
    alone, together = embedded(engine, 1), embedded(engine, chips_at_once)
    assert alone.keys() == together.keys()
    for name, photo in alone.items():
        other = together[name]
        assert photo.sha256 == other.sha256
        (one,), (another,) = photo.embeddings, other.embeddings
        np.testing.assert_allclose(one.values, another.values, atol=1e-6)


def test_a_gpu_that_cannot_be_used_is_told_and_the_cpu_gives_the_same(
    settings: Settings,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wanted = [onnx_session.CUDA, "CPUExecutionProvider"]
    monkeypatch.setattr(onnx_session, "_providers", lambda _: wanted)
    monkeypatch.setattr(onnx_session, "_opened", {})  # as in a process that begins
    # ONNX Runtime's build for the CPU warns by itself of a provider that it does not know.
    with caplog.at_level(logging.INFO), pytest.warns(UserWarning, match="CUDAExecutionProvider"):
        found = embedded(load_engine(settings.engine, replace(settings, threads=1)), 16)
    fallback = "runs on the CPU: no GPU was found that can be used"
    told = {message.removesuffix(f" {fallback}") for message in caplog.messages}
    assert told == {"face-network.onnx", "sface.onnx", "yunet.onnx"}
    for name, photo in found.items():
        expected = embedded(engine, 16)[name]
        (one,), (another,) = photo.embeddings, expected.embeddings
        np.testing.assert_allclose(one.values, another.values, atol=1e-6)


def test_it_says_where_a_network_runs(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(onnx_session, "_opened", {})  # as in a process that begins
    with caplog.at_level(logging.INFO):
        open_session(models_dir / "face-network.onnx", threads=1)
    assert "face-network.onnx runs on the CPU" in caplog.text
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    caplog.clear()
    with caplog.at_level(logging.INFO):
        onnx_session._log_provider([onnx_session.CUDA, "CPU"], [onnx_session.CUDA], "a network")
    assert "a network runs on the GPU" in caplog.text
