"""AWS as it is on a bad day: a proxy before moto's server that is slow, or fails by rule.

`AWS_ENDPOINT_URL` points at it. Paths and Host are passed on as they are; botocore addresses
buckets by path where the endpoint is an IP address, and moto reads them so.
"""

from __future__ import annotations

import http.client
import random
import time
from contextlib import closing
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from tests.support.lambda_emulator.loopback import LoopbackHandler, LoopbackServer

CHUNK_BYTES = 65_536
REPLACED = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the requests that it matches, instead of being answered.

    `path` is a part of the path, and `target` of DynamoDB's X-Amz-Target header, such as "PutItem";
    what is empty matches all. Status 0 cuts the connection, after `silent_s` seconds.
    """

    path: str = ""
    target: str = ""
    status: int = 503
    body: bytes = b""
    content_type: str = "application/xml"
    share: float = 1.0
    silent_s: float = 0.0

    def matches(self, path: str, target: str) -> bool:
        """Whether it befalls this request; of those that it is for, a random share."""
        meant = self.path in path and self.target in target
        return meant and random.random() < self.share


THROTTLED_TABLE = Fault(
    target="DynamoDB",
    status=400,
    body=b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException",'
    b'"message":"Rate exceeded"}',
    content_type="application/x-amz-json-1.0",
)


class Pace:
    """At most so many bytes per second, over all connections together."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at = 0.0
        self._booking = Lock()

    def wait_for(self, count: int) -> None:
        """Return when so many bytes may have passed."""
        with self._booking:
            self._free_at = max(self._free_at, time.monotonic()) + count / self._bytes_per_s
            done = self._free_at
        time.sleep(max(0.0, done - time.monotonic()))


class ThrottledAws:
    """Serves until it is left; `address` is for AWS_ENDPOINT_URL, `faults` may change meanwhile."""

    def __init__(self, upstream: str, *, mb_per_s: float = 10_000) -> None:
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.upstream = urlsplit(upstream).netloc
        self.pace = Pace(mb_per_s * 1_000_000)
        self._server = LoopbackServer(_handler_of(self))
        self.address = f"http://{self._server.host_and_port}"

    def __enter__(self) -> ThrottledAws:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def fault_of(self, path: str, target: str) -> Fault | None:
        """What befalls this request, if anything does."""
        return next((fault for fault in self.faults if fault.matches(path, target)), None)


def _handler_of(aws: ThrottledAws) -> type[LoopbackHandler]:
    class Handler(LoopbackHandler):
        def answer(self) -> None:
            body, target = self.body(), self.headers.get("X-Amz-Target", "")
            aws.requests.append(f"{self.command} {target or self.path}")
            fault = aws.fault_of(self.path, target)
            if fault is None:
                self._pass_on(body)
            elif fault.status == 0:
                time.sleep(fault.silent_s)
                self.close_connection = True
            else:
                headers = [("Content-Type", fault.content_type)]
                self.start_answer(fault.status, headers, len(fault.body))
                self.wfile.write(fault.body)

        def _pass_on(self, body: bytes) -> None:
            with closing(http.client.HTTPConnection(aws.upstream)) as upstream:
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                length = int(answer.headers.get("Content-Length", 0))
                kept = [pair for pair in answer.getheaders() if pair[0].lower() not in REPLACED]
                self.start_answer(answer.status, kept, length)
                for chunk in iter(lambda: answer.read(CHUNK_BYTES), b""):
                    aws.pace.wait_for(len(chunk))
                    self.wfile.write(chunk)

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
