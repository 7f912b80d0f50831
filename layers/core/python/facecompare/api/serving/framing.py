"""Where a request ends, read in the one way that every server and proxy shares.

Whatever two readers could take differently (RFC 9112 §11.2, request smuggling) is refused: line
ends that are half of one, folded lines, controls, more than one length, a length beside chunks,
chunks with extensions. So are heads and chunks that are only there to cost time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from h11 import Connection, LocalProtocolError
from h11._receivebuffer import ReceiveBuffer

MAX_HEAD = 16_384  # bytes of request line and headers; browsers send one or two thousand
MAX_HEADERS = 100
FREE_CHUNKS, MEAN_CHUNK = 1_000, 512  # more chunks have to hold this many bytes, in the mean
_HALF_A_LINE_S_END = re.compile(rb"\r(?!\n|\Z)|(?<!\r)\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_WHOLE_ADDRESS = re.compile(rb"([A-Z]+ )https?://([^/?# ]+)([^# ]*)( HTTP/1\.[01])")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,15}\r\n")
_LONGEST_CHUNK_LINE = 17


def be_strict(connection: Connection) -> None:
    """Let this connection, which has read nothing yet, read in this way."""
    connection._receive_buffer = StrictBuffer()


class StrictBuffer(ReceiveBuffer):
    """h11's buffer, from which its readers take lines; what is refused is a LocalProtocolError, as
    theirs is."""

    def __init__(self) -> None:
        super().__init__()
        self._seen = self._chunks = self._in_chunks = 0

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """A request's head, or what follows its last chunk."""
        known = max(0, self._seen - 3)
        end = 0 if self._data.startswith(b"\r\n") else self._data.find(b"\r\n\r\n", known)
        end = len(self._data) if end < 0 else end + 4
        if _HALF_A_LINE_S_END.search(self._data, known, min(end, MAX_HEAD)):
            raise LocalProtocolError("half of a line's end")
        if end > MAX_HEAD:
            raise LocalProtocolError("a long head", error_status_hint=431)
        lines = super().maybe_extract_lines()
        self._seen = len(self._data) if lines is None else 0
        if lines:
            self._chunks = self._in_chunks = 0
            _check_lines(lines)
            lines = _in_origin_form(lines)
        return lines

    def maybe_extract_next_line(self) -> bytearray | None:
        """A chunk's size."""
        line = super().maybe_extract_next_line()
        if line is None and len(self._data) <= _LONGEST_CHUNK_LINE:
            return None
        if line is None or not _CHUNK.fullmatch(line):
            raise LocalProtocolError("a chunk with more than its size")
        self._chunks += 1
        self._in_chunks += int(line, 16)
        if self._chunks > FREE_CHUNKS + self._in_chunks // MEAN_CHUNK:
            raise LocalProtocolError("more chunks than their bytes need")
        return line


def _check_lines(lines: Sequence[bytearray]) -> None:
    if len(lines) > MAX_HEADERS + 1:
        raise LocalProtocolError("many headers", error_status_hint=431)
    if any(line.startswith((b" ", b"\t")) or _CONTROL.search(line) for line in lines):
        raise LocalProtocolError("a folded line, or a control")
    _check_framing([_header(line) for line in lines])


def _in_origin_form(lines: list[bytearray]) -> list[bytearray]:
    """As a server is asked; a proxy is asked with a whole address, which every server has to take,
    and whose host then counts (RFC 9112 §3.2.2)."""
    whole = _WHOLE_ADDRESS.fullmatch(lines[0])
    if whole is None:
        return lines
    method, host, path, version = whole.groups()
    begun = b"" if path.startswith(b"/") else b"/"
    others = [
        bytearray(b"Host: " + host) if line.lower().startswith(b"host:") else line
        for line in lines[1:]
    ]
    return [bytearray(method + begun + path + version), *others]


def _header(line: bytearray) -> tuple[bytes, bytes]:
    name, _, value = bytes(line).partition(b":")
    return name.strip().lower(), value.strip(b" \t")


def _check_framing(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """At most one of Content-Length and Transfer-Encoding, once, and plain (RFC 9112 §6)."""
    times = Counter(name for name, _ in headers)
    if times[b"content-length"] + times[b"transfer-encoding"] > 1:
        raise LocalProtocolError("more than one length")
    for name, value in headers:
        if name == b"content-length" and not _LENGTH.fullmatch(value):
            raise LocalProtocolError("an odd length")
        if name == b"transfer-encoding" and value.lower() != b"chunked":
            raise LocalProtocolError("an odd transfer coding")
