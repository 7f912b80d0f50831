"""The bounds of one connection and of all, by a clock that is moved: nothing here waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.api.server import run_server
from facecompare.api.serving.connection import (
    BODY_S,
    BYTES_PER_S,
    FIRST_S,
    HEAD_S,
    LAST_BODY_S,
    LINGER_S,
    LONGEST_BODY_S,
    OF_ONE_ADDRESS,
    STALL_S,
    WRITE_S,
    Connection,
)
from tests.support.slow_clients import HALF_A_BODY, HALF_A_HEAD, HEALTH, Answer, answer_in

KEPT = HEALTH.replace(b"Connection: close\r\n", b"")
MOST, SPARE = 3, 1
PROXY = "10.1.1.1"


class Transport(asyncio.Transport):
    """What was written, and how it ended."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 50_000)})
        self.written = b""
        self.ended = ""

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = "lingering"

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def is_closing(self) -> bool:
        return self.ended in ("closed", "aborted")

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def answer(self) -> Answer:
        return answer_in(self.written)


class Loop(asyncio.SelectorEventLoop):
    """One whose clock can be moved."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


class Clients:
    """Connections to one server, whose application answers when it is let."""

    def __init__(self, loop: Loop) -> None:
        self.loop, self.state = loop, ServerState()
        self.let_go = asyncio.Event()
        self.fault: Exception | None = None
        self._connected = 0
        make: Any = partial(Connection, most=MOST, spare=SPARE, proxies={PROXY})
        self._config = uvicorn.Config(
            self._application, interface="asgi3", http=make, ws="none", lifespan="off"
        )
        self._config.load()
        self._make = make

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.fault is not None:
            raise self.fault
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        await self.let_go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def connect(self, sent: bytes = b"", address: str = "") -> tuple[Connection, Transport]:
        """From this address or, if none is said, one of its own."""
        self._connected += 1
        transport = Transport(address or f"10.0.0.{self._connected}")
        made = self._make(self._config, self.state, {}, self.loop)
        made.connection_made(transport)
        if sent:
            made.data_received(sent)
        self.settle()
        return made, transport

    def settle(self) -> None:
        """Let tasks do what they can."""
        for _ in range(5):
            self.loop.run_until_complete(asyncio.sleep(0))

    def wait(self, connection: Connection, seconds: float) -> None:
        self.loop.ahead += seconds
        connection.check(self.loop.time())
        self.settle()


@pytest.fixture
def clients() -> Iterator[Clients]:
    loop = Loop()
    yield Clients(loop)
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left))
    loop.close()


def assert_told(transport: Transport, status: int, code: str) -> None:
    answer = transport.answer()
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["connection"] == "close"
    told = {name.lower(): value for name, value in SECURITY_HEADERS.items()}
    assert told.items() <= answer.headers.items()


def test_a_connection_on_which_nothing_comes_is_closed_without_a_word(clients: Clients) -> None:
    connection, transport = clients.connect()
    clients.wait(connection, FIRST_S - 1)
    assert transport.ended == ""
    clients.wait(connection, 2)
    assert (transport.ended, transport.written) == ("closed", b"")


@pytest.mark.parametrize(
    ("sent", "bound_s"),
    [(b"G", HEAD_S), (HALF_A_HEAD, HEAD_S), (HALF_A_BODY, STALL_S)],
    ids=["one byte", "half a head", "half a body"],
)
def test_what_comes_by_halves_is_refused(clients: Clients, sent: bytes, bound_s: float) -> None:
    connection, transport = clients.connect(sent)
    clients.wait(connection, bound_s - 1)
    assert (transport.ended, transport.written) == ("", b"")
    clients.wait(connection, 2)
    assert_told(transport, 408, "request_timeout")
    assert transport.ended == "lingering"
    assert clients.state.tasks == set() or all(task.done() for task in clients.state.tasks)


def test_dribbling_does_not_buy_time_for_a_head(clients: Clients) -> None:
    connection, transport = clients.connect(HALF_A_HEAD)
    for _ in range(int(HEAD_S) + 1):
        clients.wait(connection, 1)
        connection.data_received(b"a")
    assert_told(transport, 408, "request_timeout")


def test_a_second_request_has_the_same_time_as_the_first(clients: Clients) -> None:
    clients.let_go.set()
    connection, transport = clients.connect(KEPT)
    assert transport.answer().status == 200
    transport.written = b""
    clients.wait(connection, 1)
    connection.data_received(HALF_A_HEAD)
    clients.wait(connection, HEAD_S - 1)
    assert transport.written == b""
    clients.wait(connection, 2)
    assert_told(transport, 408, "request_timeout")


def test_a_body_has_time_by_what_has_come_of_it(clients: Clients) -> None:
    head = HALF_A_BODY.replace(b"Content-Length: 1000", b"Content-Length: 60000000")
    slow, quick = clients.connect(head), clients.connect(head)
    for _ in range(int(BODY_S) + 1):
        for (connection, _), size in ((slow, 1), (quick, BYTES_PER_S)):
            connection.data_received(b"A" * size)
        clients.loop.ahead += 1
        clients.settle()
    for connection, _ in (slow, quick):
        connection.check(clients.loop.time())
    assert_told(slow[1], 408, "request_timeout")
    assert quick[1].written == b""


def test_work_has_the_time_it_takes(clients: Clients) -> None:
    connection, transport = clients.connect(KEPT)
    clients.wait(connection, 1_000)
    assert (transport.ended, transport.written) == ("", b"")
    clients.let_go.set()
    clients.settle()
    assert transport.answer().status == 200


def test_who_takes_nothing_of_an_answer_is_left(clients: Clients) -> None:
    connection, transport = clients.connect(KEPT)
    connection.pause_writing()
    clients.wait(connection, WRITE_S - 1)
    connection.resume_writing()
    clients.wait(connection, 2)
    assert transport.ended == ""
    connection.pause_writing()
    clients.wait(connection, WRITE_S + 1)
    assert transport.ended == "aborted"
    connection.connection_lost(None)


def test_who_was_refused_may_end_sending_for_a_moment(clients: Clients) -> None:
    connection, transport = clients.connect(b"no HTTP\r\n\r\n")
    assert_told(transport, 400, "bad_request")
    written = transport.written
    connection.data_received(HEALTH)
    clients.wait(connection, LINGER_S - 1)
    assert (transport.ended, transport.written) == ("lingering", written)
    clients.wait(connection, 2)
    assert transport.ended == "aborted"


def test_beyond_the_limit_new_connections_are_refused(clients: Clients) -> None:
    for _ in range(MOST):
        clients.connect(HALF_A_HEAD)
    for expected in ("lingering", "closed"):  # those that have no room to linger are closed
        _, transport = clients.connect()
        assert_told(transport, 503, "too_many_connections")
        assert int(transport.answer().headers["retry-after"]) > 0
        assert transport.ended == expected


@pytest.mark.parametrize(
    ("sent", "waited_s", "told"), [(b"", 1, False), (HALF_A_HEAD, 1, True), (HALF_A_BODY, 6, True)]
)
def test_who_has_waited_longest_makes_room(
    clients: Clients, sent: bytes, waited_s: float, told: bool
) -> None:
    first, others = clients.connect(sent), [clients.connect(sent) for _ in range(MOST - 1)]
    clients.loop.ahead += waited_s
    _, newcomer = clients.connect(KEPT)
    clients.let_go.set()
    clients.settle()
    assert newcomer.answer().status == 200
    assert [transport.ended for _, transport in others] == [""] * (MOST - 1)
    assert first[1].ended == ("lingering" if told else "closed")
    if told:
        assert_told(first[1], 408, "request_timeout")


def test_one_address_has_half_of_the_connections(clients: Clients) -> None:
    of_one = [clients.connect(HALF_A_BODY, "10.9.9.9") for _ in range(int(MOST * OF_ONE_ADDRESS))]
    _, refused = clients.connect(HALF_A_BODY, "10.9.9.9")
    assert_told(refused, 503, "too_many_connections")
    clients.let_go.set()
    _, other = clients.connect(KEPT)
    assert other.answer().status == 200
    clients.loop.ahead += 6
    _, newer = clients.connect(KEPT, "10.9.9.9")
    assert newer.answer().status == 200
    assert refused.ended == "aborted"  # it has had the time to read why
    assert of_one[0][1].written == b""
    _, newest = clients.connect(KEPT, "10.9.9.9")
    assert newest.answer().status == 200
    assert_told(of_one[0][1], 408, "request_timeout")


def test_a_proxy_stands_for_many_clients(clients: Clients) -> None:
    behind = [clients.connect(KEPT, PROXY) for _ in range(MOST)]
    clients.let_go.set()
    clients.settle()
    assert [transport.answer().status for _, transport in behind] == [200] * MOST


def test_a_body_that_comes_at_length_ends_all_the_same(clients: Clients) -> None:
    head = HALF_A_BODY.replace(b"Content-Length: 1000", b"Content-Length: 60000000")
    connection, transport = clients.connect(head)
    for _ in range(int(LONGEST_BODY_S) - 1):
        connection.data_received(b"A" * 2 * BYTES_PER_S)
        clients.wait(connection, 1)
    assert transport.written == b""
    clients.wait(connection, 2)
    assert_told(transport, 408, "request_timeout")


def test_nobody_makes_room_whose_work_is_being_done(clients: Clients) -> None:
    busy = [clients.connect(KEPT) for _ in range(MOST)]
    clients.loop.ahead += 1_000
    _, newcomer = clients.connect(KEPT)
    assert_told(newcomer, 503, "too_many_connections")
    clients.let_go.set()
    clients.settle()
    assert {transport.answer().status for _, transport in busy} == {200}


def test_an_ending_server_answers_what_it_has_and_drops_the_rest(clients: Clients) -> None:
    working, body = clients.connect(KEPT), clients.connect(HALF_A_BODY)
    idle = clients.connect()
    for connection, _ in (working, body, idle):
        connection.shutdown()
    assert (idle[1].ended, working[1].ended, body[1].ended) == ("closed", "", "")
    clients.wait(body[0], LAST_BODY_S + 1)
    assert_told(body[1], 503, "shutting_down")
    clients.let_go.set()
    clients.settle()
    assert (working[1].answer().status, working[1].ended) == (200, "closed")
    assert working[1].answer().headers["connection"] == "close"


def test_a_fault_outside_of_every_handler_is_told_as_all_are(clients: Clients) -> None:
    clients.fault = RuntimeError("a secret")
    _, transport = clients.connect(KEPT)
    assert_told(transport, 500, "internal_error")
    assert b"secret" not in transport.written


def test_work_that_is_given_up_at_the_end_is_told(clients: Clients) -> None:
    connection, transport = clients.connect(KEPT)
    connection.shutdown()
    for task in clients.state.tasks:
        task.cancel()
    clients.settle()
    assert (transport.answer().status, transport.answer().code) == (503, "shutting_down")
    assert json.loads(transport.answer().body).keys() >= {"code", "message"}


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9"), (("10.0.0.2",), "127.0.0.1")],
)
def test_who_forwards_is_believed_only_where_it_is_named(
    proxies: tuple[str, ...], believed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # uvicorn's own, which is not ours
    made: list[uvicorn.Config] = []
    seen: list[str] = []
    monkeypatch.setattr(
        "facecompare.api.server._Server.run", lambda self, sockets: made.append(self.config)
    )

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"][0])

    run_server(application, None, proxies)  # type: ignore[arg-type]
    made[0].load()
    scope = {
        "type": "http",
        "client": ("127.0.0.1", 50_000),
        "headers": [(b"x-forwarded-for", b"203.0.113.9")],
    }
    asyncio.run(made[0].loaded_app(scope, None, None))
    assert seen == [believed]
