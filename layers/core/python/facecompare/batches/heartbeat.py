"""Messages in work stay invisible to other workers for as long as their worker lives."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Event, Lock, Thread

from facecompare.batches.queue import BatchQueue, Message
from facecompare.errors import QueueUnavailable

log = logging.getLogger(__name__)


class VisibilityHeartbeat:
    """Extends the visibility timeout of the messages in work, until their work ends."""

    def __init__(self, queue: BatchQueue, visibility_s: int) -> None:
        self._queue = queue
        self._visibility_s = visibility_s
        self._messages: set[Message] = set()
        self._lock = Lock()

    @contextmanager
    def covering(self, message: Message) -> Iterator[None]:
        """Extend this message's timeout while the block lasts."""
        with self._lock:
            self._messages.add(message)
        try:
            yield
        finally:
            with self._lock:
                self._messages.discard(message)

    @contextmanager
    def beating(self, messages: Sequence[Message]) -> Iterator[None]:
        """Shorten the timeout of these to that of this heartbeat, which goes on by itself while the
        block lasts: a worker that dies in it is noticed as soon."""
        stopped = Event()
        with ExitStack() as covered:
            for message in messages:
                covered.enter_context(self.covering(message))
            self._change_visibility(self._visibility_s)
            beats = Thread(target=self.run, args=(stopped,), daemon=True)
            beats.start()
            try:
                yield
            finally:
                stopped.set()
                beats.join()

    def run(self, stopped: Event) -> None:
        """Extend all timeouts again and again, until `stopped`."""
        while not stopped.wait(self._visibility_s / 3):
            self._change_visibility(self._visibility_s)

    def release(self) -> int:
        """Return the messages still in work to the queue; how many there were."""
        return self._change_visibility(0)

    def _change_visibility(self, seconds: int) -> int:
        with self._lock:
            messages = list(self._messages)
        try:
            self._queue.change_visibility(messages, seconds)
        except QueueUnavailable as error:
            log.warning("%s: %s", error.code, error.message)
        return len(messages)
