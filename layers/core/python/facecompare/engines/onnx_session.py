"""How ONNX Runtime is opened: the provider, the threads, and memory that stays flat."""

from __future__ import annotations

import logging
from collections import defaultdict
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, cast
from weakref import WeakValueDictionary

from facecompare.config import Settings
from facecompare.config.environment import switch_off_telemetry
from facecompare.errors import ModelFileDamaged, ModelFileMissing
from facecompare.model_store.files import BUILD_HINT

CUDA = "CUDAExecutionProvider"
PHOTOS_PER_COMPARISON = 2  # worked on side by side; they share the threads

log = logging.getLogger(__name__)


_opened: WeakValueDictionary[tuple[object, ...], Any] = WeakValueDictionary()
_opening: defaultdict[tuple[object, ...], Lock] = defaultdict(Lock)
_choosing = Lock()


def thread_share(settings: Settings) -> int:
    """How many threads one photo's call of a network may use."""
    return max(1, settings.threads // PHOTOS_PER_COMPARISON)


def open_session(path: Path, threads: int) -> Any:
    """An inference session, to be shared by any number of threads, and by all engines that use
    the same network.

    CUDA is used where ONNX Runtime offers it, and the CPU otherwise. `threads` is how many threads
    one call may use.

    Raises  ModelFileMissing; ModelFileDamaged when the file is no model.
    """
    try:
        state = path.stat()
    except OSError as exc:
        raise ModelFileMissing(f"{path} is gone ({exc.strerror}); {BUILD_HINT}") from exc
    key = (path, state.st_mtime_ns, state.st_size, threads)
    with _choosing:
        opening = _opening[key]
    with opening:
        session = _opened.get(key)
        if session is None:
            session = _opened[key] = _new_session(path, threads)
    return session


def _new_session(path: Path, threads: int) -> Any:
    onnxruntime = _silent_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: warnings go to stderr, which is the user's
    # The arena (ONNX Runtime's default) stays on: giving memory back after each call costs the CNN
    # detector a sixth of its time in page faults, and malloc's fragments end up larger than it.
    # Threads that spin while they wait would take the cores from the other photo's stages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    wanted = _providers(onnxruntime)
    try:
        session = onnxruntime.InferenceSession(path, options, providers=wanted)
    except Exception as exc:  # ONNX Runtime's own exceptions have no common root
        raise ModelFileDamaged(
            f"{path.name} cannot be loaded ({type(exc).__name__}); {BUILD_HINT}"
        ) from exc
    _log_provider(session.get_providers(), wanted, path.name)
    return session


def _silent_onnxruntime() -> ModuleType:
    """The only place where ONNX Runtime is imported: it must be told before to send nothing."""
    switch_off_telemetry()
    import onnxruntime

    return cast(ModuleType, onnxruntime)


def _log_provider(given: list[str], wanted: list[str], name: str) -> None:
    """ONNX Runtime itself falls back to the CPU where there is no GPU, or not its driver."""
    if CUDA in given:
        log.info("%s runs on the GPU", name)
    elif CUDA in wanted:
        log.warning("%s runs on the CPU: no GPU was found that can be used", name)
    else:
        log.info("%s runs on the CPU", name)


def _providers(onnxruntime: Any) -> list[str]:
    wanted = (CUDA, "CPUExecutionProvider")
    available = onnxruntime.get_available_providers()
    return [provider for provider in wanted if provider in available]
