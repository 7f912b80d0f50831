"""One process that runs a function, from its start to its end, frozen while it has nothing to do.

The real `awslambdaric` runs the real handler; Lambda itself is `RuntimeApi` and this. Source: AWS,
Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle".
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from tests.support.lambda_emulator.runtime_api import Event, Happening, RuntimeApi

REGION = "us-east-1"
RUNTIME = (sys.executable, "-m", "awslambdaric", "handler.handler")


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """A function as it is deployed; `command` starts its runtime, or the image with the runtime."""

    code: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = RUNTIME
    name: str = "function"
    memory_mb: int = 1_769
    timeout_s: float = 29
    initialization: str = "on-demand"

    @property
    def arn(self) -> str:
        """The name that the context carries."""
        return f"arn:aws:lambda:{REGION}:123456789012:function:{self.name}"

    def variables(self, runtime_api: str) -> dict[str, str]:
        """The process's whole environment; of this machine's it gets nothing."""
        return {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": self.initialization,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_REGION": REGION,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "LAMBDA_TASK_ROOT": "/var/task",
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            **self.env,
        }


class Sandbox:
    """The process and its Runtime API."""

    def __init__(self, settings: FunctionSettings) -> None:
        self._happenings: Queue[Happening] = Queue()
        self._api = RuntimeApi(self._happenings)
        self._started = time.monotonic()
        with settings.log.open("ab") as log:
            self._process = subprocess.Popen(
                settings.command,
                cwd=settings.code,
                env=settings.variables(self._api.address),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        Thread(target=self._tell_of_its_end, daemon=True).start()

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Of the runtime's process."""
        return self._process.pid

    @property
    def age_ms(self) -> float:
        """Milliseconds since the process was started."""
        return (time.monotonic() - self._started) * 1_000

    def initialized(self, limit_s: float) -> Happening:
        """How the initialisation ended: well, if the process is `waiting`."""
        return self._next_happening(limit_s)

    def call(self, event: Event, limit_s: float) -> Happening:
        """How this call ended."""
        self._signal(signal.SIGCONT)
        self._api.events.put(event)
        happening = self._next_happening(limit_s)
        if happening.kind in ("answered", "failed"):
            # The process runs on until it asks for the next event.
            self._next_happening(limit_s)
        return happening

    def end(self) -> None:
        """Kill the process and close its Runtime API."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._api.close()

    def _next_happening(self, limit_s: float) -> Happening:
        try:
            happening = self._happenings.get(timeout=max(limit_s, 0))
        except Empty:
            return Happening("timed out")
        if happening.kind == "waiting":
            self._signal(signal.SIGSTOP)
        return happening

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _tell_of_its_end(self) -> None:
        status = self._process.wait()
        how = f"exit status {status}" if status >= 0 else f"signal: {signal.strsignal(-status)}"
        self._happenings.put(Happening("exited", how.lower()))
