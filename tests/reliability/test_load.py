"""A real server that gets more than it can do, by counts; the times are `make load`'s."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.measured import load_checks as checks
from tests.support.measured.http_client import ask
from tests.support.measured.served import Served, served
from tests.support.measured.soak_runs import State, grown, soak

AT_ONCE, LEAVING, SAME_KEY = 40, 20, 20
ANSWERED = {200, 429, 503}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as started:
        checks.unloaded_median(started, 2)
        yield started


def test_what_is_too_much_is_refused_and_what_is_answered_is_recorded(server: Served) -> None:
    before = server.records()

    async def at_once() -> list[tuple[int, bool]]:
        answers = await asyncio.gather(
            *(ask(server.port, checks.pair_request()) for _ in range(AT_ONCE))
        )
        return [(each.status, "retry-after" in each.headers) for each in answers]

    answers = asyncio.run(at_once())
    statuses = Counter(status for status, _ in answers)
    assert statuses.keys() <= ANSWERED
    assert all(told for status, told in answers if status != 200)
    assert 0 < statuses[200] < AT_ONCE
    checks.settled(server)
    assert server.records() - before == statuses[200]
    assert checks.is_alive(server)


def test_clients_that_leave_are_not_recorded(server: Served) -> None:
    assert checks.left_records(server, LEAVING) == 0


def test_one_idempotency_key_is_one_comparison_whatever_else_is_asked(server: Served) -> None:
    assert checks.one_key(server, SAME_KEY) == []


def test_nothing_grows(server: Served) -> None:
    list(soak(server, 24, 1, 4))  # until each thread, and each cell, has had something to do
    before = server.records()
    states = [each for each in soak(server, 30, 3, 2) if isinstance(each, State)]
    assert len(states) == 3
    assert [each for each in grown(states) if "records" not in each] == []
    assert server.records() - before == 30
