"""One connection: HTTP/1.1 as uvicorn reads it, with bounds on time, and the API's own words."""

from __future__ import annotations

import sys
from asyncio import CancelledError, Transport
from collections.abc import Collection, Iterable
from contextlib import suppress
from enum import Enum
from typing import Any

import h11
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

from facecompare.api.errors import RETRY_AFTER_S, json_error, unforeseen_error
from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.api.serving.framing import MAX_HEAD, MAX_HEADERS, be_strict
from facecompare.api.serving.lingering import LingeringTransport
from facecompare.errors import BadRequest

FIRST_S = 15.0  # without a byte, on a new connection; uvicorn's KEEP_ALIVE_S is for the others
HEAD_S = 10.0  # from a request's first byte to the end of its headers
STALL_S = 10.0  # without a byte of a body that is awaited
BODY_S, BYTES_PER_S = 30.0, 20_000  # for a body: some time, and more for what has come of it
LONGEST_BODY_S = 120.0  # for any: the largest at half a megabyte a second
OF_ONE_ADDRESS = 0.5  # of all connections at most, unless it is a trusted proxy's
WRITE_S = 30.0  # in which a client takes nothing of its answer
LINGER_S = 2.0  # in which a refused client may end its sending, and so sees why
LAST_BODY_S = 2.0  # for a body that is on its way when the server ends

_VERSIONS = ("1.0", "1.1")
_SLOW = (408, "request_timeout", "found a request that came too slowly; expected it in one go")
_FULL = (503, "too_many_connections", "found more connections than this server takes; try again")
_ENDING = (503, "shutting_down", "found the server ending; try again")


class Phase(Enum):
    """What a connection is waiting for."""

    IDLE = "a request"
    HEAD = "the rest of a request's headers"
    BODY = "the rest of a request's body"
    WORK = "the application"
    CLOSING = "the client's end"


class Connection(H11Protocol):
    """uvicorn's, which has no bounds on heads, bodies and numbers: those are `check`'s."""

    transport: Any

    def __init__(
        self,
        *arguments: Any,
        most: int,
        spare: int,
        proxies: Collection[str] = (),
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._most, self._spare, self._proxies = most, spare, proxies
        self._application, self.app = self.app, self._answer
        self._refused = self._ending = False
        self._phase, self._since, self._read_at = Phase.IDLE, self.loop.time(), 0.0
        self._received = 0
        self._write_paused_at = 0.0
        be_strict(self.conn)

    @property
    def waiting(self) -> tuple[Phase, float]:
        """For what, and since when."""
        return self._phase, self._since

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    @property
    def has_more_to_come(self) -> bool:
        """Whether the client may still be sending what nobody is going to read."""
        return self._refused or self.conn.their_state in (h11.SEND_BODY, h11.ERROR)

    @property
    def is_taking(self) -> bool:
        """Whether the client has not taken all of its answer yet."""
        return bool(self.transport.get_write_buffer_size())

    def enter(self, phase: Phase) -> None:
        """Begin to wait for this, if it is new."""
        if phase is not self._phase:
            self._phase, self._since, self._received = phase, self.loop.time(), 0

    def is_ending(self) -> None:
        """Await the client's end."""
        self.enter(Phase.CLOSING)

    # What the loop calls

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Take it, if need be instead of the one that has kept others waiting for longest."""
        super().connection_made(LingeringTransport(transport, self))  # type: ignore[arg-type]
        if not self._has_room():
            self._refuse(*_FULL, lingering=len(self.connections) <= self._most + self._spare)

    def data_received(self, data: bytes) -> None:
        """Read it, or throw away what nobody awaits."""
        if self.transport.closing:
            return
        self._read_at = self.loop.time()
        self._received += len(data)
        if self._phase is Phase.IDLE:
            self.enter(Phase.HEAD)
        super().data_received(data)
        self._look()

    def pause_writing(self) -> None:
        """The client takes less than it is sent."""
        self._write_paused_at = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._write_paused_at = 0.0
        super().resume_writing()

    # What uvicorn calls

    def on_response_complete(self) -> None:
        """Await the next request."""
        super().on_response_complete()
        self._look()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP as the API refuses everything, and close the connection."""
        if getattr(sys.exception(), "error_status_hint", 0) == 431:
            expected = f"at most {MAX_HEADERS} headers of {MAX_HEAD:,} bytes together"
            self._refuse(431, "headers_too_large", f"found a longer head; expected {expected}")
        else:
            told = "found what is no request; expected HTTP/1.1"
            self._refuse(400, BadRequest.code, told)

    def shutdown(self) -> None:
        """End when the work that was accepted is answered; what is half here has little time."""
        self._ending = True
        if self._phase is Phase.CLOSING:
            self.transport.abort()
        elif self._phase is Phase.WORK:
            self.cycle.keep_alive = False
        elif self._phase is Phase.BODY:
            self._since = self.loop.time()
        else:
            with suppress(h11.LocalProtocolError):
                super().shutdown()

    # Bounds

    def check(self, now: float) -> None:
        """End what has taken too long; called every moment."""
        waited, phase = now - self._since, self._phase
        if phase is Phase.IDLE and self.cycle is None and waited > FIRST_S:
            self.transport.close()
        elif phase is Phase.HEAD and waited > HEAD_S:
            self._refuse(*_SLOW)
        elif phase is Phase.BODY and self._ending and waited > LAST_BODY_S:
            self._refuse(*_ENDING)
        elif phase is Phase.BODY and self._is_slow(now, waited):
            self._refuse(*_SLOW)
        elif self._has_left(now, waited):
            self.transport.abort()

    def _is_slow(self, now: float, waited: float) -> bool:
        stalled = not self.flow.read_paused and now - self._read_at > STALL_S
        given = min(BODY_S + self._received / BYTES_PER_S, LONGEST_BODY_S)
        return stalled or waited > given

    def _has_left(self, now: float, waited: float) -> bool:
        """Whether the client takes nothing of its answer, or does not end after it."""
        if self._phase is Phase.CLOSING:
            return waited > LINGER_S and not (self.is_taking and waited < WRITE_S)
        return 0 < self._write_paused_at < now - WRITE_S

    def make_room(self) -> None:
        """Leave for another connection."""
        if self._phase is Phase.CLOSING:
            self.transport.abort()
        elif self._phase is Phase.IDLE:
            self.transport.close()
        else:
            self._refuse(*_SLOW)

    def _has_room(self) -> bool:
        """Whether it may stay: beside those of its own address, then beside all."""
        every = [each for each in self.connections if isinstance(each, Connection)]
        own = [each for each in every if each.address == self.address]
        of_proxy = self.address in self._proxies  # which stands for many clients
        if len(own) > self._most * OF_ONE_ADDRESS and not of_proxy:
            return self._one_leaves(own)
        return len(every) <= self._most or self._one_leaves(every)

    def _one_leaves(self, connections: Iterable[Connection]) -> bool:
        """Whether one has been found that may leave: those that were refused, then idle ones, then
        slow ones."""
        longest = _longest_waiting(connections, self.loop.time())
        if longest is not None:
            longest.make_room()
        return longest is not None

    def _look(self) -> None:
        """What it waits for now."""
        if self.transport.closing:
            return
        idle = self.cycle is None or self.cycle.response_complete
        if self.conn.their_state is h11.SEND_BODY:
            self.enter(Phase.BODY)
        elif not idle:
            self.enter(Phase.WORK)
        else:
            self.enter(Phase.HEAD if self.conn.trailing_data[0] else Phase.IDLE)

    # Answers

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application's answer, the last of this connection where the request has not come as a
        whole, or where the server ends."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if self._ending or self.has_more_to_come:
                    headers = [*message.get("headers", ()), CLOSE_HEADER]
                    message = {**message, "headers": headers}
            await send(message)

        answer = await self._instead(scope, receive, watched)
        if answer is not None and not begun:
            self._ending = True
            await _complete(answer)(scope, receive, watched)

    async def _instead(self, scope: Scope, receive: Receive, send: Send) -> JSONResponse | None:
        """Let the application answer; returns what to answer if it has not."""
        if _is_ambiguous(scope):
            return json_error(400, BadRequest.code, "found no HTTP/1.1; expected it")
        try:
            await self._application(scope, receive, send)
        except CancelledError:  # the server has waited for long enough
            return json_error(*_ENDING)
        except Exception as error:  # outside of the application's own handlers
            return unforeseen_error(error)
        return None

    def _refuse(self, status: int, code: str, message: str, *, lingering: bool = True) -> None:
        """Answer, if no answer has begun, and close the connection."""
        response = _complete(json_error(status, code, message))
        self._refused = lingering
        with suppress(h11.LocalProtocolError):
            for event in (
                h11.Response(status_code=status, headers=[*response.raw_headers, CLOSE_HEADER]),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def _is_ambiguous(scope: Scope) -> bool:
    """Whether it is of a version that nobody speaks, or that has no chunks (RFC 9112 §6.1)."""
    chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    return scope["http_version"] not in _VERSIONS or (chunked and scope["http_version"] == "1.0")


def _longest_waiting(connections: Iterable[Connection], now: float) -> Connection | None:
    """Of those that nobody works for; none where all of them are new."""
    there = [each for each in connections if not (each.is_taking or each.transport.is_gone)]
    for phases, at_least in (
        ((Phase.CLOSING,), 0.1),
        ((Phase.IDLE, Phase.HEAD), 0.1),
        ((Phase.BODY,), 5.0),
    ):
        waiting = [each for each in there if each.waiting[0] in phases]
        longest = min(waiting, key=lambda each: each.waiting[1], default=None)
        if longest is not None and now - longest.waiting[1] >= at_least:
            return longest
    return None


def _complete(response: JSONResponse) -> JSONResponse:
    """With the headers that the application adds to its own."""
    response.headers.update(SECURITY_HEADERS | {"Cache-Control": "no-store"})
    if response.status_code == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    return response
