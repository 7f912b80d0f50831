"""Whether a JPEG holds every scan, and every restart interval of each (ITU-T T.81 §A.2, §B.2, §G).

libjpeg makes a whole picture of a file that lacks some: what is missing is grey or coarse.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

# The next marker that is none within entropy-coded data (ITU-T T.81 §B.1.1.5).
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN, _INTERVAL, _END = 0xDA, 0xDD, 0xD9
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # sequential and progressive
_COEFFICIENTS = 64


@dataclass(frozen=True, slots=True)
class _Frame:
    """width and height in px; sampling factors (across, down) by component."""

    width: int
    height: int
    sampling: dict[int, tuple[int, int]]

    def units(self, components: bytes) -> int:
        """The MCUs of a scan of these components (§A.2)."""
        most = [max(each[axis] for each in self.sampling.values()) for axis in (0, 1)]
        size = (self.width, self.height)
        if len(components) > 1:
            counts = [-(-size[axis] // (8 * most[axis])) for axis in (0, 1)]
        else:
            own = self.sampling[components[0]]
            lengths = [-(-size[axis] * own[axis] // most[axis]) for axis in (0, 1)]
            counts = [-(-each // 8) for each in lengths]
        return counts[0] * counts[1]


@dataclass(frozen=True, slots=True)
class _Scan:
    """Which coefficients of which components it has, down to which bit; what it must restart at."""

    components: bytes
    first: int
    last: int
    bit: int
    interval: int
    start: int  # of its entropy-coded data


def lacks_scans(data: bytes) -> bool:
    """Whether a scan or a restart interval that the frame needs is not in the file."""
    frame, missing = None, set[tuple[int, int]]()
    for part in _parts(data):
        if isinstance(part, _Frame):
            frame = part
            missing = {(each, at) for each in frame.sampling for at in range(_COEFFICIENTS)}
        elif frame is None or (part.interval and _lacks_intervals(data, frame, part)):
            return True
        elif part.bit == 0:
            missing -= {
                (each, at) for each in part.components for at in range(part.first, part.last + 1)
            }
            if not missing and not part.interval:
                return False
    return bool(missing)


def _lacks_intervals(data: bytes, frame: _Frame, scan: _Scan) -> bool:
    end = MARKER.search(data, scan.start)
    stop = end.start() if end else len(data)
    needed = max(0, -(-frame.units(scan.components) // scan.interval) - 1)
    restarts = islice(_RESTART.finditer(data, scan.start, stop), needed)
    return sum(each.end() < stop for each in restarts) < needed  # something follows each of them


def _parts(data: bytes) -> Iterator[_Frame | _Scan]:
    """The frame and the scans, in their order, as far as the file has them."""
    at, interval = 2, 0
    while (found := MARKER.search(data, at)) and found.start() + 4 <= len(data):
        at, marker = found.start(), data[found.start() + 1]
        if marker == _END:
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == _INTERVAL:
            (interval,) = struct.unpack(">H", body)
        elif marker in _FRAMES:
            height, width, count = struct.unpack_from(">HHB", body, 1)
            entries = [body[place : place + 2] for place in range(6, 6 + 3 * count, 3)]
            sampling = {each: (both >> 4, both & 15) for each, both in entries}
            yield _Frame(width, height, sampling)
        elif marker == _SCAN:
            components = body[1 : 1 + 2 * body[0] : 2]
            first, last, bits = body[1 + 2 * body[0] :][:3]
            yield _Scan(components, first, last, bits & 15, interval, at)
