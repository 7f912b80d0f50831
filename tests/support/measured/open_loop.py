"""Arrivals at a fixed rate, whatever the server does: requests are sent when they are due.

    python -m tests.support.measured.open_loop PORT RATE SECONDS FILE

sends the request in FILE so often a second and asks for health, records and page beside it, in a
process of its own; it prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.support.measured.http_client import Answer, ask, get

BESIDE = {"health": "/api/health", "records": "/api/comparisons?limit=20", "page": "/"}
BESIDE_EVERY_S = 0.25
ACCEPTED, REFUSED = 200, (429, 503)


@dataclass
class Load:
    """Seconds from when a request was due to its whole answer, by what was answered."""

    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    beside: dict[str, list[float]] = field(default_factory=dict)
    beside_failed: int = 0
    without_retry_after: int = 0


async def load(port: int, request: bytes, rate: float, seconds: float) -> Load:
    """That many seconds of it, and then until the last answer."""
    found, over = Load(beside={name: [] for name in BESIDE}), asyncio.Event()
    beside = [asyncio.create_task(_beside(port, each, found, over)) for each in BESIDE]
    begun, tasks = time.perf_counter(), []
    for number in range(round(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(port, request, due=due)))
    over.set()
    answers = await asyncio.gather(*tasks)
    await asyncio.gather(*beside)
    _sort(answers, found)
    return found


def _sort(answers: list[Answer], found: Load) -> None:
    found.statuses = dict(Counter(f"{each.status} {each.code()}".strip() for each in answers))
    for each in answers:
        if each.status == ACCEPTED:
            found.accepted.append(each.after_s)
        elif each.status in REFUSED:
            found.refused.append(each.after_s)
            found.without_retry_after += "retry-after" not in each.headers


async def _beside(port: int, name: str, found: Load, over: asyncio.Event) -> None:
    while not over.is_set():
        answer = await ask(port, get(BESIDE[name]))
        found.beside[name].append(answer.after_s)
        found.beside_failed += answer.status != ACCEPTED
        await asyncio.sleep(BESIDE_EVERY_S)


if __name__ == "__main__":
    port, rate, seconds, file = sys.argv[1:]
    loaded = asyncio.run(load(int(port), Path(file).read_bytes(), float(rate), float(seconds)))
    print(json.dumps(asdict(loaded)))
