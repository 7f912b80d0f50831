"""What a server holds while it compares for long."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from tests.support.measured.http_client import ask
from tests.support.measured.load_checks import pair_request
from tests.support.measured.process_tree import (
    cpu_s,
    descriptors,
    memory_bytes,
    threads,
    tree,
)
from tests.support.measured.served import Served

MEMORY_GROWTH = 1.1  # of the memory after the first part
MORE = 4  # descriptors, threads or processes that may come and go


@dataclass(frozen=True, slots=True)
class State:
    """After so many comparisons."""

    comparisons: int
    memory: int
    descriptors: int
    threads: int
    processes: int
    records: int
    cpu_s: float

    def __str__(self) -> str:
        done, memory, files, lanes, processes, records, cpu = astuple(self)
        return (
            f"{done:7,} {memory / 1e6:8.0f} {files:11} {lanes:7} {processes:9} {records:7,} "
            f"{cpu:8.0f}"
        )


HEAD = (
    f"{'done':>7} {'MB':>8} {'descriptors':>11} {'threads':>7} {'processes':>9} {'records':>7} "
    + (f"{'CPU s':>8}")
)


def soak(server: Served, comparisons: int, parts: int, clients: int) -> Iterator[State | str]:
    """The state after each part, or what was answered that no comparison is."""
    for part in range(1, parts + 1):
        statuses = asyncio.run(_part(server.port, comparisons // parts, clients))
        if statuses.keys() != {200}:
            yield f"part {part} was answered with {dict(statuses)}; expected 200 only"
        done = part * (comparisons // parts)
        root = server.pid
        yield State(
            done,
            memory_bytes(root),
            descriptors(root),
            threads(root),
            len(tree(root)),
            server.records(),
            cpu_s(root),
        )


async def _part(port: int, comparisons: int, clients: int) -> Counter[int]:
    request, left = pair_request(), iter(range(comparisons))

    async def client() -> Counter[int]:
        return Counter([(await ask(port, request)).status for _ in left])

    found = await asyncio.gather(*(client() for _ in range(clients)))
    return sum(found, Counter[int]())


def grown(states: list[State]) -> list[str]:
    """What is more in the end than after the first part, beyond what comes and goes."""
    first, last = states[0], states[-1]
    found = []
    if last.memory > MEMORY_GROWTH * first.memory:
        found.append(f"memory grew from {first.memory / 1e6:.0f} to {last.memory / 1e6:.0f} MB")
    for name in ("descriptors", "threads", "processes"):
        before, after = getattr(first, name), getattr(last, name)
        if after > before + MORE:
            found.append(f"{name} grew from {before} to {after}")
    if last.records != last.comparisons:
        found.append(f"{last.records:,} records of {last.comparisons:,} comparisons")
    return found
