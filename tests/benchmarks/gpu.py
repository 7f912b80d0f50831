"""What a GPU adds: faces embedded a second by batch size, and whole photos, beside the CPU.

    python -m tests.benchmarks.gpu LFW

In one run, on every provider that ONNX Runtime offers here: on a machine without a GPU it is the
CPU alone. `nvidia-smi` says how busy the GPU was, where there is one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import numpy as np
import onnxruntime

from facecompare.batches.embedding import embed_photos
from facecompare.config import Settings
from facecompare.engines import onnx_session
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from tests.support.measured.arguments import benchmark_parser, existing_folder

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
CHIPS = 512  # at each size
PHOTOS = 600


def chips_a_second(engine: Engine, size: int) -> float:
    """Random chips: a network takes as long for them as for faces."""
    side = engine.card.chip_side_px
    chips = np.random.default_rng(1).integers(0, 256, (size, side, side, 3), np.uint8)
    engine.embed(chips)
    began = perf_counter()
    rounds = max(1, CHIPS // size)
    for _ in range(rounds):
        engine.embed(chips)
    return rounds * size / (perf_counter() - began)


def photos_a_second(engine: Engine, paths: list[Path], size: int, threads: int) -> float:
    options = RequestOptions(threads=threads)
    began = perf_counter()
    found = embed_photos(
        map(str, paths), lambda name: Photo(Path(name).read_bytes()), engine, options, size
    )
    count = sum(1 for _ in found)
    return count / (perf_counter() - began)


@contextmanager
def gpu_use() -> Iterator[list[int]]:
    """Percent of the time, a sample a second; empty without a GPU."""
    samples: list[int] = []
    if not shutil.which("nvidia-smi"):
        yield samples
        return
    query = ("--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--loop=1")
    with subprocess.Popen(["nvidia-smi", *query], stdout=subprocess.PIPE, text=True) as watch:
        yield samples
        watch.terminate()
        assert watch.stdout
        samples.extend(int(line) for line in watch.stdout if line.strip().isdigit())


def main(lfw: Path) -> None:
    settings = Settings.from_env()
    paths = sorted((lfw / "images").rglob("*.jpg"))[:PHOTOS]
    offered = onnxruntime.get_available_providers()
    print(f"ONNX Runtime {onnxruntime.__version__} offers {', '.join(offered)}")
    for provider in ("CPUExecutionProvider", onnx_session.CUDA):
        if provider not in offered:
            print(f"{provider}: not here, so not measured")
            continue
        with patch.object(onnx_session, "_providers", lambda _, only=provider: [only]):
            engine = load_engine(settings.engine, settings)
        print(f"{provider}: chips embedded a second by batch size")
        for size in BATCHES:
            print(f"  {size:4}  {chips_a_second(engine, size):8.0f}", flush=True)
        photos_a_second(engine, paths[:50], 16, settings.threads)
        with gpu_use() as use:
            for size in (1, 16, 64):
                rate = photos_a_second(engine, paths, size, settings.threads)
                print(f"  whole photos, {size:2} at once: {rate:.1f} a second", flush=True)
        if use:
            print(f"  GPU busy: {sum(use) / len(use):.0f} % of the time")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    main(line.parse_args().lfw)
