"""By which names a server on one's own machine may be asked."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from facecompare.api.errors import error_response
from facecompare.errors import SHOWN_CHARACTERS, BadRequest


class HostCheck:
    """Serves only what asks for one of these hosts.

    Without it a web page elsewhere could reach a server on one's own machine, by pointing its own
    name there.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            found = Headers(scope=scope).get("host", "")
            if _without_port(found).lower() not in self._hosts:
                refusal = BadRequest(
                    f"found the host {found[:SHOWN_CHARACTERS]!r}; expected "
                    f"{' or '.join(self._hosts)}, where this server listens; ask for that"
                )
                await error_response(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    """The name of `name:port` or `[address]:port` (RFC 3986 §3.2.2)."""
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host
