"""A Lambda function that tests can call: its limits, its errors, and processes that come and go.

Sources: AWS, Lambda Developer Guide, "Lambda quotas" and "Understanding the Lambda execution
environment lifecycle"; Lambda API Reference, "Invoke".
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import uuid4

from tests.support.lambda_emulator.runtime_api import MAX_ANSWER_BYTES, Event, Happening
from tests.support.lambda_emulator.sandbox import FunctionSettings, Sandbox

MAX_EVENT_BYTES = 6_291_556
INIT_LIMIT_S = 10  # an initialisation that takes longer is begun anew, with the call's own limit


class EventTooLarge(Exception):
    """Lambda does not even take the event."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What came of one call; `init_ms` is None where a process that was there already answered."""

    payload: Any
    failed: bool
    duration_ms: float
    init_ms: float | None


class LambdaFunction:
    """One process at a time, replaced when it is of no more use; further calls wait."""

    def __init__(self, settings: FunctionSettings) -> None:
        self.settings = settings
        self._sandbox: Sandbox | None = None
        self._calling = Lock()

    def __enter__(self) -> LambdaFunction:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def invoke(self, event: object) -> Invocation:
        """Call the function and wait for its answer.

        Raises  EventTooLarge.
        """
        body = json.dumps(event).encode()
        if len(body) > MAX_EVENT_BYTES:
            raise EventTooLarge(f"{len(body):,} bytes; at most {MAX_EVENT_BYTES:,} are accepted")
        with self._calling:
            return self._invocation(body, str(uuid4()))

    @property
    def process_id(self) -> int:
        """Of its process, which a call has started."""
        assert self._sandbox is not None
        return self._sandbox.process_id

    def end(self) -> None:
        """Kill its process, as Lambda does at some time after the last call."""
        if self._sandbox is not None:
            self._sandbox.end()
            self._sandbox = None

    def log_text(self) -> str:
        """What its processes have written so far."""
        return self.settings.log.read_text("utf-8")

    def log_records(self) -> list[dict[str, Any]]:
        """The lines that are JSON: structured logs, and metrics in embedded metric format."""
        return [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]

    def _invocation(self, body: bytes, request_id: str) -> Invocation:
        init_ms = None
        happening = Happening("waiting")
        if self._sandbox is None or not self._sandbox.alive:
            happening, init_ms = self._start()
        called = time.monotonic()
        if happening.kind == "waiting":
            happening = self._call(body, request_id)
        duration_ms = (time.monotonic() - called) * 1_000
        if happening.kind not in ("answered", "failed"):
            self.end()
        payload = self._payload(happening, request_id)
        return Invocation(payload, happening.kind != "answered", duration_ms, init_ms)

    def _start(self) -> tuple[Happening, float]:
        for limit_s in (INIT_LIMIT_S, self.settings.timeout_s):
            self.end()
            self._sandbox = sandbox = Sandbox(self.settings)
            happening = sandbox.initialized(limit_s)
            if happening.kind != "timed out":
                break
        return happening, sandbox.age_ms

    def _call(self, body: bytes, request_id: str) -> Happening:
        assert self._sandbox is not None
        limit_s = self.settings.timeout_s
        deadline_epoch_ms = int((time.time() + limit_s) * 1_000)
        event = Event(body, request_id, self.settings.arn, deadline_epoch_ms)
        return self._sandbox.call(event, limit_s)

    def _payload(self, happening: Happening, request_id: str) -> Any:
        if happening.kind == "answer too large":
            return {
                "errorType": "Function.ResponseSizeTooLarge",
                "errorMessage": "Response payload size exceeded maximum allowed payload size "
                f"({MAX_ANSWER_BYTES} bytes).",
            }
        if happening.kind == "timed out":
            limit = f"{self.settings.timeout_s:.2f} seconds"
            return _platform_error("Sandbox.Timedout", request_id, f"Task timed out after {limit}")
        if happening.kind == "exited":
            how = f"Runtime exited with error: {happening.said}"
            return _platform_error("Runtime.ExitError", request_id, how)
        return happening.said


def _platform_error(kind: str, request_id: str, message: str) -> dict[str, str]:
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}
