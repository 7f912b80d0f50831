"""Comparisons a second with several threads in one process, and with several processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from time import perf_counter

from facecompare.bench.contenders import Bench
from facecompare.compare import compare
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo


def per_second_threads(bench: Bench, comparisons: int) -> dict[int, float]:
    """By number of threads, each comparison on a thread of its own."""
    rates = {}
    for workers in _numbers():
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda _: bench.pair(threads=1), range(workers)))
            started = perf_counter()
            list(pool.map(lambda _: bench.pair(threads=1), range(comparisons)))
            rates[workers] = comparisons / (perf_counter() - started)
    return rates


def per_second_processes(
    photos: tuple[Photo, Photo], settings: Settings, comparisons: int
) -> dict[int, float]:
    """By number of processes, each with an engine of its own."""
    rates = {}
    jobs = [(photos, replace(settings, threads=1))] * comparisons
    for workers in _numbers():
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(_compare_once, jobs[: 2 * workers]))
            started = perf_counter()
            list(pool.map(_compare_once, jobs))
            rates[workers] = comparisons / (perf_counter() - started)
    return rates


def _numbers() -> list[int]:
    cores = os.cpu_count() or 1
    return sorted({1, 2, cores} & set(range(1, cores + 1)))


def _compare_once(job: tuple[tuple[Photo, Photo], Settings]) -> float:
    photos, settings = job
    options = RequestOptions(threads=1)
    return compare(*photos, _engine(settings), options).match.distance


@cache
def _engine(settings: Settings) -> Engine:
    return load_engine(settings.engine, settings)
