"""What surrounds every request: a bound on its body, and security headers on its response."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facecompare.access import ORIGIN_HEADER
from facecompare.api.errors import error_response
from facecompare.errors import ImageTooLarge, NotAllowed

# The page needs its own files, pictures from memory (blob:, data:) and this API; nothing else.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
UPLOAD_HINT = "; send a larger photo to POST /api/uploads and its name here"


class BodyLimit:
    """Refuses a body that is too large by its announced length, or as soon as it outgrows it."""

    def __init__(self, app: ASGIApp, max_bytes: int, *, uploads: bool) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._hint = UPLOAD_HINT if uploads else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await error_response(self._too_large(int(announced)))(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._too_large(received)
            return message

        return counted

    def _too_large(self, found: int) -> ImageTooLarge:
        return ImageTooLarge(
            f"found a request of {found:,} bytes or more; expected at most {self._max_bytes:,} in "
            f"all{self._hint}"
        )


class OriginCheck:
    """Serves only what came through the page's address, which adds a secret to each request.

    So nobody can go around it, its limits and its firewall.
    """

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            sent = Headers(scope=scope).get(ORIGIN_HEADER, "").encode()
            if not hmac.compare_digest(sent, self._secret):
                refusal = NotAllowed("direct API access is disabled; use the site's URL")
                await error_response(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class SecurityHeaders:
    """Adds the security headers, and keeps API responses out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                # The page may be kept but is asked for anew; responses about faces are never kept.
                is_api = scope["path"].startswith("/api")
                headers.setdefault("Cache-Control", "no-store" if is_api else "no-cache")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
