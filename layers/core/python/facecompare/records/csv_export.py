"""Records as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple

from facecompare.records.record import COLUMNS, ComparisonRecord

# A cell that begins with one of these is a formula to a spreadsheet: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(records: Iterable[ComparisonRecord]) -> Iterator[str]:
    """RFC 4180: the header, then one line a record, each ending in CR LF."""
    return table_lines(COLUMNS, map(astuple, records))


def table_lines(columns: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The header, then one line a row."""
    yield csv_line(columns)
    for row in rows:
        yield csv_line(row)


def csv_line(values: Iterable[object]) -> str:
    """One line; None is an empty cell."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow(_cell(value) for value in values)
    return buffer.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return repr(value)
