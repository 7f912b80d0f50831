"""What surrounds every request: whether there is a place, a bound on the body, HEAD, what nobody
foresaw, and security headers on every response."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facecompare.api.dependencies import address_of, writing_page
from facecompare.api.errors import API, counted_response, error_response, unforeseen_error
from facecompare.api.security_headers import OF_DOCUMENTS, PARTS, SECURITY_HEADERS
from facecompare.api.work_queue import callers_queue, existing_queue
from facecompare.errors import (
    SHOWN_CHARACTERS,
    FaceCompareError,
    ImageTooLarge,
    NotAllowed,
    Overloaded,
    TooManyAtOnce,
)

BODIES_HELD = 8  # of the largest size, all that have come and are not answered together
OF_ONE_ADDRESS = 0.5  # of that at most
LENGTH_DIGITS = 18  # of a Content-Length, below 2⁶³
UPLOAD_HINT = "; send a larger photo to POST /api/uploads and its name here"


class BodyLimit:
    """Refuses a body that is too large by its announced length, or as soon as it outgrows it.

    Where there is no memory for what comes, the body that has been on its way for longest ends: so
    those who keep theirs unfinished hold it against nobody.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, *, uploads: bool) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._memory = _Memory(BODIES_HELD * max_bytes)
        self._hint = UPLOAD_HINT if uploads else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _announced(scope)
        if announced > self._max_bytes:
            await error_response(self._too_large(announced))(scope, receive, send)
            return
        body = _Body(address_of(Request(scope)))

        async def counted() -> Message:
            message = await body.next(receive)
            self._memory.add(body, len(message.get("body", b"")))
            if body.length > self._max_bytes:
                raise self._too_large(body.length)
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._memory.remove(body)

    def _too_large(self, found: int) -> ImageTooLarge:
        return ImageTooLarge(
            f"found a request of {found:,} bytes or more; expected at most {self._max_bytes:,} in "
            f"all{self._hint}"
        )


class _Body:
    """What has come of one request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.length = 0
        self.is_whole = False
        self._given_up: asyncio.Future[None] | None = None

    async def next(self, receive: Receive) -> Message:
        """What the client sends. Raises  Overloaded once its memory is needed for others."""
        if self.is_whole:  # what is awaited now is that the client leaves
            return await receive()
        self._given_up = self._given_up or asyncio.get_running_loop().create_future()
        message = asyncio.ensure_future(receive())
        try:
            ends: set[asyncio.Future[Any]] = {message, self._given_up}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._given_up.done():
                raise _no_memory()
            return await self._seen(message)
        finally:
            message.cancel()

    async def _seen(self, message: asyncio.Future[Message]) -> Message:
        found = await message
        self.is_whole = not found.get("more_body", False)
        return found

    def give_up(self) -> None:
        """End it, whatever it waits for."""
        if self._given_up is not None and not self._given_up.done():
            self._given_up.set_result(None)


class _Memory:
    """The bodies that are held, in the order in which they began to come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bodies: dict[_Body, None] = {}
        self._of_address: Counter[str] = Counter()

    def add(self, body: _Body, length: int) -> None:
        """Hold so much more of it, if need be instead of others.

        Raises  Overloaded where all the others are whole, and are being worked on.
        """
        if not length:
            return
        self._bodies.setdefault(body)
        body.length += length
        self._of_address[body.address] += length
        while self._of_address[body.address] > OF_ONE_ADDRESS * self._most:
            self._give_up_one(body, body.address)
        while self._of_address.total() > self._most:
            self._give_up_one(body)

    def remove(self, body: _Body) -> None:
        """Hold nothing of it any more."""
        if body in self._bodies:
            del self._bodies[body]
            self._of_address[body.address] -= body.length
            if not self._of_address[body.address]:
                del self._of_address[body.address]

    def _give_up_one(self, new: _Body, address: str | None = None) -> None:
        """The first that is not whole, of this address or of all. Raises  Overloaded."""
        for body in self._bodies:
            if body is not new and not body.is_whole and address in (None, body.address):
                body.give_up()
                self.remove(body)
                return
        raise _no_memory()


def _no_memory() -> Overloaded:
    return Overloaded("found bodies for more than the memory; expected fewer; try again")


def _announced(scope: Scope) -> int:
    """The body's length in bytes, as its header has it; 0 for what is no number."""
    text = Headers(scope=scope).get("content-length", "0")
    return int(text[: LENGTH_DIGITS + 1]) if text.isascii() and text.isdigit() else 0


class Gate:
    """Lets some requests in, and refuses others before anything of them is looked at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and (refusal := self.refusal(Request(scope))):
            await counted_response(scope["app"], refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def refusal(self, request: Request) -> FaceCompareError | None:
        """Why this one is refused; None where it is let in."""
        raise NotImplementedError


class SiteCheck(Gate):
    """Lets no page elsewhere write here: browsers send forms to any address, unread as they are."""

    def refusal(self, request: Request) -> FaceCompareError | None:
        """Of a page elsewhere."""
        if not (page := writing_page(request)):
            return None
        return NotAllowed(
            f"found a request of a page of {page[:SHOWN_CHARACTERS]!r}; expected one of this "
            "server's own page, or of a program"
        )


class Shedding(Gate):
    """Refuses photos that have no place, before anything of their request is looked at.

    Under a flood the work that was accepted needs the time: reading requests, to refuse them then,
    would take a third of it. Who has a key is known later, and may be refused by their share then.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._operations: frozenset[tuple[str, str]] | None = None

    def refusal(self, request: Request) -> FaceCompareError | None:
        """Of what finds no place."""
        queue = existing_queue(request)
        if queue is None or (request.method, request.scope["path"]) not in self._queued(request):
            return None
        keyed = "authorization" in request.headers
        try:
            queue.refuse_where_full("" if keyed else address_of(request))
        except (Overloaded, TooManyAtOnce) as error:
            return error
        return None

    def _queued(self, request: Request) -> frozenset[tuple[str, str]]:
        if self._operations is None:
            self._operations = frozenset(
                (method, route.path)
                for route in request.app.routes
                if isinstance(route, APIRoute)
                and any(each.call is callers_queue for each in route.dependant.dependencies)
                for method in route.methods or ()
            )
        return self._operations


class HeadRequests:
    """Answers HEAD as GET without its body (RFC 9110 §9.3.2); the page's files do that alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        head = scope["type"] == "http" and scope["method"] == "HEAD"
        if not head or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class UnforeseenErrors:
    """Answers what nobody foresaw as every error is answered.

    An answer that has begun cannot be taken back: its connection is closed, by raising.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await unforeseen_error(error)(scope, receive, send)


class SecurityHeaders:
    """Adds the security headers, and keeps API responses out of caches.

    Scripts, styles and pictures of the page have those headers only that mean something there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                of_api = scope["path"].startswith(API)
                headers.update(SECURITY_HEADERS)
                if not of_api and headers.get("content-type", "").startswith(PARTS):
                    for name in OF_DOCUMENTS:
                        del headers[name]
                # The page may be kept but is asked for anew; responses about faces are never kept.
                headers.setdefault("Cache-Control", "no-store" if of_api else "no-cache")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
