"""HTTP/1.1 by hand, as cheap as can be: a request is bytes, and of an answer its status counts.

The client must not take the processor that it measures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"
BOUNDARY = "---the-boundary-of-a-form---"


@dataclass(frozen=True, slots=True)
class Answer:
    """status 0: the connection ended, or nothing came in time. `after_s` from when it was due."""

    status: int
    after_s: float
    headers: Mapping[str, str]
    body: bytes

    def code(self) -> str:
        """Of an error in the API's one shape; empty for anything else."""
        try:
            found = json.loads(self.body)
            return str(found["code"]) if isinstance(found, dict) else ""
        except (ValueError, KeyError):
            return ""

    def value(self) -> Any:
        return json.loads(self.body)


def form(
    path: str, files: Mapping[str, bytes], fields: Mapping[str, str] | None = None, **headers: str
) -> bytes:
    """A POST with photos and fields."""
    begin = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [
        f'{begin}"{name}"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in files.items()
    ]
    parts += [
        f'{begin}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in (fields or {}).items()
    ]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    own = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return head("POST", path, {**own, "Content-Length": str(len(body)), **headers}) + body


def get(path: str) -> bytes:
    return head("GET", path, {})


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = {"Host": f"{HOST}", "Connection": "close", **headers}
    text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode()


async def ask(
    port: int, request: bytes, *, due: float | None = None, timeout_s: float = 120
) -> Answer:
    """One request on a connection of its own; measured from when it was due, so that a client that
    is late does not flatter the server."""
    begun = time.perf_counter() if due is None else due
    writer = None
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(HOST, port)
            with suppress(ConnectionError):  # a refusal may come before all has been sent
                writer.write(request)
                await writer.drain()
            raw = await reader.read(-1)
    except (OSError, TimeoutError):
        raw = b""
    finally:
        if writer is not None:
            writer.close()
    return _answer(raw, time.perf_counter() - begun)


def _answer(raw: bytes, after_s: float) -> Answer:
    top, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) < 2 or not words[1].isdigit():
        return Answer(0, after_s, {}, b"")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    return Answer(int(words[1]), after_s, headers, body)


async def leave(port: int, request: bytes) -> None:
    """Send all of a request and go, without its answer."""
    _, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so many are not above; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
