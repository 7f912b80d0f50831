"""`facecompare serve` over a socket: what is no HTTP, other hosts, clients that leave."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from facecompare.api.errors import ErrorResponse
from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.records.sqlite import SqliteLog
from tests.support import pictures
from tests.support.browser.server import Server, serving
from tests.support.records import record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def server(folder: Path, models_dir: Path) -> Iterator[Server]:
    with serving(folder, models_dir) as server:
        yield server


def connection(server: Server) -> socket.socket:
    address = urlsplit(server.address)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=60)


def answer(server: Server, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by their names in small letters, and body."""
    with connection(server) as client:
        client.sendall(sent)
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


NO_HTTP = {
    "nothing of it": b"\x16\x03\x01\r\n\r\n",
    "another protocol": b"SSH-2.0-x\r\n\r\n",
    "no version": b"GET /api/health\r\n\r\n",
    "no host": b"GET /api/health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "two lengths": b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "5,000 digits of length": b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000,
    "a header without a name": b"GET / HTTP/1.1\r\n: localhost\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n",
    "no ASCII in the address": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another transfer coding": b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\n"
    b"Transfer-Encoding: gzip\r\n\r\n",
}
ERROR_FIELDS = {field.name for field in fields(ErrorResponse)}
HOSTS = ("evil.example", "[", "\xff", "localhost.evil.example:80")


def get(host: str, path: str = "/api/health") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_refused_in_the_one_shape(server: Server, sent: bytes) -> None:
    status, headers, body = answer(server, sent)
    assert 400 <= status < 500
    assert json.loads(body).keys() == ERROR_FIELDS
    expected = {name.lower(): value.lower() for name, value in SECURITY_HEADERS.items()}
    assert expected.items() <= headers.items()


@pytest.mark.parametrize("path", ["/api/health", "/", "/nothing"])
@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused_in_the_one_shape(server: Server, host: str, path: str) -> None:
    status, headers, body = answer(server, get(host, path))
    assert (status, json.loads(body)["code"]) == (400, "bad_request")
    assert headers["x-content-type-options"] == "nosniff"


def test_a_web_socket_is_none(server: Server) -> None:
    upgrade = b"Connection: close, Upgrade\r\nUpgrade: websocket\r\n"
    status, _, _ = answer(server, get("localhost").replace(b"Connection: close\r\n", upgrade))
    assert status == 200  # RFC 9110 §7.8: an upgrade may be ignored


def test_clients_that_leave_are_no_faults(server: Server, folder: Path) -> None:
    before = (folder / "stderr.txt").read_text()
    head = b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
    for content_type in (b"multipart/form-data; boundary=x", b"application/json"):
        for body in (
            b"",
            b"--x\r\n",
            b"--x\r\nContent-Disposition: form-data; name=image1\r\n\r\nx",
        ):
            with connection(server) as client:
                client.sendall(head + b"Content-Type: " + content_type + b"\r\n\r\n" + body)
    chunked = b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    answer(server, chunked + b"Content-Type: application/json\r\n\r\nno length\r\n")
    assert answer(server, get("localhost"))[0] == 200
    assert "Traceback" not in (folder / "stderr.txt").read_text().removeprefix(before)


def test_its_log_has_no_traceback_of_what_others_sent(server: Server, folder: Path) -> None:
    for sent in NO_HTTP.values():
        answer(server, sent)
    assert "Traceback" not in (folder / "stderr.txt").read_text()


def test_where_records_cannot_be_kept_it_starts_and_ready_says_so(
    tmp_path: Path, models_dir: Path
) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("a read-only folder is NOT tested; run: apt-get install bubblewrap")
    folder = tmp_path / "log"
    SqliteLog(folder / "comparisons.sqlite3").put(record(1))
    read_only = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/"]
    read_only += ["--ro-bind", str(folder), str(folder)]
    photo = pictures.OBAMA.read_bytes()
    head = b'--x\r\nContent-Disposition: form-data; filename="a"; name='
    parts = b"".join(head + name + b"\r\n\r\n" + photo + b"\r\n" for name in (b"image1", b"image2"))
    post = b"POST /api/compare HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    post += b"Content-Type: multipart/form-data; boundary=x\r\n"
    post += b"Content-Length: %d\r\n\r\n%s--x--\r\n" % (len(parts) + 7, parts)
    ready = get("localhost", "/api/ready")
    with serving(folder, models_dir, inside=read_only) as server:
        answers = [answer(server, sent) for sent in (ready, post, get("localhost", "/"))]
    assert [status for status, _, _ in answers] == [503, 503, 200]
    assert json.loads(answers[0][2])["checks"]["records"] == "records_unavailable"
    assert json.loads(answers[1][2])["code"] == "records_unavailable"
    assert "warning: the comparison log" in (folder / "stderr.txt").read_text()
