"""How many photos a second one core looks at: measured, for the plan."""

from __future__ import annotations

from statistics import median

from facecompare.compare import compare
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.planning.workload import Rates

ROUNDS = 15


def measured_rates(
    photos: tuple[Photo, Photo], engine: Engine, gpu_photos_per_s: float, rounds: int = ROUNDS
) -> Rates:
    """From so many comparisons on one thread, after one to warm up; the GPU's rate is only told."""
    options = RequestOptions(threads=1)
    compare(*photos, engine, options)
    timings = [compare(*photos, engine, options).timing.stages_ms for _ in range(rounds)]
    ms = {name: median(each[name] for each in timings) / len(photos) for name in timings[0]}
    return Rates(
        photos_per_s=1000 / sum(ms.values()),
        found_per_s=1000 / (ms["decode"] + ms["detect"] + ms["align"]),
        gpu_photos_per_s=gpu_photos_per_s,
        photo_bytes=sum(len(photo.data) for photo in photos) // len(photos),
    )
