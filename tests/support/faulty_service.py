"""`facecompare serve` in a process of its own, whose surroundings a test can spoil and mend."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx

from facecompare.config import ENV_PREFIX
from facecompare.engines.cards import engine_card
from facecompare.model_store.files import MANIFEST, ModelFolder
from tests.support import pictures

ENGINE = "dlib-yunet"  # the fastest to start
PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}

# The shipped command, by a clock that is off, and with what AWS's functions have beside it.
SERVE = """
import os, time
from dataclasses import replace
real, off_s = time.time, float(os.environ.pop("OFF_S"))
fixed = os.environ.pop("FIXED_S")
began = time.monotonic()
time.time = lambda: float(fixed) + time.monotonic() - began if fixed else real() + off_s

from facecompare.api import app
from facecompare.batches.service import open_batches
from facecompare.cli.main import main
from facecompare.uploads.s3 import open_uploads
local_app = app.local_app
def with_aws(settings, *others):
    made = local_app(settings, *others)
    if settings.upload_bucket:
        made.state.services = replace(
            made.state.services,
            uploads=open_uploads(settings.upload_bucket, settings.max_bytes),
            batches=open_batches(settings),
        )
    return made
app.local_app = with_aws
raise SystemExit(main(["serve", "--port", "0"]))
"""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a server's clock says: so many seconds more than the time, or begins at a moment."""

    off_s: float = 0.0
    fixed_s: float | None = None


RIGHT = Clock()


@dataclass
class FaultyService:
    """A server with models and records of its own; what it answered is remembered."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _address: str = ""

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def records(self) -> Path:
        return self.folder / "log" / "comparisons.sqlite3"

    def bring_models(self, source: Path) -> None:
        """Those of the engine, as files of its own."""
        self.models.mkdir(parents=True)
        shutil.copy(source / MANIFEST, self.models)
        kept = ModelFolder.at(source)
        for name in engine_card(ENGINE).models:
            shutil.copy(kept.path_of(name), self.models)

    def start(self, clock: Clock = RIGHT, inside: Sequence[str] = ()) -> None:
        """Start it, or another in its place; `inside` is a command that runs it."""
        self.stop()
        said = self.folder / "stderr.txt"
        with said.open("wb") as stderr:
            self._process = subprocess.Popen(
                [*inside, sys.executable, "-c", SERVE], env=self._env(clock), stderr=stderr
            )
        while not (announced := re.search(r"API on (http://[\w.:]+)", said.read_text())):
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start: {said.read_text()}")
            time.sleep(0.02)
        self._address = announced[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def _env(self, clock: Clock) -> dict[str, str]:
        others = {name: text for name, text in os.environ.items() if ENV_PREFIX not in name}
        fixed = "" if clock.fixed_s is None else str(clock.fixed_s)
        own = {
            "OFF_S": str(clock.off_s),
            "FIXED_S": fixed,
            f"{ENV_PREFIX}ENGINE": ENGINE,
            f"{ENV_PREFIX}MODELS_DIR": str(self.models),
            f"{ENV_PREFIX}RECORDS": str(self.records),
        }
        return others | own | dict(self.environment)

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body."""
        answer = httpx.get(f"{self._address}{path}", timeout=60)
        return answer.status_code, answer.json()

    def compare(self, **fields: str) -> tuple[int, str]:
        """Status and, unless it is 200, the code of the error."""
        address = f"{self._address}/api/compare"
        answer = httpx.post(address, files=PAIR, data=fields, timeout=60)
        body = answer.json()
        if answer.status_code == 200:
            self.answered.append(body["comparison_id"])
        return answer.status_code, body.get("code", "")

    def listed(self) -> set[str]:
        """The ids that it lists."""
        return {
            each["comparison_id"]
            for each in self.get("/api/comparisons?limit=200")[1]["comparisons"]
        }
