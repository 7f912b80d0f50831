"""The inside of a cell: reads photos from standard input, writes pictures to standard output.

It has no secrets (its environment is empty) and opens no file, no connection and no pipe any more
once it reads its first photo: all that it needs is imported before. It ends when its owner ends,
when its owner wants it to, and when a photo takes too much.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Sequence
from typing import BinaryIO

from facecompare.decoding import decoders  # noqa: F401 – before the first photo comes
from facecompare.decoding.budget import too_much_memory
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.rasterize import rasterize
from facecompare.decoding.task import DecodingTask, Raster
from facecompare.decoding.wire import SharedMemory, read_message, write_message
from facecompare.errors import FaceCompareError

try:
    import resource
except ImportError:  # Windows: its owner's clock is the only limit
    resource = None  # type: ignore[assignment]

_STATM = "/proc/self/statm"
OF_THE_TIME = 0.85  # is for decoding; the system takes some to end a process with much memory
KEPT_BYTES = 100_000_000  # what a photo may leave behind in the process


def serve(source: BinaryIO, sink: BinaryIO, shared: SharedMemory | None = None) -> None:
    """Answer one photo after the other until the source ends or a photo has left too much."""
    told = _statm()
    _renounce()
    base = _data_bytes(told)
    while True:
        try:
            head, data = read_message(source)
        except EOFError:
            return
        task = DecodingTask(**head | {"limits": ImageLimits(**head["limits"])})
        _limit(base, task.limits)
        answer, samples = _answered(data, task)
        del data
        ends = _data_bytes(told) > base + KEPT_BYTES
        if samples and shared and shared.put(samples):
            answer, samples = answer | {"shared": len(samples)}, b""
        write_message(sink, answer | {"ends": ends}, samples)
        if ends:
            return


def _answered(data: bytearray, task: DecodingTask) -> tuple[dict[str, object], bytes | bytearray]:
    try:
        raster = rasterize(bytes(data), task)
    except MemoryError:
        error: FaceCompareError = too_much_memory(task.limits)
    except FaceCompareError as exc:
        error = exc
    except Exception:
        return {"fault": traceback.format_exc()}, b""
    else:
        told = {name: getattr(raster, name) for name in Raster.__slots__ if name != "samples"}
        return told, raster.samples
    finally:
        _stop_clock()
    return {"code": error.code, "message": error.message}, b""


def _limit(base: int, limits: ImageLimits) -> None:
    """From now on, for the photo that has come."""
    if resource is None:
        return
    # What cannot be had fails with MemoryError; what takes longer is killed (POSIX, setitimer).
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (base + limits.decode_bytes, hard))
    signal.setitimer(signal.ITIMER_PROF, OF_THE_TIME * limits.decode_seconds)


def _stop_clock() -> None:
    if resource is not None:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _renounce() -> None:
    """From now on nothing is opened, not by whatever a photo makes of this process either."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Each new descriptor would have a number from 0 on; those that are open stay (getrlimit(2)).
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _statm() -> int | None:
    """Open, where the system has it."""
    try:
        return os.open(_STATM, os.O_RDONLY)
    except OSError:
        return None


def _data_bytes(statm: int | None) -> int:
    """The private memory that the process has asked for; 0 where the system does not tell."""
    if statm is None:
        return 0
    pages = os.pread(statm, 200, 0).split()[5]  # proc(5): data and stack
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def main(shared: Sequence[int]) -> None:
    """Serve on standard input and output, with pictures in the memory of this descriptor, if there
    is one; what else writes there goes nowhere."""
    sink = os.fdopen(os.dup(1), "wb")
    source = os.fdopen(os.dup(0), "rb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    # Ctrl-C and a service manager's signal are for the owner, which drains what was accepted.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    serve(source, sink, SharedMemory(shared[0]) if shared else None)
