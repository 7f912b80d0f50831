"""A worker as a process: it takes chunks of batches from the queue until it is told to stop.

It is told by SIGTERM, which ECS sends, or by EC2's notice that a spot instance is interrupted in
two minutes. Then it takes no more messages, ends the chunks it has begun, and returns to the queue
at once those that it cannot end in time, for other workers.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, Event, Thread
from types import FrameType
from urllib.error import URLError
from urllib.request import Request, urlopen

from facecompare.batches.heartbeat import VisibilityHeartbeat
from facecompare.batches.queue import BatchQueue, Message
from facecompare.batches.worker import BatchWorker
from facecompare.errors import FaceCompareError

log = logging.getLogger(__name__)

POLLERS = 2  # chunks at once: while one is read and kept, the other has the cores
POLL_S = 5  # for a message; a worker that is to stop notices it as often
GRACE_S = 60  # to end what was begun; ECS kills after 120 s, EC2 takes the machine after 120 s
PAUSE_S = 5  # after the queue could not be reached
STOP_CHECK_S = 0.2  # how often it is checked whether to stop

NOTICE_PATH = "/latest/meta-data/spot/instance-action"
NOTICE_CHECK_S = 5  # AWS, EC2 User Guide, "Spot Instance interruption notices"
IMDS_TIMEOUT_S = 2


class RetryIsolation:
    """First attempts run side by side; a repeated one runs alone.

    It may be what a worker died of, and the next would lose whatever runs beside it.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._running = 0
        self._alone = 0  # that run alone, or wait for it

    @contextmanager
    def admitted(self, *, alone: bool) -> Iterator[None]:
        """Wait until this attempt may run; it runs as long as the block."""
        with self._changed:
            self._alone += alone
            self._changed.wait_for(lambda: not (self._running if alone else self._alone))
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._alone -= alone
                self._changed.notify_all()


class WorkerProcess:
    """`run` returns when the process was told to stop."""

    def __init__(
        self,
        worker: BatchWorker,
        queue: BatchQueue,
        after_each: Callable[[], None],
        *,
        metadata: str,
        hold_s: int,
        grace_s: float = GRACE_S,
    ) -> None:
        """A message stays invisible to other workers for `hold_s` seconds, extended while its
        chunk is in work; `after_each` is called when it was handled. `metadata` is the address of
        EC2's instance metadata, empty for none.
        """
        self._worker = worker
        self._queue = queue
        self._after_each = after_each
        self._grace_s = grace_s
        self._metadata = metadata
        self._visibility_s = hold_s
        self._heartbeat = VisibilityHeartbeat(queue, hold_s)
        self._isolation = RetryIsolation()
        self._stop = Event()

    def stop(self, reason: str) -> None:
        """Take no more messages."""
        if not self._stop.is_set():
            log.info("stopping: %s", reason)
            self._stop.set()

    def run(self) -> None:
        """Work until told to stop; in the main thread, where Python handles signals."""
        signals = _received_signals()
        ended = Event()
        pollers = [_started(self._poll) for _ in range(POLLERS)]
        _started(self._heartbeat.run, ended)
        if self._metadata:
            _started(self._watch_for_notice)
        while not (signals or self._stop.is_set()):
            time.sleep(STOP_CHECK_S)
        if signals:
            self.stop(signal.Signals(signals[0]).name)
        deadline = time.monotonic() + self._grace_s
        for poller in pollers:
            poller.join(max(0.0, deadline - time.monotonic()))
        ended.set()
        log.info("stopped; %d messages given back", self._heartbeat.release())

    def _poll(self) -> None:
        while not self._stop.is_set():
            try:
                for message in self._queue.receive(1, POLL_S, self._visibility_s):
                    self._handle(message)
            except FaceCompareError as error:
                log.warning("%s: %s", error.code, error.message)
                self._stop.wait(PAUSE_S)
            except Exception:  # whatever it is, the process goes on with all pollers
                log.exception("unforeseen")
                self._stop.wait(PAUSE_S)

    def _handle(self, message: Message) -> None:
        if self._stop.is_set():
            self._queue.change_visibility([message], 0)
            return
        alone = message.deliveries > 1
        with self._heartbeat.covering(message), self._isolation.admitted(alone=alone):
            self._queue.delete(self._worker.work([message]))
        self._after_each()

    def _watch_for_notice(self) -> None:
        """Where nobody answers, the machine is not EC2's, or no spot instance."""
        while not self._stop.wait(NOTICE_CHECK_S):
            try:
                token = _fetch(f"{self._metadata}/latest/api/token", "PUT", _TOKEN_AGE)
                notice = _fetch(
                    self._metadata + NOTICE_PATH, "GET", {"X-aws-ec2-metadata-token": token}
                )
            except (URLError, OSError):
                continue
            self.stop(f"spot notice {notice[:200]}")


def _received_signals() -> list[int]:
    """A list that SIGTERM and SIGINT are added to when they come.

    A handler runs between any two instructions of the main thread, so it must not wait for a lock.
    """
    received: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return received


def _started(target: Callable[..., None], *arguments: object) -> Thread:
    thread = Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


_TOKEN_AGE = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}


def _fetch(url: str, method: str, headers: Mapping[str, str]) -> str:
    request = Request(url, method=method, headers=dict(headers))  # noqa: S310 – http, to this host
    with urlopen(request, timeout=IMDS_TIMEOUT_S) as response:  # noqa: S310
        text: str = response.read().decode()
        return text
