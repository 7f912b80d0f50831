"""`facecompare serve`: page and API on this machine."""

from __future__ import annotations

import os
import socket

import click

from facecompare.cli.command import Command
from facecompare.cli.output import notice, warning
from facecompare.cli.parameters import ADDRESS, PORT
from facecompare.config import Settings
from facecompare.errors import SHOWN_CHARACTERS, PortUnavailable, RecordsUnavailable
from facecompare.records.record import ComparisonLog

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")  # the same, as requests name them


@click.command(
    cls=Command,
    examples=("facecompare serve --port 8080", "facecompare serve --host 0.0.0.0 --port 0"),
)
@click.option(
    "--host",
    metavar="HOST",
    default=LOOPBACK[0],
    help="Listen on this address; 0.0.0.0 is reachable from other machines.",
)
@click.option(
    "--port", metavar="PORT", type=PORT, default=8000, help="Listen on this port; 0 takes any."
)
@click.option(
    "--trusted-proxy",
    "proxies",
    metavar="ADDRESS",
    type=ADDRESS,
    multiple=True,
    help="Take a client's address from the X-Forwarded-For of this proxy; may be repeated.",
)
def serve(settings: Settings, host: str, port: int, proxies: tuple[str, ...]) -> int:
    """Serve the web page and the HTTP API until interrupted."""
    from facecompare.api.app import local_app
    from facecompare.api.server import run_server
    from facecompare.records.open_stores import open_stores
    from facecompare.service import FaceService

    log, keys = open_stores(settings)
    service = FaceService(settings, log)
    service.engine()  # a missing model is reported now, and the first visitor need not wait
    hosts = LOOPBACK_HOSTS if host in LOOPBACK else ()
    app = local_app(settings, log, keys, service, hosts)
    listener = _listen(host, port)
    _announce(listener, settings)
    _warn_of(log)
    run_server(app, listener, proxies)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as exc:
        named = isinstance(exc, OSError) and not isinstance(exc, socket.gaierror) and exc.errno
        why = os.strerror(named) if named else "no such host"
        raise PortUnavailable(
            f"cannot listen on {host[:SHOWN_CHARACTERS]}:{port} ({why}); try: facecompare serve "
            "--port 0"
        ) from exc


def _warn_of(log: ComparisonLog) -> None:
    """A log that cannot be written stops no page; comparisons are refused, and health says so."""
    try:
        log.check()
    except RecordsUnavailable as error:
        warning(f"{error.message}; comparisons are refused until it can be written")


def _announce(listener: socket.socket, settings: Settings) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if (settings.web_dir / "index.html").is_file():
        notice(f"page and API on {address}  (stop with Ctrl-C)")
    else:
        notice(f"API on {address}/api; no page, because {settings.web_dir} has no index.html")
