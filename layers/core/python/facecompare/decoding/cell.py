"""Cells: processes that decode strangers' bytes, and may die of them.

A cell is started once and decodes one photo after the other. It bounds its own memory and CPU time,
its owner here bounds the wall time, from the first byte that is written to the last that is read;
whatever a photo does to it is one photo's error, and the next photo gets a new cell. What others do
to it, such as the system when memory is short, is no photo's error: the photo gets another cell,
once. Photos and pictures go through pipes, for Lambda has no shared memory.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict
from threading import Condition
from typing import Any

from facecompare import errors
from facecompare.decoding.budget import too_long
from facecompare.decoding.limits import refuse_large
from facecompare.decoding.task import DecodingTask, Raster
from facecompare.decoding.watch import Watch, out_of_time
from facecompare.decoding.wire import SharedMemory, read_message, write_message
from facecompare.errors import DecoderUnavailable, FaceCompareError, ImageTooCostly

# What a process does to itself, by a fault of its program, ends it with one of these (signal(7)).
_FAULTS = {
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS")
    if hasattr(signal, name)
}
PATIENCE = 5  # wall time by CPU time: a busy machine is not the photo's fault
PIPE_BYTES = 1 << 20  # what Linux lets everybody have (pipe(7), pipe-max-size)
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
# glibc (mallopt(3)): what a photo of usual size needs stays with the process, for the next photo;
# fetching fresh pages anew takes half as long as decoding.
_MALLOC = {
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_ARENA_MAX": "2",
}
_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; "
    "from facecompare.decoding.cell_process import main; main({shared})"
)
_ERRORS = {
    each.code: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, FaceCompareError) and hasattr(each, "code")
}


# Around the decoding, with what kills the cell.
Ending = Callable[[Callable[[], None]], AbstractContextManager[None]]


def _endless(_kill: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


class _EndedFromOutside(Exception):
    """Somebody else has ended the cell; the signal's name."""


class Cell:
    """One process; for one photo at a time."""

    def __init__(self, watch: Watch) -> None:
        """Start it; it is asked before it is ready.

        Raises  DecoderUnavailable.
        """
        # Neither site nor the environment: what it may import is what this process may.
        self._shared = SharedMemory.new()
        shared = [self._shared.descriptor] if self._shared else []
        program = _PROGRAM.format(path=sys.path, shared=shared)
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        try:
            self._process = subprocess.Popen(  # noqa: S603 – this interpreter, and our own program
                [sys.executable, "-S", "-E", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=kept | _MALLOC,
                pass_fds=shared,
                pipesize=PIPE_BYTES if sys.platform == "linux" else -1,
            )
        except OSError as exc:
            raise DecoderUnavailable(
                f"found no process to decode photos in ({exc.strerror}); expected one; give this "
                "one more memory, processes or open files"
            ) from exc
        self._watch = watch
        self._overdue = False
        self._given_up = False
        self.usable = True

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def decode(self, data: bytes, task: DecodingTask, ended_by: Ending) -> Raster:
        """The picture.

        Raises  what `rasterize` raises; ImageTooCostly, DecoderUnavailable, _EndedFromOutside.
        """
        self.usable = False  # until it has answered
        with ended_by(self._give_up):
            try:
                with self._watch.over(PATIENCE * task.limits.decode_seconds, self._run_out):
                    head, samples = self._exchange(data, task)
            except (OSError, EOFError):
                raise self._epitaph(task) from None
        self.usable = not (head.pop("ends") or self._overdue)
        if self._shared and (length := head.pop("shared", 0)):
            samples = self._shared.take(length)
        if "fault" in head:
            raise RuntimeError(head["fault"])
        if "code" in head:
            raise _ERRORS[head["code"]](head["message"])
        sizes = [(rows, columns) for rows, columns in head.pop("sizes")]
        return Raster(samples, sizes, **head)

    def end(self) -> None:
        """At once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):  # of what was not written
                    pipe.close()
        if self._shared:
            self._shared.close()

    def _exchange(self, data: bytes, task: DecodingTask) -> tuple[dict[str, Any], bytearray]:
        assert self._process.stdin  # noqa: S101 – both are pipes
        assert self._process.stdout  # noqa: S101
        write_message(self._process.stdin, asdict(task), data)
        return read_message(self._process.stdout)

    def _run_out(self) -> None:
        self._overdue = True
        self._process.kill()

    def _give_up(self) -> None:
        self._given_up = True
        self._process.kill()

    def _epitaph(self, task: DecodingTask) -> Exception:
        """Why it died."""
        status = self._process.wait()
        if self._overdue:
            return out_of_time(task.limits, PATIENCE * task.limits.decode_seconds)
        if status >= 0:
            return DecoderUnavailable(
                f"found a decoder that ended with {status}; expected a picture; install this "
                "program anew if it happens again"
            )
        if status == -signal.SIGPROF:
            return too_long(task.limits)
        name = _name_of(-status)
        if self._given_up or -status in _FAULTS:
            return ImageTooCostly(f"the photo ended its decoder ({name}); save it anew as a JPEG")
        return _EndedFromOutside(name)


def _name_of(number: int) -> str:
    """A real-time signal has none in Python."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Cells:
    """As many cells as there are cores, each started when photos have waited for it.

    The first photo that waits for another one goes on waiting: that takes a fifth of starting a
    cell, and a program that compares once needs no second.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._places, self._taken, self._have_waited = 1, 0, 0
        self._changed = Condition()
        self._idle: list[Cell] = []
        self._watch = Watch()

    def start(self) -> None:
        """Have one ready, or getting ready.

        Raises  DecoderUnavailable.
        """
        if not self._idle:
            self._idle.append(Cell(self._watch))

    def decode(self, data: bytes, task: DecodingTask, ended_by: Ending | None = None) -> Raster:
        """In a cell that is free, or the next one that will be.

        Raises  what `rasterize` raises; ImageTooCostly, DecoderUnavailable.
        """
        refuse_large(len(data), task.limits)
        with self._place():
            with suppress(_EndedFromOutside):
                return self._decode(self._take(), data, task, ended_by)
            try:
                return self._decode(Cell(self._watch), data, task, ended_by)
            except _EndedFromOutside as exc:
                raise DecoderUnavailable(
                    f"found two decoders that were ended from outside, the last by {exc}; expected "
                    "a picture; give this one more memory, or ask again"
                ) from None

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of as many as there are cells."""
        with self._changed:
            if self._taken == self._places:
                self._have_waited += 1
                if self._have_waited > 1 and self._places < self._most:
                    self._places += 1
            self._changed.wait_for(lambda: self._taken < self._places)
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def _decode(
        self, cell: Cell, data: bytes, task: DecodingTask, ended_by: Ending | None
    ) -> Raster:
        try:
            return cell.decode(data, task, ended_by or _endless)
        finally:
            if cell.usable:
                self._idle.append(cell)
            else:
                cell.end()

    def end(self) -> None:
        """End those that are idle."""
        while self._idle:
            self._idle.pop().end()

    def _take(self) -> Cell:
        while self._idle:
            cell = self._idle.pop()
            if cell.alive:
                return cell
            cell.end()
        return Cell(self._watch)


def _cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class _OfThisProcess:
    """The cells of this process; those of the process it was forked from are not its own."""

    def __init__(self) -> None:
        self._abandoned: list[Cells] = []
        self.cells = Cells(max(2, _cores()))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)
        atexit.register(lambda: self.cells.end())

    def _forget(self) -> None:
        self._abandoned.append(self.cells)
        self.cells = Cells(max(2, _cores()))


_OURS = _OfThisProcess()


def start_cells() -> None:
    """Start what the first photo needs, while something else is being loaded; whether it can be
    had, that photo tells."""
    with suppress(DecoderUnavailable):
        _OURS.cells.start()


def decode_in_cell(data: bytes, task: DecodingTask, ended_by: Ending | None = None) -> Raster:
    """The picture, from a cell of this process; `ended_by` is told how to end it early.

    Raises  what `rasterize` raises; ImageTooCostly, DecoderUnavailable.
    """
    return _OURS.cells.decode(data, task, ended_by)
