"""By which names a server on one's own machine may be asked, and one behind a page by whom."""

from __future__ import annotations

import hmac
from collections.abc import Collection

from fastapi import Request
from starlette.types import ASGIApp

from facecompare.access import ORIGIN_HEADER
from facecompare.api.middleware import Gate
from facecompare.errors import SHOWN_CHARACTERS, BadRequest, FaceCompareError, NotAllowed


class HostCheck(Gate):
    """Serves only what asks for one of these hosts.

    Without it a web page elsewhere could reach a server on one's own machine, by pointing its own
    name there.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        super().__init__(app)
        self._hosts = hosts

    def refusal(self, request: Request) -> FaceCompareError | None:
        """Of what asks for another host."""
        found = request.headers.get("host", "")
        if _without_port(found).lower() in self._hosts:
            return None
        return BadRequest(
            f"found the host {found[:SHOWN_CHARACTERS]!r}; expected "
            f"{' or '.join(self._hosts)}, where this server listens; ask for that"
        )


class OriginCheck(Gate):
    """Serves only what came through the page's address, which adds a secret to each request.

    So nobody can go around it, its limits and its firewall. There are two secrets while one
    replaces the other.
    """

    def __init__(self, app: ASGIApp, secrets: Collection[str]) -> None:
        super().__init__(app)
        self._secrets = [secret.encode() for secret in secrets]

    def refusal(self, request: Request) -> FaceCompareError | None:
        """Of what came another way."""
        sent = request.headers.get(ORIGIN_HEADER, "").encode()
        if True in [hmac.compare_digest(sent, secret) for secret in self._secrets]:
            return None
        return NotAllowed("direct API access is disabled; use the site's URL")


def _without_port(host: str) -> str:
    """The name of `name:port` or `[address]:port` (RFC 3986 §3.2.2)."""
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host
