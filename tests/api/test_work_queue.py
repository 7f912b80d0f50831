"""What runs, what waits, what is refused, and what becomes of work that nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from facecompare.api.work_queue import Client, WorkQueue
from facecompare.errors import Overloaded, TimedOut, TooManyAtOnce
from facecompare.options import NobodyWaits
from facecompare.service import FaceService


@dataclass
class Service:
    """Counts what a queue asks of it."""

    threads: int = 2
    deadline_s: float = 30
    resets: int = 0

    @property
    def settings(self) -> SimpleNamespace:
        return SimpleNamespace(threads=self.threads, deadline_s=self.deadline_s)

    def reset_engines(self) -> None:
        self.resets += 1


@dataclass
class Asker:
    """A request whose client leaves when it is told to."""

    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}


class Work:
    """Tasks that go on until they are released; who began and who was told to end is kept."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.recorded: list[str] = []

    def task(self, name: str, *, heeds: bool = True) -> Callable[[Any, Client], str]:
        def run(_service: FaceService, client: Client) -> str:
            self.begun.append(name)
            while not self.released.wait(0.01):
                if heeds:
                    self._check(name, client)
            self._check(name, client)
            with client.recording():
                self.recorded.append(name)
            return name

        return run

    def _check(self, name: str, client: Client) -> None:
        try:
            client.check()
        except NobodyWaits:
            self.ended.append(name)
            raise


@pytest.fixture
def work() -> Work:
    return Work()


def asked(
    queue: WorkQueue,
    task: Callable[[Any, Client], str],
    caller: str = "",
    asker: Asker | None = None,
) -> asyncio.Task[str]:
    request = cast(Request, asker or Asker())
    return asyncio.ensure_future(queue.run(task, caller, request))


def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def queue_of(service: Service) -> WorkQueue:
    return WorkQueue(cast(FaceService, service))


def test_so_many_run_as_many_wait_and_others_are_refused(work: Work) -> None:
    async def scene() -> None:
        queue = queue_of(Service(threads=2))
        tasks = [asked(queue, work.task(str(each)), str(each)) for each in range(4)]
        await until(lambda: len(work.begun) == 2)
        with pytest.raises(Overloaded):
            await asked(queue, work.task("one more"), "another")
        with pytest.raises(Overloaded):
            queue.refuse_where_full("another")
        work.released.set()
        assert await asyncio.gather(*tasks) == ["0", "1", "2", "3"]
        assert work.begun == ["0", "1", "2", "3"]
        queue.refuse_where_full("another")

    run(scene)


def test_one_caller_leaves_room_for_others(work: Work) -> None:
    async def scene() -> None:
        queue = queue_of(Service(threads=4))
        many = [asked(queue, work.task(f"many {each}"), "many") for each in range(8)]
        await until(lambda: any(each.done() for each in many))
        other = asked(queue, work.task("other"), "other")
        await until(lambda: sum(each.done() for each in many) == 2)
        work.released.set()
        assert await other == "other"
        found = await asyncio.gather(*many, return_exceptions=True)
        assert [type(each) for each in found] == 6 * [str] + 2 * [TooManyAtOnce]

    run(scene)


def test_one_caller_of_one_thread_may_wait_once(work: Work) -> None:
    async def scene() -> None:
        queue = queue_of(Service(threads=1))
        tasks = [asked(queue, work.task(name), "one") for name in ("first", "second")]
        await until(lambda: work.begun == ["first"])
        with pytest.raises(TooManyAtOnce):
            await asked(queue, work.task("third"), "one")
        work.released.set()
        assert await asyncio.gather(*tasks) == ["first", "second"]

    run(scene)


def test_work_of_a_client_that_left_is_not_begun(work: Work) -> None:
    async def scene() -> None:
        queue, asker = queue_of(Service(threads=1)), Asker()
        first = asked(queue, work.task("first"), "one")
        second = asked(queue, work.task("second"), "two", asker)
        await until(lambda: work.begun == ["first"])
        asker.left.set()
        with pytest.raises(ClientDisconnect):
            await second
        work.released.set()
        await first
        assert await asked(queue, work.task("third"), "two") == "third"
        assert work.begun == ["first", "third"]

    run(scene)


def test_work_of_a_client_that_left_ends_and_is_not_recorded(work: Work) -> None:
    async def scene() -> None:
        service, asker = Service(threads=1), Asker()
        queue = queue_of(service)
        task = asked(queue, work.task("first"), "one", asker)
        await until(lambda: work.begun == ["first"])
        asker.left.set()
        with pytest.raises(ClientDisconnect):
            await task
        await until(lambda: work.ended == ["first"])
        work.released.set()
        assert await asked(queue, work.task("next"), "two") == "next"
        assert (work.recorded, service.resets) == (["next"], 0)

    run(scene)


def test_the_deadline_ends_the_work_and_holds_the_cap(work: Work) -> None:
    async def scene() -> None:
        service = Service(threads=1, deadline_s=0.2)
        queue = queue_of(service)
        with pytest.raises(TimedOut):
            await asked(queue, work.task("slow"), "one")
        assert (work.ended, work.recorded, service.resets) == (["slow"], [], 0)

    run(scene)


def test_waiting_is_not_hanging(work: Work) -> None:
    async def scene() -> None:
        service = Service(threads=1, deadline_s=0.3)
        queue = queue_of(service)
        first = asked(queue, work.task("first"), "one")
        await asyncio.sleep(0.1)
        second = asked(queue, work.task("second", heeds=False), "two")
        with pytest.raises(TimedOut):
            await first
        work.released.set()
        assert await second == "second"
        third = asked(queue, lambda _service, _client: "third", "one")
        assert await third == "third"
        assert service.resets == 0

    run(scene)


def test_what_waits_too_long_is_told_that_the_service_is_full(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facecompare.api.work_queue.GRACE_S", 0.5)

    async def scene() -> None:
        queue = queue_of(Service(threads=1, deadline_s=0.2))
        first = asked(queue, work.task("first", heeds=False), "one")
        second = asked(queue, work.task("second"), "two")
        with pytest.raises(Overloaded, match="no free place"):
            await second
        with pytest.raises(TimedOut):
            await first
        assert work.begun == ["first"]
        work.released.set()

    run(scene)


def test_what_hangs_is_replaced(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facecompare.api.work_queue.GRACE_S", 0.1)

    async def scene() -> None:
        service = Service(threads=1, deadline_s=0.2)
        queue = queue_of(service)
        with pytest.raises(TimedOut):
            await asked(queue, work.task("hangs", heeds=False), "one")
        assert service.resets == 1
        assert await asked(queue, lambda _service, _client: "well", "one") == "well"
        work.released.set()
        await until(lambda: work.ended == ["hangs"])
        assert work.recorded == []

    run(scene)


def test_what_is_being_recorded_is_answered() -> None:
    entered, may_end = threading.Event(), threading.Event()

    def recording(_service: FaceService, client: Client) -> str:
        with client.recording():
            entered.set()
            may_end.wait(10)
        return "recorded"

    async def scene() -> None:
        queue = queue_of(Service(threads=1, deadline_s=0.2))
        task = asked(queue, recording, "one")
        await until(entered.is_set)
        await asyncio.sleep(0.3)
        may_end.set()
        assert await task == "recorded"

    run(scene)


def test_work_that_a_server_cancels_as_it_ends_is_not_recorded(work: Work) -> None:
    async def scene() -> None:
        queue = queue_of(Service(threads=1))
        tasks = [asked(queue, work.task(name), name) for name in ("runs", "waits")]
        await until(lambda: work.begun == ["runs"])
        for task in tasks:
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in found] == 2 * [asyncio.CancelledError]
        await until(lambda: work.ended == ["runs"])
        work.released.set()
        assert await asked(queue, work.task("next")) == "next"
        assert work.recorded == ["next"]

    run(scene)


def test_giving_up_ends_what_can_be_ended() -> None:
    client, killed = Client(), threading.Event()
    with client.ended_by(killed.set):
        assert client.end()
    assert killed.is_set()
    with pytest.raises(NobodyWaits), client.ended_by(killed.set):
        pass
    with pytest.raises(NobodyWaits), client.recording():
        pass


def test_an_error_of_the_work_is_the_callers() -> None:
    def fails(_service: FaceService, _client: Client) -> str:
        raise ValueError("broken")

    async def scene() -> None:
        queue = queue_of(Service(threads=1))
        with pytest.raises(ValueError, match="broken"):
            await asked(queue, fails)
        assert await asked(queue, lambda _service, _client: "well") == "well"

    run(scene)
