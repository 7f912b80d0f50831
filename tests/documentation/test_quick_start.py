"""The README's quick start, pasted line by line into one bash, in a fresh clone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from tests.documentation.pages import blocks
from tests.documentation.shell import Line, typed_lines
from tests.support.terminal import Terminal

# What takes minutes, and the network, is linked from this checkout, and older than nothing.
LINKED = (".venv", "models/*.onnx", "models/*.dat", "models/*.svm")
LOCKS = ("infra/locks/build.txt", "infra/locks/dev.txt")
SOURCES = ("pyproject.toml", *LOCKS, "weights.txt", "models/manifest.json")
VERDICTS = {0, 1}


def quick_start() -> tuple[list[Line], list[Line]]:
    """What is typed in the first terminal, and in another one."""
    section = (CHECKOUT / "README.md").read_text("utf-8").split("\n## ")[1]
    scripts = [block.text for block in blocks(f"## {section}") if block.language == "sh"]
    first, other, _installing = map(typed_lines, scripts)
    return first, other


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder, where a user begins."""
    if shutil.which("git") is None or not (CHECKOUT / ".git").exists():
        pytest.skip("the quick start is NOT tested: this is no checkout that git could clone")
    if not (CHECKOUT / ".venv" / "bin" / "facecompare").exists():
        pytest.skip("the quick start is NOT tested: make models has not made .venv here")
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def bash(folder: Path) -> Terminal:
    env = {"HOME": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "dumb", "PS1": ""}
    env |= {"REPOSITORY": str(CHECKOUT), "FACECOMPARE_RECORDS": str(folder / "log.sqlite3")}
    return Terminal(["bash", "--norc", "--noprofile", "-i"], env, folder)


def entered(terminal: Terminal, line: str) -> tuple[int, str]:
    """The exit code of a line, and what the terminal shows until then."""
    terminal.type(f"{line}\n")
    terminal.type('echo "[en""ded $?]"\n')
    found = terminal.until(r"(.*)\[ended (\d+)\]\r\n")
    return int(found[2]), found[1].replace("\r\n", "\n")


def link_what_takes_minutes(clone: Path) -> None:
    for pattern in LINKED:
        for path in CHECKOUT.glob(pattern):
            (clone / path.relative_to(CHECKOUT)).symlink_to(path)
    for name in SOURCES:
        os.utime(clone / name, (0, 0))


@pytest.fixture
def server(here: Path) -> Iterator[Terminal]:
    """A terminal in which all but the last line was entered."""
    (cloning, *lines, _serving), _ = quick_start()
    with bash(here) as terminal:
        assert entered(terminal, cloning.typed)[0] == 0
        link_what_takes_minutes(here / "facecompare")
        for line in lines:
            code, shown = entered(terminal, line.typed)
            assert code in VERDICTS, shown
            assert line.printed in shown, line.typed
        yield terminal


def test_every_line_does_what_is_printed(server: Terminal, here: Path) -> None:
    (*before, serving), (asking,) = quick_start()
    assert sum(bool(line.printed) for line in before) == 3
    if subprocess.run(["bash", "-c", ": < /dev/tcp/127.0.0.1/8000"], stderr=-3).returncode == 0:
        pytest.skip("the quick start's server is NOT tested: another one has port 8000 here")
    server.type(f"{serving.typed}\n")
    assert server.until(r"page and API on [^\r]+")[0] == serving.printed.rstrip("\n")
    if shutil.which("curl"):
        with bash(here / "facecompare") as other:
            code, shown = entered(other, asking.typed)
            assert (code, '"verdict":"same"' in shown) == (0, True)
    server.type("\x03")
    code, _ = entered(server, "true")
    assert code == 0
