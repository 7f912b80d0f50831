"""Clients that a server must survive: over raw sockets, as no HTTP library sends what they send."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

HOST = b"Host: localhost\r\n"
POST = b"POST /api/compare HTTP/1.1\r\n" + HOST
AS_JSON = b"Content-Type: application/json\r\n"
HEALTH = b"GET /api/health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
HALF_A_HEAD = b"GET /api/health HTTP/1.1\r\nHost: local"
HALF_A_BODY = POST + AS_JSON + b'Content-Length: 1000\r\n\r\n{"image1": "'
_BODY = b'5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n'
_CHUNKED = b"Transfer-Encoding: chunked\r\n"

# Read in one way by one server and in another by the next (RFC 9112 §11.2), each with its body.
SMUGGLED = {
    "length and chunks": POST + AS_JSON + b"Content-Length: 4\r\n" + _CHUNKED + b"\r\n" + _BODY,
    "chunks and length": POST + AS_JSON + _CHUNKED + b"Content-Length: 4\r\n\r\n" + _BODY,
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "one length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "a length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "an empty length": POST + b"Content-Length:\r\n\r\n{}",
    "a length with a blank": POST + b"Content-Length: 1 0\r\n\r\n{}",
    "a length of twenty digits": POST + b"Content-Length: 00000000000000000002\r\n\r\n{}",
    "a blank before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "two codings": POST + _CHUNKED + _CHUNKED + b"\r\n" + _BODY,
    "a coding after another": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + _BODY,
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + _BODY,
    "a coding with a control": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + _BODY,
    "chunks of HTTP/1.0": POST.replace(b"1.1", b"1.0") + _CHUNKED + b"\r\n" + _BODY,
    "a folded line": POST + b"Content-Length: 2\r\nX: a\r\n b\r\n\r\n{}",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + _BODY,
    "a first line that is folded": b"GET / HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n",
    "bare LF": HEALTH.replace(b"\r\n", b"\n"),
    "one bare LF": b"GET /api/health HTTP/1.1\r\nHost: localhost\nX: a\r\n\r\n",
    "a bare CR": b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n",
    "a control in a value": b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: a\x01b\r\n\r\n",
    "a chunk with an extension": POST + _CHUNKED + b"\r\n2;a=b\r\n{}\r\n0\r\n\r\n",
    "an extension with a bare LF": POST + _CHUNKED + b"\r\n2;a\n\r\n{}\r\n0\r\n\r\n",
    "a long extension": POST + _CHUNKED + b"\r\n2;" + b"a" * 9_000 + b"\r\n{}\r\n0\r\n\r\n",
    "a chunk with a blank": POST + _CHUNKED + b"\r\n2 \r\n{}\r\n0\r\n\r\n",
    "a chunk in 0x": POST + _CHUNKED + b"\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk with a sign": POST + _CHUNKED + b"\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk of 2⁶⁴": POST + _CHUNKED + b"\r\n10000000000000002\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer": POST + _CHUNKED + b"\r\n1\r\n{}\r\n0\r\n\r\n",
    "a chunk that ends in LF": POST + _CHUNKED + b"\r\n2\r\n{}\n0\r\n\r\n",
    "chunks of one byte": POST + _CHUNKED + b"\r\n" + b"1\r\na\r\n" * 2_000 + b"0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n",
    "another version": b"GET /api/health HTTP/2.0\r\n" + HOST + b"\r\n",
}


def connected(address: str, timeout_s: float = 60) -> socket.socket:
    """A connection to the server at this URL."""
    url = urlsplit(address)
    return socket.create_connection((url.hostname or "", url.port or 0), timeout=timeout_s)


def received(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    return b"".join(iter(lambda: client.recv(65_536), b""))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Of an error."""
        return str(json.loads(self.body)["code"])


def answer_in(data: bytes) -> Answer:
    """The first of what came, its body with whatever came behind it."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(
        int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body
    )


def asked(address: str, sent: bytes) -> Answer:
    """What the server answers before it closes the connection."""
    with connected(address) as client:
        with suppress(OSError):  # it may have refused, and closed, before all was sent
            client.sendall(sent)
        return answer_in(received(client))


@contextmanager
def kept_open(address: str, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have sent this and send nothing more by themselves."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(address)) for _ in range(count)]
        for client in clients:
            if first:
                client.sendall(first)
        yield clients


def seconds_until_closed(
    clients: Sequence[socket.socket], limit_s: float, dribble: bytes = b""
) -> list[float]:
    """When the server closed each of them, counted from now; infinite after the limit.

    Until then each sends one byte of `dribble` a second.
    """
    begun, closed = time.monotonic(), dict.fromkeys(clients, math.inf)
    for client in clients:
        client.setblocking(False)
    tick = 0
    while (now := time.monotonic() - begun) < limit_s and math.inf in closed.values():
        for client in (each for each, at in closed.items() if at == math.inf):
            if _is_closed(client, dribble[tick % len(dribble) :][:1] if dribble else b""):
                closed[client] = now
        tick += 1
        time.sleep(1 if dribble else 0.1)
    return list(closed.values())


def _is_closed(client: socket.socket, sent: bytes) -> bool:
    try:
        if sent:
            client.send(sent)
        return client.recv(65_536) == b"" or client.recv(65_536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@dataclass
class HealthPolls:
    """What became of asking for health, again and again, each time over a new connection."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def p99_ms(self) -> float:
        """Of those that were answered."""
        ordered = sorted(self.seconds)
        return 1_000 * ordered[math.ceil(0.99 * len(ordered)) - 1] if ordered else math.inf


@contextmanager
def polled_health(address: str, pause_s: float = 0.02) -> Iterator[HealthPolls]:
    """Asks for health while the block runs."""
    polls, done = HealthPolls(), threading.Event()

    def poll() -> None:
        while not done.is_set():
            begun = time.perf_counter()
            try:
                status = asked(address, HEALTH).status
            except (OSError, IndexError) as error:
                polls.failures.append(repr(error))
            else:
                polls.seconds.append(time.perf_counter() - begun)
                polls.failures += [str(status)] if status != 200 else []
            done.wait(pause_s)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield polls
    finally:
        done.set()
        thread.join()


def memory_mb(process_id: int, *, peak: bool = False) -> float:
    """Resident memory of a process (Linux), now or at most."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith(wanted))
    return int(found.split()[1]) * 1024 / 1e6
