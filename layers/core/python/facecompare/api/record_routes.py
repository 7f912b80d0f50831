"""The routes over the comparison log: listing, CSV, one record, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from facecompare.api.errors import responses
from facecompare.records.record import ComparisonLog, ComparisonRecord, every_record, parse_since
from facecompare.records.table import csv_lines

MAX_PAGE = 200

Since = Annotated[
    str | None,
    Query(description="a date, a UTC time, or an age: 90m, 24h, 7d", examples=["2026-11-22", "7d"]),
]


@dataclass(frozen=True, slots=True)
class RecordsAnswer:
    """Some records, newest first; `next_cursor` is null on the last page."""

    comparisons: list[ComparisonRecord]
    next_cursor: str | None


def record_routes(log: ComparisonLog) -> APIRouter:
    """The routes over this log."""
    router = APIRouter(prefix="/api", tags=["records"])

    @router.get("/comparisons", responses=responses(400))
    def comparisons(
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
        cursor: str | None = None,
        since: Since = None,
    ) -> RecordsAnswer:
        """What was compared, newest first."""
        page = log.page(limit, cursor, parse_since(since) if since else None)
        return RecordsAnswer(list(page.records), page.next_cursor)

    @router.get(
        "/comparisons.csv",
        responses=responses(400) | {200: {"content": {"text/csv": {}}}},
        response_class=StreamingResponse,
    )
    def comparisons_csv(
        since: Since = None, limit: Annotated[int | None, Query(ge=1)] = None
    ) -> StreamingResponse:
        """What was compared, newest first, for a spreadsheet."""
        lines = csv_lines(every_record(log, parse_since(since) if since else None, limit))
        return StreamingResponse(
            _begun(lines),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="comparisons.csv"'},
        )

    @router.get("/comparisons/{comparison_id}", responses=responses(404))
    def comparison(comparison_id: str) -> ComparisonRecord:
        """One record."""
        return log.get(comparison_id)

    @router.delete("/comparisons/{comparison_id}", status_code=204, responses=responses(404))
    def delete_comparison(comparison_id: str) -> None:
        """Forget one record."""
        log.delete(comparison_id)

    return router


def _begun(lines: Iterator[str]) -> Iterator[str]:
    """The same lines, with the first records already read: a broken log fails before the 200."""
    return chain(list(islice(lines, 2)), lines)
