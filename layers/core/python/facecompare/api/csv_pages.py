"""CSV as a response: streamed, or in parts of a size where what carries responses has a limit.

A part ends after a whole line, has the header, and names the next one as RFC 8288 has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Generic, TypeVar
from urllib.parse import urlencode

from fastapi.responses import Response, StreamingResponse

from facecompare.records.csv_export import csv_line, table_lines

MEDIA_TYPE = "text/csv; charset=utf-8"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CsvTable(Generic[T]):
    """Rows yet to be read, in the form of a file."""

    filename: str
    columns: Iterable[str]
    rows: Iterator[T]
    cells_of: Callable[[T], Iterable[object]]

    def lines(self) -> Iterator[str]:
        """The header, then one line a row."""
        return table_lines(self.columns, map(self.cells_of, self.rows))


def csv_response(
    table: CsvTable[T], max_bytes: int, next_query: Callable[[list[T], T | None], str | None]
) -> Response:
    """All rows as a stream or, with `max_bytes` above 0, as many as fit, and one at least.

    `next_query` is asked where the rows after these are: it is given those that are sent, and the
    first that is not, if there is one. A stream's first rows are read before it begins, so that a
    store that fails does so before the 200.
    """
    headers = {"Content-Disposition": f'attachment; filename="{table.filename}"'}
    if not max_bytes:
        lines = table.lines()
        begun = chain(list(islice(lines, 2)), lines)
        if query := next_query([], None):
            headers["Link"] = _link(query)
        return StreamingResponse(begun, media_type=MEDIA_TYPE, headers=headers)
    text, sent, left = _part(table, max_bytes)
    if query := next_query(sent, left):
        headers["Link"] = _link(query)
    return Response(text, media_type=MEDIA_TYPE, headers=headers)


def query_of(**fields: object) -> str:
    """The query of those that are not None."""
    return urlencode({name: value for name, value in fields.items() if value is not None})


def _part(table: CsvTable[T], max_bytes: int) -> tuple[str, list[T], T | None]:
    lines, sent, left = [csv_line(table.columns)], list[T](), max_bytes
    left -= _bytes_in_json(lines[0])
    for row in table.rows:
        line = csv_line(table.cells_of(row))
        left -= _bytes_in_json(line)
        if left < 0 and sent:
            return "".join(lines), sent, row
        lines.append(line)
        sent.append(row)
    return "".join(lines), sent, None


def _bytes_in_json(text: str) -> int:
    """Lambda carries a body as a JSON string, in which a quotation mark and é are longer."""
    return len(json.dumps(text)) - len('""')


def _link(query: str) -> str:
    return f'<?{query}>; rel="next"'
