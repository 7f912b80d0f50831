"""What `facecompare serve` bounds, in Markdown; the numbers are the code's."""

from __future__ import annotations

from collections.abc import Iterator

from facecompare.api import middleware, server
from facecompare.api.errors import RETRY_AFTER_S, STATUS
from facecompare.api.serving import connection, framing
from facecompare.config import Settings, variable
from facecompare.config.reader import declared
from facecompare.errors import TimedOut


def rows() -> Iterator[tuple[str, str, str]]:
    """What is bounded, by how much, and what who goes beyond it gets."""
    yield "connections", f"{server.MAX_CONNECTIONS:,}, or what `ulimit -n` leaves", FULL
    share = connection.OF_ONE_ADDRESS
    yield "connections of one address, unless it is a `--trusted-proxy`", f"{share:.0%}", FULL
    yield "a new connection without a byte", _s(connection.FIRST_S), "closed"
    yield "a kept connection without a request", _s(server.KEEP_ALIVE_S), "closed"
    head = f"{framing.MAX_HEAD:,} bytes, {framing.MAX_HEADERS} headers"
    yield "a request's head", head, "431 `headers_too_large`"
    yield "until the head is there", _s(connection.HEAD_S), SLOW
    yield "a body without a byte", _s(connection.STALL_S), SLOW
    body = f"{_s(connection.BODY_S)} and one more for each {connection.BYTES_PER_S:,} bytes"
    yield "until the body is there", f"{body}; {_s(connection.LONGEST_BODY_S)} at most", SLOW
    most = f"{declared(Settings)['max_request_bytes'].default:,} bytes"
    yield "a body", f"{most} (`{variable('max_request_bytes')}`)", "413 `image_too_large`"
    held = f"{middleware.BODIES_HELD} of the largest size; of one address {share:.0%} of that"
    yield "bodies that are held", held, "503 for the one that began first and is unfinished"
    places = f"as many as run (`{variable('threads')}`) wait, 2 at least"
    yield "photos that wait for a place", places, "503 `overloaded`"
    yield "places of one caller: a key, or an address", "three quarters", "429 `too_many_at_once`"
    deadline = f"{declared(Settings)['deadline_s'].default} s (`{variable('deadline_s')}`)"
    yield (
        "until the answer",
        deadline,
        f"{STATUS[TimedOut]} `{TimedOut.code}`, and nothing is recorded",
    )
    yield "a client that takes nothing of its answer", _s(connection.WRITE_S), "closed"
    yield "after SIGTERM, for what was accepted", _s(server.GRACE_S), "503 `shutting_down`"


FULL = "503 `too_many_connections`, if none that waits can go"
SLOW = "408 `request_timeout`"


def table() -> str:
    """All of them."""
    lines = [
        f"With 429 and 503 comes `Retry-After: {RETRY_AFTER_S}`, in seconds.",
        "",
        "| `facecompare serve` bounds | by | beyond it |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows())])


def _s(seconds: float) -> str:
    return f"{seconds:g} s"
