"""`facecompare serve`: page and API on this machine."""

from __future__ import annotations

import argparse
import socket
from typing import Any

from facecompare.cli.output import say
from facecompare.config import Settings
from facecompare.errors import BadField, PortUnavailable

LOOPBACK = ("127.0.0.1", "localhost")


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "serve the page and the API"
    serve: argparse.ArgumentParser = commands.add_parser(
        "serve", help=text, description=text, epilog="example: facecompare serve --port 8080"
    )
    serve.set_defaults(run=run_serve)
    serve.add_argument("--host", default="127.0.0.1", help="0.0.0.0 to be reachable from elsewhere")
    serve.add_argument("--port", default="8000", help="0 takes any free port")


def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until interrupted."""
    import uvicorn

    from facecompare.api.app import local_app
    from facecompare.records.open_stores import open_stores
    from facecompare.service import FaceService

    log, keys = open_stores(settings)
    service = FaceService(settings, log)
    service.engine()  # models that are missing are told now, and the first visitor need not wait
    app = local_app(settings, log, keys, service)
    if arguments.host in LOOPBACK:
        # Without it a web page elsewhere could reach this server by pointing its own name here.
        from starlette.middleware.trustedhost import TrustedHostMiddleware

        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK])
    listener = _listen(arguments.host, _port(arguments.port))
    _announce(listener, settings)
    config = uvicorn.Config(app, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise BadField(f"--port is {text!r}; a number from 0 to 65535 is accepted")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as exc:
        raise PortUnavailable(
            f"cannot listen on {host}:{port} ({exc.strerror}); try: facecompare serve --port 0"
        ) from exc


def _announce(listener: socket.socket, settings: Settings) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if (settings.web_dir / "index.html").is_file():
        say(f"page and API on {address}  (stop with Ctrl-C)")
    else:
        say(f"API on {address}/api; no page, because {settings.web_dir} has no index.html")
