"""A worker as a process: it takes chunks of batches from the queue until it is told to stop.

Told by SIGTERM, which ECS sends, or by EC2's notice that a spot instance is taken away in two
minutes. It then takes nothing more, ends what it has begun, and what it cannot end in time it
gives back at once, for others to work on.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, Event, Lock, Thread
from types import FrameType
from urllib.error import URLError
from urllib.request import Request, urlopen

from facecompare.batches.queue import BatchQueue, Message
from facecompare.batches.worker import BatchWorker
from facecompare.errors import FaceCompareError, QueueUnavailable

log = logging.getLogger(__name__)

LANES = 2  # chunks at once: while one is read and kept, the other has the cores
POLL_S = 5  # for a message; a worker that is to stop looks up as often
GRACE_S = 60  # to end what was begun; ECS kills after 120 s, EC2 takes the machine after 120 s
PAUSE_S = 5  # after the queue could not be reached
LOOK_S = 0.2  # how often it is looked whether to stop

NOTICE_PATH = "/latest/meta-data/spot/instance-action"
NOTICE_EVERY_S = 5  # AWS, EC2 User Guide, "Spot Instance interruption notices"
IMDS_TIMEOUT_S = 2


class VisibilityHeartbeat:
    """The messages that are being worked on, kept from other workers until their work ends."""

    def __init__(self, queue: BatchQueue, hold_s: int) -> None:
        self._queue = queue
        self._hold_s = hold_s
        self._messages: set[Message] = set()
        self._lock = Lock()

    @contextmanager
    def __call__(self, message: Message) -> Iterator[None]:
        """Keep this one while the block lasts."""
        with self._lock:
            self._messages.add(message)
        try:
            yield
        finally:
            with self._lock:
                self._messages.discard(message)

    def prolong(self, stopped: Event) -> None:
        """Again and again, until `stopped`."""
        while not stopped.wait(self._hold_s / 3):
            self._hold(self._hold_s)

    def give_back(self) -> int:
        """Let others have what is left; how many there were."""
        return self._hold(0)

    def _hold(self, seconds: int) -> int:
        with self._lock:
            messages = list(self._messages)
        try:
            self._queue.hold(messages, seconds)
        except QueueUnavailable as error:
            log.warning("%s: %s", error.code, error.message)
        return len(messages)


class RetryIsolation:
    """First attempts are worked on side by side; what came before is worked on alone.

    It may be what a worker died of, and would take along again what is beside it.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._working = 0
        self._alone = 0  # that work alone, or wait for it

    @contextmanager
    def __call__(self, *, alone: bool) -> Iterator[None]:
        """Wait for this one's turn, which lasts as long as the block."""
        with self._changed:
            self._alone += alone
            self._changed.wait_for(lambda: not (self._working if alone else self._alone))
            self._working += 1
        try:
            yield
        finally:
            with self._changed:
                self._working -= 1
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
        """A message is ours for `hold_s` seconds, and longer as long as we work on it;
        `after_each` is called when it was dealt with. `metadata` is the address at which EC2 gives
        notice, empty for none.
        """
        self._worker = worker
        self._queue = queue
        self._after_each = after_each
        self._grace_s = grace_s
        self._metadata = metadata
        self._held = VisibilityHeartbeat(queue, hold_s)
        self._hold_s = hold_s
        self._turns = RetryIsolation()
        self._stop = Event()

    def stop(self, reason: str) -> None:
        """Take no more messages."""
        if not self._stop.is_set():
            log.info("stopping: %s", reason)
            self._stop.set()

    def run(self) -> None:
        """Work until told to stop; in the main thread, for signals come there."""

        signals: list[int] = []  # a handler may come at any moment, and must not wait for a lock

        def told(number: int, _frame: FrameType | None) -> None:
            signals.append(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, told)
        ended = Event()
        lanes = [Thread(target=self._poll, daemon=True) for _ in range(LANES)]
        others = [Thread(target=self._held.prolong, args=(ended,), daemon=True)]
        if self._metadata:
            others.append(Thread(target=self._watch_for_notice, daemon=True))
        for thread in (*lanes, *others):
            thread.start()
        while not (signals or self._stop.is_set()):
            time.sleep(LOOK_S)
        if signals:
            self.stop(signal.Signals(signals[0]).name)
        deadline = time.monotonic() + self._grace_s
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))
        ended.set()
        left = self._held.give_back()
        log.info("stopped; %d messages given back", left)

    def _poll(self) -> None:
        while not self._stop.is_set():
            try:
                for message in self._queue.receive(1, POLL_S, self._hold_s):
                    self._deal_with(message)
            except FaceCompareError as error:
                log.warning("%s: %s", error.code, error.message)
                self._stop.wait(PAUSE_S)
            except Exception:  # whatever it is, the process goes on with both lanes
                log.exception("unforeseen")
                self._stop.wait(PAUSE_S)

    def _deal_with(self, message: Message) -> None:
        if self._stop.is_set():
            self._queue.hold([message], 0)
            return
        with self._held(message), self._turns(alone=message.attempt > 1):
            self._queue.delete(self._worker.work([message]))
        self._after_each()

    def _watch_for_notice(self) -> None:
        """Where nobody answers, the machine is none of EC2's, or no spot instance."""
        while not self._stop.wait(NOTICE_EVERY_S):
            try:
                token = _asked(f"{self._metadata}/latest/api/token", "PUT", _TOKEN_AGE)
                notice = _asked(
                    self._metadata + NOTICE_PATH, "GET", {"X-aws-ec2-metadata-token": token}
                )
            except (URLError, OSError):
                continue
            self.stop(f"spot notice {notice[:200]}")


_TOKEN_AGE = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}


def _asked(url: str, method: str, headers: Mapping[str, str]) -> str:
    request = Request(url, method=method, headers=dict(headers))  # noqa: S310 – http, to this host
    with urlopen(request, timeout=IMDS_TIMEOUT_S) as answer:  # noqa: S310
        text: str = answer.read().decode()
        return text
