"""The routes of batches: ordering, watching, cancelling, and the results."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from facecompare.api.csv_pages import CsvTable, csv_response, query_of
from facecompare.api.dependencies import (
    KNOWN_QUERY_ONLY,
    AppServices,
    IdempotencyKey,
    RecordsCaller,
    Services,
)
from facecompare.api.documented_errors import (
    BATCH,
    BATCHES,
    BODY,
    OPTIONS,
    QUERY,
    QUEUED,
    RETRIED,
    UPLOADED,
    responses,
)
from facecompare.api.json_route import JsonRoute
from facecompare.api.option_fields import DecisionFields
from facecompare.batches.batch import Progress
from facecompare.batches.pair_result import RESULT_COLUMNS, PairResult
from facecompare.batches.service import MAX_ROWS, BatchRequest, BatchService
from facecompare.errors import BatchesOff

MAX_PAGE = 100

router = APIRouter(
    prefix="/api", tags=["batches"], dependencies=[KNOWN_QUERY_ONLY], route_class=JsonRoute
)


class BatchFields(DecisionFields):
    """Pairs of photos that were uploaded, and how to compare them."""

    manifest: Annotated[
        str | None,
        Field(
            description="CSV with the header image1,image2, or JSON Lines with these fields; the "
            "names that POST /api/uploads gave, or s3://BUCKET/photos/… with an admin's key",
            examples=["image1,image2\nuploads/…,uploads/…\n"],
        ),
    ] = None
    upload: Annotated[
        str | None, Field(description="the name under which the manifest was uploaded instead")
    ] = None


@dataclass(frozen=True, slots=True)
class BatchesResponse:
    """Some batches, newest first; `next_before` is null on the last page."""

    batches: list[Progress]
    next_before: str | None


@router.post(
    "/batches",
    status_code=202,
    responses=responses(*QUERY, *BATCHES, *BODY, *OPTIONS, *UPLOADED, *RETRIED, *QUEUED),
)
def submit_batch(
    fields: BatchFields,
    services: AppServices,
    caller: RecordsCaller,
    idempotency_key: IdempotencyKey,
) -> Progress:
    """Compare many pairs; the response comes before the work."""
    request = BatchRequest(fields.manifest, fields.upload, fields.options())
    return _batches(services).submit(request, caller, idempotency_key)


@router.get("/batches", responses=responses(*QUERY, *BATCHES))
def list_batches(
    services: AppServices,
    caller: RecordsCaller,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    before: Annotated[str, Query(description="`next_before` of the page before")] = "",
) -> BatchesResponse:
    """The newest batches: an admin's key sees all, another its own."""
    found = _batches(services).newest(limit, caller, before)
    return BatchesResponse(found, found[-1].created_at if len(found) == limit else None)


@router.get("/batches/{batch_id}", responses=responses(*QUERY, *BATCH))
def get_batch(batch_id: str, services: AppServices, caller: RecordsCaller) -> Progress:
    """How far a batch is, and when it should end."""
    return _batches(services).find(batch_id, caller)


@router.get(
    "/batches/{batch_id}/results.csv",
    responses=responses(*QUERY, *BATCH) | {200: {"content": {"text/csv": {}}}},
    response_class=StreamingResponse,
)
def get_batch_results(
    batch_id: str,
    services: AppServices,
    caller: RecordsCaller,
    first: Annotated[int, Query(ge=1, description="the first pair")] = 1,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = MAX_ROWS,
) -> Response:
    """A line for each pair that has ended, in the manifest's order: verdict or reason.

    The header Link names where the lines after these are, if there are more.
    """
    total, results = _batches(services).results(batch_id, caller, first, limit)

    def next_query(_sent: list[PairResult], left: PairResult | None) -> str | None:
        following = first + limit if left is None else left.pair
        return query_of(first=following, limit=limit) if following <= total else None

    table = CsvTable("results.csv", RESULT_COLUMNS, results, astuple)
    return csv_response(table, services.settings.max_response_bytes, next_query)


@router.delete("/batches/{batch_id}", responses=responses(*QUERY, *BATCH))
def cancel_batch(batch_id: str, services: AppServices, caller: RecordsCaller) -> Progress:
    """Stop working on a batch; the results there are stay."""
    return _batches(services).cancel(batch_id, caller)


def _batches(services: Services) -> BatchService:
    if services.batches is None:
        raise BatchesOff(
            "found a request for batches; expected none, for this installation has no queue; "
            "facecompare batch compares a file of pairs on one machine"
        )
    return services.batches
