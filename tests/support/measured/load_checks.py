"""What is sent to a server to see what it can, and how it behaves when that is too much."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support import pictures
from tests.support.measured.http_client import Answer, ask, form, get, leave, percentile
from tests.support.measured.open_loop import Load
from tests.support.measured.process_tree import cpu_s
from tests.support.measured.served import Served

COMPARE = "/api/compare"
PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
OTHER = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.BIDEN.read_bytes()}
# Each field of a request that decides its verdict, with another value than the default.
VARIED = {
    "threshold": "0.3",
    "fmr": "0.01",
    "face": "most-central",
    "engine": "dlib-fast",
    "min_quality": "refuse",
    "strict": "true",
    "chips": "true",
    "image1_face": "0",
    "image2_face": "0",
}
SHED = (429, 503)
IDLE_CPU_S, IDLE_AFTER_S = 0.05, 0.5


def pair_request() -> bytes:
    return form(COMPARE, PAIR)


def unloaded_median(server: Served, requests: int) -> float:
    """Seconds of one comparison, one after the other."""
    return percentile(sorted(asyncio.run(_in_turn(server.port, requests))), 0.5)


async def _in_turn(port: int, requests: int) -> list[float]:
    return [(await ask(port, pair_request())).after_s for _ in range(requests)]


def capacity(server: Served, clients: int, requests: int) -> float:
    """Comparisons a second, of so many clients that wait for their answers."""

    async def run() -> float:
        begun = time.perf_counter()
        found = await asyncio.gather(
            *(_in_turn(server.port, requests // clients) for _ in range(clients))
        )
        return sum(map(len, found)) / (time.perf_counter() - begun)

    return asyncio.run(run())


def apart(server: Served, rate: float, seconds: float) -> Load:
    """The load, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "request"
        file.write_bytes(pair_request())
        command = [sys.executable, "-m", "tests.support.measured.open_loop"]
        command += [str(server.port), str(rate), str(seconds), str(file)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return Load(**json.loads(ran.stdout))


def settled(server: Served, within_s: float = 60) -> None:
    """Until the server computes nothing any more."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        before = cpu_s(server.pid)
        time.sleep(IDLE_AFTER_S)
        if cpu_s(server.pid) - before <= IDLE_CPU_S:
            return


def left_records(server: Served, clients: int) -> int:
    """How many comparisons are recorded for clients that send all and leave at once."""
    before = server.records()

    async def run() -> None:
        await asyncio.gather(*(leave(server.port, pair_request()) for _ in range(clients)))

    asyncio.run(run())
    settled(server)
    return server.records() - before


def one_key(server: Served, requests: int) -> list[str]:
    """What is wrong with so many parallel requests of one idempotency key, and with others of the
    same key in which one field is another."""
    before, wrong = server.records(), []
    same = form(COMPARE, PAIR, Idempotency_Key="the-same")

    async def at_once() -> list[Answer]:
        return await asyncio.gather(*(ask(server.port, same) for _ in range(requests)))

    answers = asyncio.run(at_once())
    statuses = Counter(each.status for each in answers)
    ids = {each.value()["comparison_id"] for each in answers if each.status == 200}
    if len(ids) != 1 or statuses.keys() - {200, *SHED}:
        wrong.append(f"{requests} of one key: {dict(statuses)}, {len(ids)} comparisons")
    settled(server)
    if server.records() - before != 1:
        wrong.append(f"{requests} of one key: {server.records() - before} records")
    for name, value in VARIED.items():
        answer = asyncio.run(
            ask(server.port, form(COMPARE, PAIR, {name: value}, Idempotency_Key="the-same"))
        )
        if answer.status != 422:
            wrong.append(f"the same key with {name}={value}: {answer.status}, expected 422")
    answer = asyncio.run(ask(server.port, form(COMPARE, OTHER, Idempotency_Key="the-same")))
    if answer.status != 422:
        wrong.append(f"the same key with another photo: {answer.status}, expected 422")
    return wrong


def is_alive(server: Served) -> bool:
    return asyncio.run(ask(server.port, get("/api/health"))).status == 200
