"""The server of one machine: uvicorn, with bounds on what clients may keep busy."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI

from facecompare.api.serving.connection import Connection

log = logging.getLogger(__name__)

MAX_CONNECTIONS, MIN_CONNECTIONS = 1_000, 16
RESERVED_FILES = 128  # of the process's files: models, the log (three for each thread), workers
ACCEPTED_AT_ONCE = 16  # connections that the loop takes before it counts them
REFUSED_AT_ONCE = 16  # that are being told that there is no room
BACKLOG = 1_024  # connections that the system holds until the loop takes them
KEEP_ALIVE_S = 5  # between two requests of a connection
GRACE_S = 8  # for the work that was accepted, when the server is told to end
SWITCHED_EACH_S = 0.001  # threads take turns; Python's own 5 ms add up where many of them work
CHECKED_EACH_S = 0.25
TOLD_EACH_S = 60.0
_NO_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def run_server(app: FastAPI, listener: socket.socket, proxies: Sequence[str] = ()) -> None:
    """Serve until interrupted. `proxies` are the addresses of those whose X-Forwarded-For is
    believed; whoever else sends one has thought of it."""
    config = uvicorn.Config(
        app,
        log_level="error",  # of faults, not of what clients send
        server_header=False,
        http=partial(  # type: ignore[arg-type]
            Connection, most=connection_limit(), spare=REFUSED_AT_ONCE, proxies=frozenset(proxies)
        ),
        ws="none",
        lifespan="off",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        backlog=ACCEPTED_AT_ONCE,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    sys.setswitchinterval(SWITCHED_EACH_S)
    _Server(config).run(sockets=[listener])


def connection_limit() -> int:
    """Connections at once: what the process may open (`ulimit -n`) leaves to them."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource  # of Unix

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    left = files - RESERVED_FILES - ACCEPTED_AT_ONCE - REFUSED_AT_ONCE
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, left))


class _Server(uvicorn.Server):
    _told_at = float("-inf")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(self._tell)
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)  # asyncio takes as many at once as its own number
        self._checks = asyncio.create_task(self._check_connections())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.sleep(CHECKED_EACH_S)  # those that were cancelled say so

    async def _check_connections(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECKED_EACH_S)
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(loop.time())

    def _tell(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A system without free files is told once a minute, as asyncio meets it at every try."""
        if getattr(context.get("exception"), "errno", None) not in _NO_FILES:
            loop.default_exception_handler(context)
        elif loop.time() - self._told_at > TOLD_EACH_S:
            self._told_at = loop.time()
            log.error("found no file left for a connection; raise ulimit -n")
