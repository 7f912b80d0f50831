"""Clients that are slow, silent, many or ambiguous, against `facecompare serve`: figures beside
their bounds; the exit code is 1 when one of them is broken.

    python -m tests.benchmarks.slow

Slow heads, slow bodies and idle connections, 200 of each, while health is asked for; 400 idle ones
where the process may open 256 files; every shape of request smuggling; JSON of 60 MB, of shapes
that cost a reader most; refusals before a body has come; SIGTERM with half of everything open.
"""

from __future__ import annotations

import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from facecompare.api.server import GRACE_S, MAX_CONNECTIONS
from facecompare.api.serving.connection import BODY_S, FIRST_S, HEAD_S, STALL_S
from facecompare.config import MAX_REQUEST_BYTES, Settings
from tests.support import pictures
from tests.support.browser.server import Server, serving
from tests.support.measured.arguments import benchmark_parser
from tests.support.slow_clients import (
    AS_JSON,
    HALF_A_BODY,
    HALF_A_HEAD,
    POST,
    SMUGGLED,
    HealthPolls,
    answer_in,
    asked,
    connected,
    kept_open,
    memory_mb,
    polled_health,
    received,
    seconds_until_closed,
)

SLOW, IDLE_MANY, FEW_FILES = 200, 400, 256
HEALTH_P99_MS, ENDED_S = 200, 10
SETTLED_S = 0.3  # after so many came at once, until the first of them may be closed for others
SLACK_S = 3  # of a busy machine, and of a byte a second
BODY = MAX_REQUEST_BYTES - 1_000
MEMORY_TIMES = 6  # of a body of 60 MB, in memory while it is read
BIG_JSON: dict[str, Callable[[int], bytes]] = {
    "one text": lambda size: b'{"image1": "' + b"A" * size + b'"}',
    "escaped quotes": lambda size: b'{"image1": "' + rb"\"" * (size // 2) + b'"}',
    "escaped pairs": lambda size: b'{"image1": "' + rb"\ud83d\ude00" * (size // 12) + b'"}',
    "blanks in base64": lambda size: b'{"image1": "' + b"A " * (size // 2) + b'"}',
    "open lists": lambda size: b"[" * size,
    "empty objects": lambda size: b"[" + b"{}," * (size // 3) + b"1]",
    "numbers": lambda size: b'{"a": [' + b"1," * (size // 2) + b"1]}",
    "one number": lambda size: b"9" * size,
    "fields": lambda size: b"{" + b"".join(b'"%d":1,' % n for n in range(size // 12)) + b'"":1}',
    "blanks": lambda size: b" " * size,
}
_PART = b'\r\n--x\r\nContent-Disposition: form-data; name="image1"\r\n\r\n'
BIG_FORMS: dict[str, Callable[[int], bytes]] = {
    "one part": lambda size: _PART[2:] + b"A" * size + b"\r\n--x--\r\n",
    "nearly delimiters": lambda size: _PART[2:] + b"\r\n--" * (size // 4) + b"\r\n--x--\r\n",
    "many parts": lambda size: (_PART * (size // len(_PART)))[2:] + b"\r\n--x--\r\n",
}
_broken: list[str] = []


def report(what: str, figure: float, bound: float, unit: str) -> None:
    """One line; a figure above its bound is remembered."""
    held = figure <= bound
    print(f"{what:<46} {figure:>9.1f} {unit:<3} of {bound:>8,.1f} {'' if held else 'BROKEN'}")
    if not held:
        _broken.append(what)


def slow_connections(server: Server) -> None:
    """All kinds at once: each is closed in its own time, and health does not notice."""
    kinds = {
        "slow heads": (HALF_A_HEAD, b"a", HEAD_S),
        "slow bodies": (HALF_A_BODY, b"A", BODY_S),
        "bodies that stall": (HALF_A_BODY, b"", STALL_S),
        "idle connections": (b"", b"", FIRST_S),
    }

    def hold(first: bytes, dribble: bytes, bound_s: float) -> float:
        with kept_open(server.address, SLOW, first) as clients:
            return max(seconds_until_closed(clients, bound_s + 2 * SLACK_S, dribble))

    with polled_health(server.address) as polls, ThreadPoolExecutor(len(kinds)) as pool:
        futures = {name: pool.submit(hold, *kind) for name, kind in kinds.items()}
        for name, future in futures.items():
            report(f"{SLOW} {name}: closed after", future.result(), kinds[name][2] + SLACK_S, "s")
    report("  health meanwhile, p99", polls.p99_ms, HEALTH_P99_MS, "ms")
    report("  health meanwhile, failures", len(polls.failures), 0, "")


def few_files(models: Path) -> None:
    """More connections than the process may open."""
    inside = ["bash", "-c", f'ulimit -n {FEW_FILES}; exec "$@"', "bash"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            serving(folder, models, inside=inside) as server,
            kept_open(server.address, IDLE_MANY),
        ):
            time.sleep(SETTLED_S)
            with polled_health(server.address) as polls:
                time.sleep(5)
        print(f"{IDLE_MANY} idle connections with {FEW_FILES} files:")
        report("  health, p99", polls.p99_ms, HEALTH_P99_MS, "ms")
        report("  health, failures", len(polls.failures), 0, "")
        report("  log", (folder / "stderr.txt").stat().st_size / 1e3, 10, "kB")


def smuggling(server: Server) -> None:
    """Each shape is refused with 400, and its connection closed."""
    statuses = {title: asked(server.address, sent).status for title, sent in SMUGGLED.items()}
    wrong = [title for title, status in statuses.items() if status != 400]
    print(*(f"  {title}: {statuses[title]}" for title in wrong), sep="\n", end="")
    report(f"{len(SMUGGLED)} smuggling shapes, not refused", len(wrong), 0, "")


def big_bodies(server: Server) -> None:
    """60 MB, of whatever costs a reader most."""
    base, all_polls = memory_mb(server.process.pid), HealthPolls()
    for kind, content_type, shapes in (
        ("JSON", AS_JSON, BIG_JSON),
        ("form", b"Content-Type: multipart/form-data; boundary=x\r\n", BIG_FORMS),
    ):
        for title, make in shapes.items():
            body = make(BODY - 200)
            head = POST + content_type + b"Connection: close\r\nContent-Length: %d\r\n\r\n"
            with polled_health(server.address) as polls:
                begun = time.monotonic()
                status = asked(server.address, head % len(body) + body).status
                took = time.monotonic() - begun
            worst = 1_000 * max(polls.seconds, default=0)
            print(
                f"{len(body) / 1e6:.0f} MB of {kind}, {title}: {status} after {took:.1f} s; ",
                end="",
            )
            print(f"health {len(polls.seconds)} times, at worst {worst:.0f} ms")
            all_polls.seconds += polls.seconds
            all_polls.failures += polls.failures
    report("  health meanwhile, p99", all_polls.p99_ms, HEALTH_P99_MS, "ms")
    report("  health meanwhile, failures", len(all_polls.failures), 0, "")
    grown = memory_mb(server.process.pid, peak=True) - base
    report("peak memory over the start, bodies", grown / (BODY / 1e6), MEMORY_TIMES, "×")


def early_refusals(server: Server) -> None:
    """Only a head is sent: the answer does not wait for a body."""
    text = b"Content-Type: text/plain\r\nContent-Length: 60000000\r\n\r\n"
    for title, head in {
        "a body that is too long": POST + AS_JSON + b"Content-Length: 61000001\r\n\r\n",
        "another content type": POST + text,
    }.items():
        begun = time.monotonic()
        answer = asked(server.address, head)
        print(f"{title}: {answer.status} {answer.code}")
        report("  answered and closed after", time.monotonic() - begun, SLACK_S, "s")


def ending(models: Path) -> None:
    """SIGTERM: half of everything is dropped, and what was accepted is answered."""
    names = ("image1", "image2")
    photos = {name: b64encode(pictures.OBAMA.read_bytes()).decode() for name in names}
    body = str(photos).replace("'", '"').encode()
    whole = POST + AS_JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with tempfile.TemporaryDirectory() as name, serving(Path(name), models) as server:
        with (
            kept_open(server.address, 50, HALF_A_HEAD),
            kept_open(server.address, 50, HALF_A_BODY),
            kept_open(server.address, 50),
        ):
            senders = [connected(server.address) for _ in range(4)]
            for client in senders:
                client.sendall(whole)
            time.sleep(0.3)
            begun = time.monotonic()
            server.process.terminate()
            answers = [answer_in(received(client)).status for client in senders]
            server.process.wait(3 * ENDED_S)
        print(f"SIGTERM with 150 half-open connections and 4 requests of one caller: {answers}")
        report("  gone after", time.monotonic() - begun, ENDED_S, "s")
        refused = answers.count(429)  # by the caller's share; the others were accepted
        report("  accepted and not answered", 4 - refused - answers.count(200), 0, "")
        report("  refused", refused, 2, "")


def main() -> int:
    """Everything; the exit code."""
    models = Settings.from_env().models_dir
    print(f"at most {MAX_CONNECTIONS} connections, {GRACE_S} s of grace")
    with tempfile.TemporaryDirectory() as name, serving(Path(name), models) as server:
        smuggling(server)
        early_refusals(server)
        big_bodies(server)
        slow_connections(server)
    few_files(models)
    ending(models)
    print("broken: " + ", ".join(_broken) if _broken else "all bounds held")
    return int(bool(_broken))


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.parse_args()
    raise SystemExit(main())
