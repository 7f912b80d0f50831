"""The server of one machine: uvicorn, with the API's own words where it has words of its own."""

from __future__ import annotations

import socket
from contextlib import suppress

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from facecompare.api.errors import json_error
from facecompare.api.middleware import SECURITY_HEADERS
from facecompare.errors import BadRequest


def run_server(app: FastAPI, listener: socket.socket) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, http=_Protocol, ws="none", lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])


class _Protocol(H11Protocol):
    """Refuses what is no HTTP as the API refuses everything: in the one shape, with its headers."""

    def send_400_response(self, msg: str) -> None:
        """Answer, and close the connection."""
        response = json_error(400, BadRequest.code, "found what is no request; expected HTTP/1.1")
        response.headers.update(SECURITY_HEADERS | {"Cache-Control": "no-store"})
        response.headers["Connection"] = "close"
        with suppress(h11.LocalProtocolError):  # where an answer has begun
            for event in (
                h11.Response(status_code=400, headers=response.raw_headers, reason=b"Bad Request"),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
