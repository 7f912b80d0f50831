"""A clock for all cells of a process."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from time import monotonic, sleep

from facecompare.decoding.budget import too_long
from facecompare.decoding.limits import ImageLimits
from facecompare.errors import DecoderUnavailable, FaceCompareError

CHECKED_EACH_S = 0.25
IDLE_CHECKS = 40  # after which its thread ends


class Watch:
    """Ends what takes too long. One thread for all: to start one for each photo, and to wait for
    its end, takes two turns of all threads that compute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ends: dict[object, tuple[float, Callable[[], None]]] = {}
        self._is_running = False

    @contextmanager
    def over(self, within_s: float, run_out: Callable[[], None]) -> Iterator[None]:
        """Call this, once, where what runs inside takes longer; never after it.

        Raises  DecoderUnavailable.
        """
        ticket = object()
        with self._lock:
            self._ends[ticket] = monotonic() + within_s, run_out
            self._run()
        try:
            yield
        finally:
            with self._lock:
                self._ends.pop(ticket, None)

    def _run(self) -> None:
        if self._is_running:
            return
        try:
            Thread(target=self._check, daemon=True).start()
        except RuntimeError as exc:  # no more threads
            self._ends.clear()
            raise DecoderUnavailable(
                f"found no clock for a decoder ({exc}); expected one more thread; give this one "
                "more processes"
            ) from exc
        self._is_running = True

    def _check(self) -> None:
        idle = 0
        while idle < IDLE_CHECKS:
            sleep(CHECKED_EACH_S)
            with self._lock:
                now = monotonic()
                for ticket, (end, run_out) in list(self._ends.items()):
                    if end <= now:
                        del self._ends[ticket]
                        run_out()
                idle = 0 if self._ends else idle + 1
                self._is_running = idle < IDLE_CHECKS


def out_of_time(limits: ImageLimits, waited_s: float) -> FaceCompareError:
    """Of a photo whose cell was ended so. Where that has a clock of its own for what the photo
    takes, all that is left is waiting."""
    if not hasattr(signal, "setitimer"):  # Windows
        return too_long(limits)
    return DecoderUnavailable(
        f"found a decoder that hardly ran for {waited_s:,} s; expected a picture; ask again when "
        "the machine is less busy"
    )
