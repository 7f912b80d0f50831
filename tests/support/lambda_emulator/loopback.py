"""Small HTTP servers on 127.0.0.1, which the stand-ins for AWS are."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class LoopbackHandler(BaseHTTPRequestHandler):
    """Keeps connections alive and answers in one packet."""

    protocol_version = "HTTP/1.1"
    # Or headers and body leave one by one, and each answer waits 40 ms for the delayed ACK.
    disable_nagle_algorithm = True
    wbufsize = -1

    def body(self) -> bytes:
        """The request's body."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def start_answer(self, status: int, headers: Iterable[tuple[str, str]], length: int) -> None:
        """Send status and headers; the caller writes so many bytes after them."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Serves from its making to its closing."""

    daemon_threads = True

    def __init__(self, handler: type[LoopbackHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.host_and_port = f"127.0.0.1:{self.server_address[1]}"
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed, as tests do, is no error of this side."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
