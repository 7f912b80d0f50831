"""A reverse proxy that serves a site below a path, as many teams do behind one host name."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

OF_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def below(address: str, path: str) -> Iterator[str]:
    """The address below which the site at `address` is served, such as http://…/faces/."""
    host = urlsplit(address).netloc

    class Forward(BaseHTTPRequestHandler):
        def forward(self) -> None:
            if not self.path.startswith(path):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection(host)
            headers = {name: text for name, text in self.headers.items() if name != "Host"}
            connection.request(self.command, "/" + self.path.removeprefix(path), body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, text in answer.getheaders():
                if name.lower() not in OF_CONNECTION:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = forward

        def log_message(self, *_: object) -> None:
            """Nothing: a test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{path}"
        server.shutdown()
