"""Photos → embeddings, in parallel processes; each photo once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from PIL import Image, ImageOps

from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Box, Engine
from facecompare.errors import ImageError
from facecompare.evaluation.cache import EmbeddingCache, EmbeddingResult
from facecompare.evaluation.degradations import DEGRADATIONS
from facecompare.evaluation.recipes import EmbeddingRecipe
from facecompare.options import FacePolicy
from facecompare.pipeline.decode import Photo, decode
from facecompare.pipeline.detect import choose, detect
from facecompare.pipeline.embed import embed
from facecompare.telemetry import Timing

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 8  # photos a process takes at once: some tenths of a second of work
SEED_CHARACTERS = 8  # of a photo's SHA-256, from which its damage is drawn


@dataclass(frozen=True, slots=True)
class Task:
    """A photo to embed by a recipe; `box` tells a degradation where the face is."""

    path: Path
    sha256: str
    recipe: EmbeddingRecipe
    box: tuple[float, ...] = ()


class Embedder:
    """Processes that embed photos; started for the first photo that is not in the cache, and kept
    for all that follow until the block ends."""

    def __init__(self, cache: EmbeddingCache, settings: Settings, processes: int) -> None:
        self._cache = cache
        self._settings = replace(settings, threads=1)
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def embed(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, EmbeddingResult]]:
        """Each task with its result: first those in the cache, then as they are done."""
        fresh = []
        for task in tasks:
            if (known := self._cache.find(task.sha256, task.recipe)) is not None:
                yield task, known
            else:
                fresh.append(task)
        if not fresh:
            return
        made = self._started().map(_embedding_result, fresh, chunksize=CHUNK)
        for task, embedded in zip(fresh, made, strict=True):
            self._cache.keep(task.sha256, task.recipe, embedded)
            yield task, embedded

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # A forked copy of a process whose networks have threads would hang.
            spawn = get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, spawn, _begin, (self._settings,))
        return self._pool


_settings = Settings.from_env({})
_engines: dict[str, Engine] = {}


def _begin(settings: Settings) -> None:
    global _settings
    _settings = settings


def _engine(recipe: EmbeddingRecipe) -> Engine:
    if recipe.engine not in _engines:
        _engines[recipe.engine] = load_engine(recipe.engine, _settings)
    return recipe.prepared(_engines[recipe.engine])


def _embedding_result(task: Task) -> EmbeddingResult:
    timing = Timing()
    try:
        values, detector, box = _embedded(task, _engine(task.recipe), timing)
    except ImageError as error:
        return EmbeddingResult(np.empty(0, np.float32), error.code, "", (), timing.stages_ms)
    return EmbeddingResult(values, "", detector, box, timing.stages_ms)


def _embedded(
    task: Task, engine: Engine, timing: Timing
) -> tuple[NDArray[np.float32], str, tuple[float, ...]]:
    photo = _photo(task)
    with timing.stage("decode"):
        image = decode(photo, _settings.limits, scaling=engine.card.scaling)
    with timing.stage("detect"):
        detected = detect(image, engine)
        (face,) = choose(detected, FacePolicy.MOST_CENTRAL)  # a portrait's subject is in the middle
    with timing.stage("align"):
        chip = task.recipe.chip(detected.image, face, engine)
    with timing.stage("embed"):
        values = embed(chip, engine).values
    box = detected.image.box_in_photo(face.box)
    return values, face.detector, (box.left, box.top, box.width, box.height)


def _photo(task: Task) -> Photo:
    data = task.path.read_bytes()
    if not task.recipe.degradation:
        return Photo(data)
    degrade = next(each for each in DEGRADATIONS if each.name == task.recipe.degradation)
    with closing(BytesIO(data)) as file:
        upright = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    buffer = BytesIO()
    seed = int(task.sha256[:SEED_CHARACTERS], 16)
    degrade(upright, Box(*task.box), seed).save(buffer, "PNG")
    return Photo(buffer.getvalue())
