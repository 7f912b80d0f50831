"""Where photos are worked on: a bounded number at once, each for a bounded time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, fail_after, to_thread

from facecompare.errors import TimedOut

T = TypeVar("T")


class WorkerThreads:
    """Threads for the work, and a deadline after which its caller is answered all the same."""

    def __init__(self, places: int, deadline_s: int, reset_engines: Callable[[], None]) -> None:
        self._deadline_s = deadline_s
        self._reset_engines = reset_engines
        self._limiter = CapacityLimiter(places)

    async def work(self, task: Callable[[], T]) -> T:
        """The task's result; a thread cannot be stopped, so one that hangs is left behind, and
        what it worked with is renewed.

        Raises  TimedOut.
        """
        try:
            with fail_after(self._deadline_s):
                return await to_thread.run_sync(task, limiter=self._limiter, abandon_on_cancel=True)
        except TimeoutError as exc:
            self._reset_engines()
            raise TimedOut(f"the work was not done after {self._deadline_s} s") from exc
