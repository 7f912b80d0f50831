"""CSV as spreadsheets write it.

Excel separates by semicolons where the comma is the decimal sign, and by tabs in "Unicode text"; it
begins with a byte order mark, names its separator in a line `sep=;`, and pads rows with empty
cells.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from pathlib import Path

SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARK = "\ufeff"
_SEPARATOR_LINE = re.compile(r"sep=(.)[\r\n]*")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark; without any mark.

    Raises  UnicodeDecodeError.
    """
    return data.decode(_encoding(data))


def open_text(path: Path) -> TextIOWrapper:
    """The same of a file, which may be a pipe, line by line.

    Raises  OSError; UnicodeDecodeError when it is read.
    """
    file = path.open("rb")
    return TextIOWrapper(file, _encoding(file.peek(len(codecs.BOM_UTF8))), newline="")


def _encoding(start: bytes) -> str:
    return "utf-16" if start.startswith(_UTF_16) else "utf-8-sig"


def csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The header and the rows that are not empty, each with the number of its line.

    A row is as long as the header, where only empty cells make it longer.

    Raises  ValueError, which says which line is no CSV and why.
    """
    lines = iter(lines)
    first = next(lines, "").removeprefix(BYTE_ORDER_MARK)
    named = _SEPARATOR_LINE.fullmatch(first)
    separator = named[1] if named else _separator_of(first)
    rows = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    width = 0
    try:
        if named:
            next(rows)
        for row in rows:
            cells = _without_padding(row, width)
            width = width or len(cells)
            if cells:
                yield rows.line_num, cells
    except csv.Error as exc:
        raise ValueError(f"line {rows.line_num} is no CSV: {exc}") from exc


def _separator_of(header: str) -> str:
    """The one that makes the most cells of the header; the comma, where none makes two."""
    return max(SEPARATORS, key=header.count)


def _without_padding(row: list[str], width: int) -> list[str]:
    """Without the empty cells that are beyond the width; nothing of a row that is all empty."""
    if not any(cell.strip() for cell in row):
        return []
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]
