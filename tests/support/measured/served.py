"""`facecompare serve` as a process of its own, with records of its own."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.measured.process_tree import end_tree

SHUTDOWN_S = 15


def own_environment(folder: Path, **settings: str) -> dict[str, str]:
    """Of a process that writes its records into this folder."""
    return os.environ | {"FACECOMPARE_RECORDS": str(folder / "records.sqlite3")} | settings


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def records(self) -> int:
        """How many comparisons it has recorded."""
        file = self.folder / "records.sqlite3"
        if not file.exists():  # nothing has been compared yet
            return 0
        with closing(sqlite3.connect(file)) as database:
            (number,) = database.execute("SELECT count(*) FROM comparisons").fetchone()
            return int(number)

    def complaints(self) -> str:
        """What it has written to stderr since it began."""
        return (self.folder / "stderr").read_text("utf-8", "replace")


@contextmanager
def served(**settings: str) -> Iterator[Served]:
    """Until the block ends; its settings come from this process's environment and these."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stderr").touch()
        with (folder / "stderr").open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "facecompare", "serve", "--port", "0"],
                stdout=errors,
                stderr=errors,
                env=own_environment(folder, **settings),
            )
        try:
            yield Served(process, _port(process, folder / "stderr"), folder)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(SHUTDOWN_S)
            except subprocess.TimeoutExpired:
                end_tree(process.pid)
                process.wait()


def _port(process: subprocess.Popen[bytes], errors: Path) -> int:
    """What it says once it listens."""
    while process.poll() is None:
        said = errors.read_text("utf-8", "replace")
        if " on http://" in said and said.endswith("\n"):
            return int(said.partition(" on http://")[2].split()[0].rpartition(":")[2])
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"the server ended with {process.returncode}: {errors.read_text()}")
