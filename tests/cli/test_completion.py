"""The Tab key, pressed in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facecompare.cli.main import main
from tests.support.terminal import Terminal

# Each shell without its user's files, and what makes it complete: as the overview's help says.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(facecompare completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -Uz compinit; compinit -u -D; eval "$(facecompare completion zsh)"',
    ),
    "fish": (["fish", "--no-config", "-i"], "facecompare completion fish | source"),
}
OLD_LINES = {  # of versions before 0.10
    "bash": 'eval "$(_FACECOMPARE_COMPLETE=bash_source facecompare)"',
    "zsh": "autoload -Uz compinit; compinit -u -D; "
    'eval "$(_FACECOMPARE_COMPLETE=zsh_source facecompare)"',
}
# Completes, and when it is run only says what it was given.
PROGRAM = """#!/bin/sh
case "$_FACECOMPARE_COMPLETE$1" in
*_complete | *_source | completion) exec "{python}" -m facecompare "$@" ;;
esac
printf '<%s>' "$@"; printf '[end]\\n'
"""
PRESSED = {
    "facecompare expl\t": "<explain>",
    "facecompare keys cr\t": "<keys><create>",
    "facecompare compare --min-q\t": "<compare><--min-quality>",
    "facecompare compare --min-quality ref\t": "<compare><--min-quality><refuse>",
    "facecompare compare --engine dlib-y\t": "<compare><--engine><dlib-yunet>",
    "facecompare compare portr\t": "<compare><portrait of Ann.jpg>",
    "facecompare find portr\t fol\t": "<find><portrait of Ann.jpg><folder>",
    "facecompare batch pairs.csv --images fol\t": "<batch><pairs.csv><--images><folder>",
}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str, str], Terminal]]:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "facecompare").write_text(PROGRAM.format(python=sys.executable))
    (programs / "facecompare").chmod(0o755)
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    (here / "portrait of Ann.jpg").touch()
    env = {
        **{"HOME": str(tmp_path), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "", "SHELL": "sh"},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "FACECOMPARE_MODELS_DIR": os.environ["FACECOMPARE_MODELS_DIR"],
    }
    opened: list[Terminal] = []

    def start(name: str, setup: str) -> Terminal:
        if shutil.which(name) is None:
            pytest.skip(f"completion in {name} is NOT tested: there is no {name} here")
        terminal = Terminal(SHELLS[name][0], env, here)
        opened.append(terminal)
        terminal.type(f"{setup}; echo rea''dy\r")
        terminal.until("ready")
        return terminal

    yield start
    for terminal in opened:
        terminal.__exit__(None, None, None)


@pytest.mark.parametrize("name", SHELLS)
def test_the_tab_key_completes(name: str, shell: Callable[[str, str], Terminal]) -> None:
    terminal = shell(name, SHELLS[name][1])
    for keys, given in PRESSED.items():
        terminal.type(f"{keys}\r")
        found = terminal.until(r"(<[^\r\n]*>)\[end\]")
        assert found[1].replace("/>", ">") == given, keys  # zsh takes the slash away again


@pytest.mark.parametrize("name", OLD_LINES)
def test_the_lines_of_former_versions_still_do(
    name: str, shell: Callable[[str, str], Terminal]
) -> None:
    terminal = shell(name, OLD_LINES[name])
    terminal.type("facecompare expl\t\r")
    assert terminal.until(r"(<[^\r\n]*>)\[end\]")[1] == "<explain>"


@pytest.mark.parametrize("name", SHELLS)
def test_what_is_printed_is_a_script_of_that_shell(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", name]) == 0
    printed = capsys.readouterr().out
    assert "_FACECOMPARE_COMPLETE" in printed
    if shutil.which(name):
        subprocess.run([name, "-n"], input=printed, text=True, check=True)


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "one of bash, zsh, fish" in capsys.readouterr().err
