"""The comparison log in a DynamoDB table; its names are in `schema`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from heapq import merge
from itertools import chain, islice
from typing import Any

from facecompare.config import KEPT_DAYS
from facecompare.records.dynamo_table import ConditionFailed, DynamoTable, Item, key
from facecompare.records.record import (
    COLUMNS,
    EVERYTHING,
    SECONDS_A_DAY,
    ComparisonRecord,
    Page,
    Selection,
    cursor_after,
    not_found,
    read_cursor,
)
from facecompare.records.schema import (
    ALL,
    BY_BATCH,
    BY_CALLER,
    COMPARISON,
    EXPIRES_AT,
    NEWEST,
    PARTITION_KEY,
    SHARDS,
    SORT_KEY,
    Index,
    shard_of,
)

EARLIEST, LATEST = "0", "~"  # sort before and after every timestamp
WHOLE_NUMBERS = {"face_pairs", "reference_photos"}  # of a record
READ_AHEAD = 4  # shards are evenly filled on average only
IS_NEW = f"attribute_not_exists({PARTITION_KEY})"
IS_NEW_OR_EXPIRED = f"{IS_NEW} OR {EXPIRES_AT} <= :now"
IS_ALIVE = f"{EXPIRES_AT} > :now"  # DynamoDB takes days to delete what has expired


class DynamoLog:
    """Fulfils `ComparisonLog`. Listings lag behind writes by a moment, as indexes do.

    DynamoDB deletes by its own clock, so that clock, which comes with every response, is the log's:
    no record expires before its time by it. A function whose clock is five minutes off reaches no
    table at all, because AWS refuses its signature (IAM User Guide, "Signature Version 4").
    """

    def __init__(
        self,
        table: DynamoTable,
        keep_days: int = KEPT_DAYS,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._table = table
        self._keep_seconds = keep_days * SECONDS_A_DAY
        self._now = now or table.now
        self._readers = ThreadPoolExecutor(SHARDS)

    def put(self, *records: ComparisonRecord) -> tuple[ComparisonRecord, ...]:
        """Keep all of these records, or none of them; at most 100."""
        expires_at = self._expires_at()
        try:
            self._table.put([self._write(record, expires_at) for record in records])
        except ConditionFailed:
            return self._put_again(records)
        if expires_at + SECONDS_A_DAY < self._expires_at():  # the first response told the time
            self._expire_later(records, expires_at)
        return records

    def page(
        self, limit: int, cursor: str | None = None, selection: Selection = EVERYTHING
    ) -> Page:
        """The newest records; one more than asked for is read, to know whether there is a next."""
        before = "#".join(read_cursor(cursor)) if cursor else LATEST
        found = list(islice(self._newest(selection, before, limit + 1), limit + 1))
        records = tuple(found[:limit])
        return Page(records, cursor_after(records[-1]) if len(found) > limit else None)

    def get(self, comparison_id: str) -> ComparisonRecord:
        """One record, also one written a moment ago."""
        record = self._find(comparison_id)
        if record is None:
            raise not_found(comparison_id)
        return record

    def check(self) -> None:
        """Ask for a record that is not there: the table answers, and this program may use it."""
        self._find("")

    def delete(self, comparison_id: str) -> None:
        """Delete one record."""
        try:
            self._table.delete(
                key(COMPARISON, comparison_id),
                ConditionExpression=IS_ALIVE,
                ExpressionAttributeValues=self._now_value(),
            )
        except ConditionFailed as exc:
            raise not_found(comparison_id) from exc

    def _put_again(self, records: tuple[ComparisonRecord, ...]) -> tuple[ComparisonRecord, ...]:
        """Some are kept already; the others are put."""
        kept = {record: self._find(record.comparison_id) for record in records}
        for record, found in kept.items():
            if found is not None:
                found.confirm_same_request(record)
        missing = [record for record, found in kept.items() if found is None]
        if missing:
            self.put(*missing)
        return tuple(found or record for record, found in kept.items())

    def _find(self, comparison_id: str) -> ComparisonRecord | None:
        item = self._table.find(key(COMPARISON, comparison_id))
        if item is None or float(item[EXPIRES_AT]["N"]) <= self._now():
            return None
        return _record(item)

    def _expires_at(self) -> int:
        return int(max(self._now(), self._table.told_time or 0)) + self._keep_seconds

    def _write(self, record: ComparisonRecord, expires_at: int) -> Item:
        write = {"Item": record_item(record, expires_at)}
        if (
            self._table.told_time is None
        ):  # nothing is replaced by a clock that nothing has confirmed
            return write | {"ConditionExpression": IS_NEW}
        condition = {"ConditionExpression": IS_NEW_OR_EXPIRED}
        return write | condition | {"ExpressionAttributeValues": self._now_value()}

    def _expire_later(self, records: tuple[ComparisonRecord, ...], too_early: int) -> None:
        for record in records:
            again = {
                "Item": record_item(record, self._expires_at()),
                "ConditionExpression": f"{EXPIRES_AT} = :too_early",
                "ExpressionAttributeValues": {":too_early": {"N": str(too_early)}},
            }
            with suppress(ConditionFailed):  # it has been deleted since
                self._table.put([again])

    def _newest(self, selection: Selection, before: str, wanted: int) -> Iterator[ComparisonRecord]:
        """Merged from all shards, whose first pages are read side by side."""
        size = wanted // SHARDS + READ_AHEAD
        index, of = _list(selection)
        shards = [
            self._shard(index, f"{of}#{number}", selection, before, size)
            for number in range(SHARDS)
        ]
        firsts = self._readers.map(lambda shard: list(islice(shard, size)), shards)
        wholes = (chain(first, rest) for first, rest in zip(firsts, shards, strict=True))
        return merge(*wholes, key=_placed_at, reverse=True)

    def _shard(
        self, index: Index, partition: str, selection: Selection, before: str, size: int
    ) -> Iterator[ComparisonRecord]:
        """One shard's records; BETWEEN includes `before` itself, which is skipped."""
        values = {
            ":partition": {"S": partition},
            ":since": {"S": selection.since or EARLIEST},
            ":before": {"S": before},
        }
        wanted = IS_ALIVE
        if index is BY_BATCH and selection.caller is not None:
            wanted += " AND caller = :caller"
            values[":caller"] = {"S": selection.caller}
        items = self._table.newest(
            index,
            size,
            KeyConditionExpression=(
                f"{index.partition} = :partition AND {SORT_KEY} BETWEEN :since AND :before"
            ),
            FilterExpression=wanted,
            ExpressionAttributeValues=values | self._now_value(),
        )
        return (_record(item) for item in items if item[SORT_KEY]["S"] != before)

    def _now_value(self) -> Item:
        return {":now": {"N": str(int(self._now()))}}


def _list(selection: Selection) -> tuple[Index, str]:
    """The narrowest index, and what the names of its partitions begin with."""
    if selection.batch_id is not None:
        return BY_BATCH, selection.batch_id
    if selection.caller is not None:
        return BY_CALLER, selection.caller
    return NEWEST, ALL


def _placed_at(record: ComparisonRecord) -> str:
    return f"{record.created_at}#{record.comparison_id}"


def record_item(record: ComparisonRecord, expires_at: int) -> Item:
    """The record as it lies in the table; `expires_at` in seconds since 1970."""
    shard = shard_of(record.comparison_id)
    lists = {NEWEST: ALL, BY_CALLER: record.caller, BY_BATCH: record.batch_id}
    return {
        **key(COMPARISON, record.comparison_id),
        EXPIRES_AT: {"N": str(expires_at)},
        **{name: _attribute(value) for name, value in asdict(record).items() if value is not None},
        **{index.partition: {"S": f"{of}#{shard}"} for index, of in lists.items() if of},
        SORT_KEY: {"S": _placed_at(record)},
    }


def _attribute(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, float | int):
        return {"N": repr(value)}  # 17 digits at most, of the 38 that DynamoDB keeps
    return {"S": value}


def _record(item: Item) -> ComparisonRecord:
    return ComparisonRecord(**{name: _value(name, item[name]) for name in COLUMNS if name in item})


def _value(name: str, attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind != "N":
        return value
    return int(value) if name in WHOLE_NUMBERS else float(value)
