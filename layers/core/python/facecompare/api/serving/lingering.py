"""How a connection ends without destroying its answer."""

from __future__ import annotations

from asyncio import Transport
from typing import Any, Protocol


class Ending(Protocol):
    """A connection that is told when it ends."""

    @property
    def has_more_to_come(self) -> bool:
        """Whether the client may still be sending what nobody is going to read."""
        ...

    def is_ending(self) -> None:
        """Nothing more is written."""
        ...


class LingeringTransport:
    """A transport whose end does not destroy an answer.

    A socket that is closed with bytes unread resets the connection, and the client may never see
    what was answered (RFC 9112 §9.6): so it is closed for writing, and what comes is thrown away.
    """

    def __init__(self, transport: Transport, connection: Ending) -> None:
        self._transport = transport
        self._connection = connection
        self.closing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether nothing more is written."""
        return self.closing or self._transport.is_closing()

    @property
    def is_gone(self) -> bool:
        """Whether its socket is closed as soon as the loop comes to it."""
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write, unless it is closing."""
        if not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Write what is left and close, at once where nothing more can come."""
        if self.is_closing():
            return
        self.closing = True
        self._connection.is_ending()
        if self._connection.has_more_to_come and self._transport.can_write_eof():
            self._transport.write_eof()
            self._transport.resume_reading()
        else:
            self._transport.close()
