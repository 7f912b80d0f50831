"""CSV as spreadsheets write it.

Excel separates by semicolons where the comma is the decimal sign, and by tabs in "Unicode text"; it
begins with a byte order mark, names its separator in a line `sep=;`, and pads rows with empty
cells. What it calls "CSV" without "UTF-8" is in Windows' own encoding.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO

UTF_8, WINDOWS = "utf-8-sig", "cp1252"
SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARK = "\ufeff"
_SEPARATOR_LINE = re.compile(r"sep=(.)[\r\n]*")
_PART = 1 << 20  # bytes that are looked at together
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or else in Windows-1252; without any
    mark.

    Raises  UnicodeDecodeError for bytes that no text has, in none of them.
    """
    return data.decode(_encoding(BytesIO(data)))


def open_text(path: Path) -> TextIOWrapper:
    """The same of a file, line by line; of what can be read once, a pipe, in UTF-8 or UTF-16.

    Raises  OSError; UnicodeDecodeError when it is read.
    """
    file = path.open("rb")
    if file.seekable():
        encoding = _encoding(file)
    else:
        encoding = _marked_encoding(file.peek(len(codecs.BOM_UTF8)))
    return TextIOWrapper(file, encoding, newline="")


def _encoding(file: BinaryIO) -> str:
    """Of the whole file, which is left at its beginning."""
    encoding = _marked_encoding(file.read(len(codecs.BOM_UTF8)))
    file.seek(0)
    if encoding == UTF_8 and not _is_utf_8(file):
        encoding = WINDOWS
    file.seek(0)
    return encoding


def _marked_encoding(start: bytes) -> str:
    return "utf-16" if start.startswith(_UTF_16) else UTF_8


def _is_utf_8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        while part := file.read(_PART):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


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
