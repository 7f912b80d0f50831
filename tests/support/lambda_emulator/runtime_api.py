"""Lambda's Runtime API: where the process asks for events and tells what became of them.

Source: AWS, Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from queue import Queue
from typing import Any, Literal

from tests.support.lambda_emulator.loopback import LoopbackHandler, LoopbackServer

VERSION = "/2018-06-01/runtime"
MAX_ANSWER_BYTES = 6_291_556
TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

HappeningKind = Literal[
    "waiting", "answered", "failed", "init failed", "answer too large", "exited", "timed out"
]


@dataclass(frozen=True, slots=True)
class Event:
    """What the process is to work on, and what its context says."""

    body: bytes
    request_id: str
    function_arn: str
    deadline_epoch_ms: int

    @property
    def headers(self) -> dict[str, str]:
        """The context."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_epoch_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": TRACE_ID,
        }


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the process did, with what it said."""

    kind: HappeningKind
    said: Any = None


class RuntimeApi:
    """The API of one process: events go in, happenings come out."""

    def __init__(self, happenings: Queue[Happening]) -> None:
        self.happenings = happenings
        self.events: Queue[Event | None] = Queue()
        self._server = LoopbackServer(_handler_of(self))
        self.address = self._server.host_and_port

    def close(self) -> None:
        """Stop; a process that waits for an event gets none."""
        self.events.put(None)
        self._server.close()


def _handler_of(api: RuntimeApi) -> type[LoopbackHandler]:
    class Handler(LoopbackHandler):
        def do_GET(self) -> None:
            if self.path == f"{VERSION}/restore/next":
                self.start_answer(200, (), 0)
            else:
                self._next_event()

        def do_POST(self) -> None:
            happening = _happening(self.path, self.body())
            # Before the receipt: with it in its hands, the process may end, and that comes after.
            api.happenings.put(happening)
            self.start_answer(413 if happening.kind == "answer too large" else 202, (), 0)

        def _next_event(self) -> None:
            api.happenings.put(Happening("waiting"))
            event = api.events.get()
            if event is None:
                self.close_connection = True
                return
            self.start_answer(200, event.headers.items(), len(event.body))
            self.wfile.write(event.body)

    return Handler


def _happening(path: str, said: bytes) -> Happening:
    if path == f"{VERSION}/init/error":
        return Happening("init failed", json.loads(said))
    if path.endswith("/error"):
        return Happening("failed", json.loads(said))
    if len(said) > MAX_ANSWER_BYTES:
        return Happening("answer too large")
    return Happening("answered", json.loads(said))
