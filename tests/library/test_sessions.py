"""A network is opened once in a process, however many engines use it."""

from __future__ import annotations

import gc
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines import onnx_session
from facecompare.engines.catalogue import load_engine
from facecompare.engines.onnx_session import open_session
from facecompare.pipeline.decode import Photo
from tests.support.pictures import OBAMA, OBAMA2

Opened = list[tuple[str, int]]
PHOTOS = Photo(OBAMA.read_bytes()), Photo(OBAMA2.read_bytes())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What is opened from here on, (file, threads), as in a process that begins."""
    files: Opened = []
    open_new = onnx_session._new_session

    def noted(path: Path, threads: int) -> Any:
        files.append((path.name, threads))
        return open_new(path, threads)

    monkeypatch.setattr(onnx_session, "_new_session", noted)
    monkeypatch.setattr(onnx_session, "_opened", type(onnx_session._opened)())
    return files


def test_engines_share_the_networks_that_they_have_in_common(
    opened: Opened, settings: Settings
) -> None:
    settings = replace(settings, threads=2)
    names = ("dlib-sface", "dlib-yunet", "sface")
    for engine in [load_engine(name, settings) for name in names]:
        compare(*PHOTOS, engine)
    assert sorted(opened) == [("face-network.onnx", 1), ("sface.onnx", 1), ("yunet.onnx", 1)]


def test_another_number_of_threads_is_another_session(opened: Opened, models_dir: Path) -> None:
    path = models_dir / "sface.onnx"
    one, other, again = (open_session(path, threads) for threads in (1, 2, 1))
    assert one is again
    assert one is not other
    assert opened == [("sface.onnx", 1), ("sface.onnx", 2)]


def test_a_file_that_was_replaced_is_opened_anew(
    opened: Opened, models_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "network.onnx"
    shutil.copy(models_dir / "yunet.onnx", path)
    before = open_session(path, 1)
    shutil.copy(models_dir / "sface.onnx", path)
    after = open_session(path, 1)
    assert before is not after
    assert [each.name for each in after.get_inputs()] == ["chips"]


def test_a_session_that_nobody_uses_is_closed(opened: Opened, models_dir: Path) -> None:
    path = models_dir / "yunet.onnx"
    session = open_session(path, 1)
    assert len(onnx_session._opened) == 1
    del session
    gc.collect()
    assert len(onnx_session._opened) == 0


def test_threads_that_open_at_once_get_one_session(opened: Opened, models_dir: Path) -> None:
    path = models_dir / "yunet.onnx"
    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda _: open_session(path, 1), range(8)))
    assert len({id(session) for session in sessions}) == 1
