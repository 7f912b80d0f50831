"""Tables and progress, of which there is one kind each."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr
from typing import Any

import pytest

from facecompare.cli.output import progress, table
from facecompare.config import CHECKOUT
from infra.supply.pins import pins_in


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(items: Iterable[object], total: int, **options: Any) -> str:
    """What a terminal shows while these items pass."""
    with redirect_stderr(Terminal()) as terminal:
        passed = list(progress(items, "items", total, **options))
    assert passed == list(items)
    return terminal.getvalue()


def test_a_table_has_columns_of_a_given_width(capsys: pytest.CaptureFixture[str]) -> None:
    table((("a", "1", ""), ("long", "22", "end")), ("3", ">3", ""))
    assert capsys.readouterr().out == "a      1\nlong   22  end\n"


def test_a_terminal_shows_a_bar() -> None:
    text = drawn("abc", 3, unit="letter")
    assert "items: 100%" in text
    assert "3/3" in text
    assert "letter/s" in text


def test_a_bar_begins_where_the_work_does() -> None:
    text = drawn("bc", 3, done=1)
    assert "0/3" not in text
    assert "1/3" in text
    assert "3/3" in text


def test_a_bar_can_follow_a_count() -> None:
    assert "40/40" in drawn((10, 25, 40), 40, count=int)


def test_one_item_has_no_bar() -> None:
    assert drawn("a", 1) == ""


def test_what_is_no_terminal_has_no_bar_and_needs_no_tqdm() -> None:
    script = (
        "import sys; sys.modules['tqdm'] = None\n"
        "from facecompare.cli.output import progress\n"
        "print(*progress('abc', 'letters', 3))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("a b c\n", "")


def test_the_layer_of_the_records_function_has_no_command_line() -> None:
    names = {pin.name for pin in pins_in(CHECKOUT / "infra" / "locks" / "records.txt")}
    assert {"fastapi", "botocore"} <= names
    assert names & {"click", "tqdm", "uvicorn", "awslambdaric", "facecompare"} == set()
