"""`facecompare serve` and clients that are slow, many or ambiguous; `make slow` has the figures."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from facecompare.api.errors import ErrorResponse
from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.api.serving.framing import MAX_HEAD, MAX_HEADERS
from tests.support import pictures
from tests.support.browser.server import Server, serving
from tests.support.slow_clients import (
    AS_JSON,
    HALF_A_BODY,
    HALF_A_HEAD,
    HEALTH,
    HOST,
    POST,
    SMUGGLED,
    Answer,
    answer_in,
    asked,
    connected,
    kept_open,
    polled_health,
    received,
)

FEW_FILES, MANY = 256, 300
SETTLED_S = 1.0
LARGE = 60_900_000  # bytes, below what a request may have
ERROR_FIELDS = {field.name for field in fields(ErrorResponse)}
CLOSE = b"Connection: close\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("slow"), models_dir) as server:
        yield server


def assert_refused(answer: Answer, status: int) -> None:
    assert answer.status == status
    assert json.loads(answer.body).keys() == ERROR_FIELDS
    assert answer.headers["connection"] == "close"
    told = {name.lower(): value for name, value in SECURITY_HEADERS.items()}
    assert told.items() <= answer.headers.items()


@pytest.mark.parametrize("title", SMUGGLED)
def test_what_two_servers_could_read_differently_is_refused(server: Server, title: str) -> None:
    """Also behind a request that was kept open, and nothing of it is taken for a next one."""
    assert_refused(asked(server.address, SMUGGLED[title]), 400)
    kept = HEALTH.replace(CLOSE, b"")
    with connected(server.address) as client:
        client.sendall(kept + SMUGGLED[title] + kept)
        answers = received(client)
    assert answers.count(b"HTTP/1.1 ") == 2
    assert_refused(answer_in(answers[answers.rindex(b"HTTP/1.1 ") :]), 400)


ORDINARY = {
    "chunks": POST + AS_JSON + CLOSE + b"Transfer-Encoding: Chunked\r\n\r\n"
    b"A\r\n{\"image1\":\r\n3\r\n\"\"}\r\n0\r\n\r\n",
    "chunks and a trailer": POST + AS_JSON + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
    b"2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n",
    "a length": POST + AS_JSON + CLOSE + b"Content-Length: 2\r\n\r\n{}",
    "zeros before a length": POST + AS_JSON + CLOSE + b"Content-Length: 002\r\n\r\n{}",
    "many small chunks": POST + AS_JSON + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"1\r\n \r\n" * 900 + b"2\r\n{}\r\n0\r\n\r\n",
    "tabs and Latin-1 in a value": POST + AS_JSON + CLOSE + b"X: a\tb\xe9\r\n"
    b"Content-Length: 2\r\n\r\n{}",
}  # fmt: skip


@pytest.mark.parametrize("title", ORDINARY)
def test_what_is_read_in_one_way_only_is_read(server: Server, title: str) -> None:
    answer = asked(server.address, ORDINARY[title])
    assert (answer.status, answer.code) == (400, "missing_image")


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        (b"http://localhost/api/health", b"localhost", 200),  # RFC 9112 §3.2.2
        (b"http://localhost:8000/api/health?", b"ignored.example", 200),
        (b"https://localhost", b"localhost", 200),  # the page
        (b"http://evil.example/api/health", b"localhost", 400),
        (b"http://ann@localhost/api/health", b"localhost", 400),
        (b"ftp://localhost/api/health", b"localhost", 404),
    ],
)
def test_a_whole_address_is_read_as_a_proxy_is_asked(
    server: Server, address: bytes, host: bytes, status: int
) -> None:
    sent = b"GET " + address + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + CLOSE + b"\r\n"
    assert asked(server.address, sent).status == status


def test_a_whole_address_hides_no_second_host(server: Server) -> None:
    head = b"GET http://localhost/ HTTP/1.1\r\n"
    for hosts in (b"", 2 * HOST):
        assert_refused(asked(server.address, head + hosts + b"\r\n"), 400)


@pytest.mark.parametrize(
    "headers",
    [b"X: 1\r\n" * MAX_HEADERS, b"X: " + b"x" * MAX_HEAD + b"\r\n", b"X: " + b"x" * 500_000],
    ids=["many", "long", "without end"],
)
def test_a_head_has_a_length(server: Server, headers: bytes) -> None:
    answer = asked(server.address, b"GET / HTTP/1.1\r\n" + HOST + headers + b"\r\n")
    assert_refused(answer, 431)
    assert answer.code == "headers_too_large"


def test_as_many_headers_as_may_be_are_read(server: Server) -> None:
    headers = b"X: 1\r\n" * (MAX_HEADERS - 2)
    assert asked(server.address, HEALTH.replace(CLOSE, CLOSE + headers)).status == 200


@pytest.mark.parametrize("lie", [b"", b"x" * 3_000_000], ids=["only its head", "all that comes"])
def test_a_body_that_is_too_long_is_refused_by_its_length(server: Server, lie: bytes) -> None:
    head = POST + AS_JSON + b"Content-Length: 61000001\r\n\r\n"
    answer = asked(server.address, head + lie)
    assert_refused(answer, 413)
    assert asked(server.address, HEALTH).status == 200


@pytest.mark.parametrize(
    "body", [b"[" * LARGE, b'{"image1": "' + b'\\"' * (LARGE // 2) + b'"}'], ids=["lists", "quotes"]
)
def test_health_is_answered_while_a_large_body_is_read(server: Server, body: bytes) -> None:
    head = POST + AS_JSON + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body)
    with polled_health(server.address, pause_s=0.001) as polls:
        status = asked(server.address, head + body).status
        answered = len(polls.seconds)
    assert (status, polls.failures) == (400, [])
    assert answered >= 3


def test_more_connections_than_files_stop_nothing_and_fill_no_log(
    tmp_path: Path, models_dir: Path
) -> None:
    inside = ["bash", "-c", f'ulimit -n {FEW_FILES}; exec "$@"', "bash"]
    with serving(tmp_path, models_dir, inside=inside) as server:
        with kept_open(server.address, MANY):
            time.sleep(SETTLED_S)  # nobody who has just come makes room for another
            answers = [asked(server.address, HEALTH).status for _ in range(MANY)]
        assert answers == MANY * [200]
    assert len((tmp_path / "stderr.txt").read_text().splitlines()) <= 3


def test_sigterm_answers_what_was_accepted_and_waits_for_nobody_else(
    tmp_path: Path, models_dir: Path
) -> None:
    photo = b64encode(pictures.OBAMA.read_bytes()).decode()
    body = json.dumps({"image1": photo, "image2": photo}).encode()
    with serving(tmp_path, models_dir) as server:
        with (
            kept_open(server.address, 20, HALF_A_HEAD),
            kept_open(server.address, 20, HALF_A_BODY) as halves,
            kept_open(server.address, 20) as idle,
            connected(server.address) as accepted,
        ):
            accepted.sendall(POST + AS_JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            with polled_health(server.address) as polls:
                while not polls.seconds:  # so what was sent before has been read
                    pass
            server.process.terminate()
            assert answer_in(received(accepted)).status == 200
            assert {answer_in(received(each)).status for each in halves} == {503}
            assert {received(each) for each in idle} == {b""}
        server.process.wait(60)
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
