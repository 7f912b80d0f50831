"""Where photos are worked on: so many at once, some more that wait, and no others.

A queue that is longer than what clients wait for makes answers that nobody reads. So what does not
fit is refused at once, what nobody waits for any more is not begun, and what is given up is ended
and leaves no record.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from threading import Lock, Thread, Timer
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from facecompare.api.dependencies import AppServices, PhotosCaller, address_of, one_for_all
from facecompare.errors import Overloaded, TimedOut, TooManyAtOnce
from facecompare.options import NobodyWaits, RequestOptions

if TYPE_CHECKING:
    from facecompare.service import FaceService

T = TypeVar("T")

_STATE = "work_queue"  # its name among what an application has one of
GRACE_S = 2  # in which a stage that was told to end does so; the longest takes tenths of a second


class Client:
    """Who waits for the answer to one request: a `Waiter`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._over = False
        self._recording = False
        self._endings: list[Callable[[], None]] = []

    def check(self) -> None:
        """Raises  NobodyWaits once nobody waits any more."""
        if self._over:
            raise NobodyWaits

    @contextmanager
    def ended_by(self, ending: Callable[[], None]) -> Iterator[None]:
        """What runs inside is ended by calling this."""
        with self._lock:
            self.check()
            self._endings.append(ending)
        try:
            yield
        finally:
            with self._lock:
                self._endings.remove(ending)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """From here on it cannot end: what is recorded is answered."""
        with self._lock:
            self.check()
            self._recording = True
        yield

    def end(self) -> bool:
        """Whether it could be ended."""
        with self._lock:
            if self._recording:
                return False
            self._over = True
            for ending in self._endings:
                ending()
        return True


Task = Callable[["FaceService", "Client"], T]


class _Job(Generic[T]):
    """A task on its way; `answer` is its result."""

    def __init__(self, task: Task[T], caller: str) -> None:
        self.task = task
        self.caller = caller
        self.client = Client()
        self.answer: Future[T] = Future()

    def run(self, service: FaceService) -> Callable[[], None]:
        """Never raises: what is returned gives the answer, or the error, to whoever waits."""
        try:
            return partial(self.answer.set_result, self.task(service, self.client))
        except BaseException as exc:
            return partial(self.answer.set_exception, exc)


class WorkQueue:
    """`threads` tasks run at once, as many more wait; one caller has three quarters of all places
    at most. So an answer takes some four times as long as on an idle service at most."""

    def __init__(self, service: FaceService) -> None:
        self._service = service
        self._deadline_s = service.settings.deadline_s
        self._threads = service.settings.threads
        self._most_waiting = max(2, self._threads)
        places = self._threads + self._most_waiting
        self._share = places - max(1, places // 4)
        self._lock = Lock()
        self._running: set[_Job[Any]] = set()
        self._waiting: deque[_Job[Any]] = deque()

    async def run(self, task: Task[T], caller: str, request: Request) -> T:
        """The task's result, for this caller.

        Raises  Overloaded, TooManyAtOnce, TimedOut; ClientDisconnect once nobody waits.
        """
        job = _Job(task, caller)
        self._admit(job)
        answer = asyncio.wrap_future(job.answer)
        left = asyncio.ensure_future(_client_left(request))
        try:
            ends: set[asyncio.Future[Any]] = {answer, left}
            await asyncio.wait(ends, timeout=self._deadline_s, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await self._give_up(job, answer, left)
            return answer.result()
        except asyncio.CancelledError:  # the server ends, and has told the client so
            if not self._withdraw(job):
                job.client.end()
            raise
        finally:
            left.cancel()
            answer.add_done_callback(_looked_at)

    def refuse_where_full(self, caller: str) -> None:
        """Before a body is read in vain. Raises  Overloaded, TooManyAtOnce."""
        with self._lock:
            self._refuse_where_full(caller)

    def _refuse_where_full(self, caller: str) -> None:
        if len(self._running) < self._threads:
            return
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded("found every place taken; expected a free one; try again")
        of_caller = sum(job.caller == caller for job in (*self._running, *self._waiting))
        if of_caller >= self._share:
            raise TooManyAtOnce(
                f"found one more request beside {of_caller} of yours; expected {self._share} at "
                "once at most on a busy service; wait for an answer and try again"
            )

    def _admit(self, job: _Job[Any]) -> None:
        with self._lock:
            self._refuse_where_full(job.caller)
            self._waiting.append(job)
            self._start_next()

    def _start_next(self) -> None:
        """What waits, where a thread is free; the lock is held."""
        while self._waiting and len(self._running) < self._threads:
            job = self._waiting.popleft()
            self._running.add(job)
            context = copy_context()
            Thread(target=context.run, args=(self._work_on, job), daemon=True).start()

    def _work_on(self, job: _Job[Any]) -> None:
        settle = job.run(self._service)
        self._release(job)  # before the answer: whoever has it may ask again
        settle()

    def _release(self, job: _Job[Any]) -> bool:
        """Whether it held a thread until now."""
        with self._lock:
            held = job in self._running
            self._running.discard(job)
            self._start_next()
            return held

    async def _give_up(
        self, job: _Job[T], answer: asyncio.Future[T], left: asyncio.Future[None]
    ) -> None:
        """Return where the answer came after all.

        Raises  ClientDisconnect, Overloaded, TimedOut.
        """
        waited = self._withdraw(job)
        if not waited and not job.client.end():  # what is recorded is answered
            await asyncio.wait({answer}, timeout=self._deadline_s)
            if answer.done():
                return
        if left.done():
            if not waited:
                self._abandon_later(job)
            raise ClientDisconnect
        if waited:
            raise Overloaded(
                f"found no free place in {self._deadline_s} s; expected one; try again"
            )
        await asyncio.wait({answer}, timeout=GRACE_S)
        self._abandon(job)
        raise TimedOut(
            f"found the work unfinished after {self._deadline_s} s; expected less; try again"
        )

    def _withdraw(self, job: _Job[Any]) -> bool:
        """Whether it had not begun."""
        with self._lock:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            return True

    def _abandon_later(self, job: _Job[Any]) -> None:
        timer = Timer(self._deadline_s, self._abandon, args=(job,))
        timer.daemon = True
        timer.start()

    def _abandon(self, job: _Job[Any]) -> None:
        """Leave behind what still runs although it was told to end: it hangs, perhaps with a lock
        of its engine. Its thread is replaced, and engines are loaded anew."""
        if self._release(job):
            self._service.reset_engines()


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _looked_at(answer: asyncio.Future[Any]) -> None:
    """Of what nobody waits for any more, no error is told."""
    if not answer.cancelled():
        answer.exception()


class CallersQueue:
    """The application's queue, for one request."""

    def __init__(self, queue: WorkQueue, caller: str, request: Request) -> None:
        self._queue = queue
        self._caller = caller
        self._request = request

    async def run(
        self, options: RequestOptions, work: Callable[[FaceService, RequestOptions], T]
    ) -> T:
        """As `WorkQueue.run`, of work with these options, which tell who waits for it."""
        return await self._queue.run(
            lambda faces, client: work(faces, replace(options, waiter=client)),
            self._caller,
            self._request,
        )


def existing_queue(request: Request) -> WorkQueue | None:
    """The application's, once photos were sent to it."""
    return getattr(request.app.state, _STATE, None)


async def callers_queue(
    request: Request, services: AppServices, caller: PhotosCaller
) -> CallersQueue:
    """The dependency of every operation that works on photos.

    Raises  Overloaded, TooManyAtOnce.
    """
    faces = services.faces
    assert faces is not None  # noqa: S101 – whoever mounts these routes gives it
    queue = one_for_all(request, _STATE, lambda: WorkQueue(faces))
    # Whoever has no key is known by where they are.
    name = caller.name or address_of(request)
    queue.refuse_where_full(name)
    return CallersQueue(queue, name, request)


Queue = Annotated[CallersQueue, Depends(callers_queue)]
