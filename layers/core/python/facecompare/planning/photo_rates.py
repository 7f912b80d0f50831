"""How many photos a second one core looks at, and the part of a second network: measured."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from facecompare.compare import compare, detect_faces
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.planning.workload import Rates, SecondNetwork

if TYPE_CHECKING:
    from facecompare.pipeline.align import FaceChip

ROUNDS = 15


def measured_rates(
    photos: tuple[Photo, Photo], engine: Engine, gpu_photos_per_s: float, rounds: int = ROUNDS
) -> Rates:
    """From so many comparisons on one thread, after one to warm up; the GPU's rate is only told."""
    ms = _stages_ms(photos, engine, rounds)
    return Rates(
        photos_per_s=1000 / sum(ms.values()),
        found_per_s=1000 / (ms["decode"] + ms["detect"] + ms["align"]),
        gpu_photos_per_s=gpu_photos_per_s,
        photo_bytes=sum(len(photo.data) for photo in photos) // len(photos),
        second=_second_network(photos, engine, sum(ms.values()), rounds),
    )


def second_network(
    photos: tuple[Photo, Photo], engine: Engine, rounds: int = ROUNDS
) -> SecondNetwork | None:
    """The part of the engine's second network in the work on a photo; None where it has none."""
    if engine.second is None:
        return None
    photo_ms = sum(_stages_ms(photos, engine, rounds).values())
    return _second_network(photos, engine, photo_ms, rounds)


def _second_network(
    photos: tuple[Photo, Photo], engine: Engine, photo_ms: float, rounds: int
) -> SecondNetwork | None:
    """`photo_ms` is what one thread needs for a photo."""
    if engine.second is None:
        return None
    options = RequestOptions(threads=1)
    chips = [detect_faces(photo, engine, options).compared.chip for photo in photos]
    ms = median(_embedding_ms(chips, engine.second) for _ in range(rounds)) / len(photos)
    return SecondNetwork(engine.second.card.id, min(1.0, ms / photo_ms))


def _embedding_ms(chips: list[FaceChip], second: Engine) -> float:
    """One chip after the other, as photos come."""
    began = perf_counter()
    for chip in chips:
        assert chip.second_views is not None  # noqa: S101 – the engine has a second network
        second.embed(chip.second_views)
    return (perf_counter() - began) * 1000


def _stages_ms(photos: tuple[Photo, Photo], engine: Engine, rounds: int) -> dict[str, float]:
    """Of one photo on one thread, by stage: medians."""
    options = RequestOptions(threads=1)
    compare(*photos, engine, options)
    timings = [compare(*photos, engine, options).timing.stages_ms for _ in range(rounds)]
    return {name: median(each[name] for each in timings) / len(photos) for name in timings[0]}
