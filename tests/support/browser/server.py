"""`facecompare serve` in a process of its own, with its page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facecompare.config import ENV_PREFIX, Settings


@dataclass(frozen=True)
class Server:
    """Where it answers, and the environment by which a command line works on its records."""

    address: str
    env: Mapping[str, str]
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.env)

    def command(self, *arguments: str) -> str:
        """What `facecompare` prints."""
        command = [sys.executable, "-m", "facecompare", *arguments]
        return subprocess.run(
            command, env=self.env, check=True, capture_output=True, text=True
        ).stdout


@contextmanager
def serving(
    folder: Path, models_dir: Path, *, inside: Sequence[str] = (), **settings: str
) -> Iterator[Server]:
    """A server with records of its own; `settings` without their FACECOMPARE_.

    `inside` is a command that runs it, such as a sandbox.
    """
    env = _environment(folder, models_dir, settings)
    stderr_path = folder / "stderr.txt"
    command = [*inside, sys.executable, "-m", "facecompare", "serve", "--port", "0"]
    with (
        stderr_path.open("wb") as stderr,
        subprocess.Popen(command, env=env, stderr=stderr) as process,
    ):
        try:
            yield Server(_address(process, stderr_path), env, process)
        finally:
            process.terminate()


def _environment(folder: Path, models_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    own = {"RECORDS": str(folder / "comparisons.sqlite3"), "MODELS_DIR": str(models_dir)}
    others = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    return others | {ENV_PREFIX + name: value for name, value in {**settings, **own}.items()}


def _address(process: subprocess.Popen[bytes], stderr_path: Path) -> str:
    while process.poll() is None:
        if announced := re.search(r"page and API on (http://\S+)", stderr_path.read_text()):
            return announced[1]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {stderr_path.read_text()}")
