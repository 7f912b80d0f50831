"""A terminal for programs that ask whether there is one."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

READ_BYTES = 65_536


class Terminal:
    """A program of which all three streams are one terminal."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self._here, there = pty.openpty()
        self._run = subprocess.Popen(
            command,
            stdin=there,
            stdout=there,
            stderr=there,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(there)
        self.shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._run.poll() is None:
            os.killpg(self._run.pid, signal.SIGKILL)
        self._run.wait()
        os.close(self._here)

    def type(self, keys: str) -> None:
        os.write(self._here, keys.encode())

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until this is shown, after what was waited for before; it is what is returned."""
        while not (found := re.search(pattern, self.shown, re.DOTALL)):
            part = self._read()
            assert part, f"{pattern!r} was not shown, but {self.shown!r}"
            self.shown += part
        self.shown = self.shown[found.end() :]
        return found

    def ended(self) -> tuple[int, str]:
        """The exit code, and all that is shown until the end."""
        while part := self._read():
            self.shown += part
        return self._run.wait(), self.shown.replace("\r\n", "\n")

    def _read(self) -> str:
        try:
            return os.read(self._here, READ_BYTES).decode(errors="replace")
        except OSError:  # Linux: nobody has the other end any more
            return ""


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
