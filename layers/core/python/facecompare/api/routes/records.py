"""The routes over the comparison log: listing, CSV, one record, deletion."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from facecompare.access import Caller, Role
from facecompare.api.csv_pages import CsvTable, csv_response, query_of
from facecompare.api.dependencies import KNOWN_QUERY_ONLY, AppServices, RecordsCaller
from facecompare.api.documented_errors import KEY, QUERY, responses
from facecompare.errors import ComparisonNotFound
from facecompare.records.record import (
    COLUMNS,
    ComparisonRecord,
    Selection,
    cursor_after,
    every_record,
    not_found,
    parse_since,
)

MAX_PAGE = 200

router = APIRouter(prefix="/api", tags=["records"], dependencies=[KNOWN_QUERY_ONLY])

Since = Annotated[
    str | None,
    Query(description="a date, a UTC time, or an age: 90m, 24h, 7d", examples=["2026-11-22", "7d"]),
]
Of = Annotated[
    str | None,
    Query(alias="caller", description="only this caller's; others' are for admins"),
]


@dataclass(frozen=True, slots=True)
class RecordsResponse:
    """Some records, newest first; `next_cursor` is null on the last page."""

    comparisons: list[ComparisonRecord]
    next_cursor: str | None


@router.get("/comparisons", responses=responses(*QUERY, *KEY))
def list_comparisons(
    services: AppServices,
    caller: RecordsCaller,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: str | None = None,
    since: Since = None,
    of: Of = None,
) -> RecordsResponse:
    """What was compared, newest first."""
    page = services.log.page(limit, cursor, _selection(caller, since, of))
    return RecordsResponse(list(page.records), page.next_cursor)


@router.get(
    "/comparisons.csv",
    responses=responses(*QUERY, *KEY) | {200: {"content": {"text/csv": {}}}},
    response_class=StreamingResponse,
)
def export_comparisons(
    services: AppServices,
    caller: RecordsCaller,
    since: Since = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
    cursor: Annotated[str | None, Query(description="the header Link has it")] = None,
    of: Of = None,
) -> Response:
    """What was compared, newest first, for a spreadsheet.

    Where a response cannot hold all of it, the header Link names where the lines after these are.
    """
    selection = _selection(caller, since, of)
    records = every_record(services.log, selection, limit, cursor)

    def next_query(sent: list[ComparisonRecord], left: ComparisonRecord | None) -> str | None:
        if left is None:
            return None
        return query_of(
            cursor=cursor_after(sent[-1]),
            since=selection.since,
            limit=None if limit is None else limit - len(sent),
            caller=of,
        )

    table = CsvTable("comparisons.csv", COLUMNS, records, astuple)
    return csv_response(table, services.settings.max_response_bytes, next_query)


@router.get("/comparisons/{comparison_id}", responses=responses(*QUERY, *KEY, ComparisonNotFound))
def get_comparison(
    comparison_id: str, services: AppServices, caller: RecordsCaller
) -> ComparisonRecord:
    """One record."""
    record = services.log.get(comparison_id)
    if caller.role is not Role.ADMIN and record.caller != caller.name:
        raise not_found(comparison_id)
    return record


@router.delete(
    "/comparisons/{comparison_id}",
    status_code=204,
    responses=responses(*QUERY, *KEY, ComparisonNotFound),
)
def delete_comparison(comparison_id: str, services: AppServices, caller: RecordsCaller) -> None:
    """Forget one record: an admin's right, for the log is an audit log."""
    caller.require_admin()
    services.log.delete(comparison_id)


def _selection(caller: Caller, since: str | None, of: str | None) -> Selection:
    if caller.role is not Role.ADMIN:
        if of not in (None, caller.name):
            caller.require_admin()
        of = caller.name
    return Selection(since=parse_since(since) if since else None, caller=of)
