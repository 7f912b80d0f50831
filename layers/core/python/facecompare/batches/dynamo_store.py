"""Batches in the comparison log's DynamoDB table; its names are in `records.schema`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from itertools import islice
from typing import Any

from facecompare.batches.batch import BATCH_FIELDS, LIFETIME, Batch, Counts, no_such_batch
from facecompare.batches.chunk import Chunk
from facecompare.batches.pair_result import PairResult
from facecompare.batches.store import BatchStore
from facecompare.config import KEPT_DAYS, Settings
from facecompare.errors import BadSetting
from facecompare.records.dynamo import LATEST, record_item
from facecompare.records.dynamo_table import ConditionFailed, DynamoTable, Item, key
from facecompare.records.record import SECONDS_A_DAY, ComparisonRecord, timestamp
from facecompare.records.schema import (
    BATCH,
    BATCH_ATTEMPTS,
    BATCH_CHUNK,
    BATCH_COUNTS,
    BATCHES,
    BY_CALLER,
    COUNTS_A_BATCH,
    EXPIRES_AT,
    NEWEST,
    PARTITION_KEY,
    SORT_KEY,
)

EXISTS = f"attribute_exists({PARTITION_KEY})"
IS_NEW = f"attribute_not_exists({PARTITION_KEY})"
RESULTS = "outcomes"  # the attribute's name since 0.6
NUMBERS = {"total": int, "threshold": float, "combined_threshold": float}  # of a batch's fields
SPLIT = "divided"  # in place of a chunk's results, as versions before 0.7 wrote it


class DynamoBatches:
    """Fulfils `BatchStore`. Listings lag behind writes by a moment, as indexes do."""

    def __init__(
        self,
        table: DynamoTable,
        keep_days: int = KEPT_DAYS,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._table = table
        self._keep_seconds = keep_days * SECONDS_A_DAY
        self._now = now or table.now

    def create(self, batch: Batch) -> bool:
        """Keep a new batch. One that has expired stands in its way until DynamoDB deletes it, for
        its results may still be there."""
        write = {"Item": _batch_item(batch) | self._expiry(), "ConditionExpression": IS_NEW}
        try:
            self._table.put([write])
        except ConditionFailed:
            return False
        return True

    def delete(self, batch: Batch) -> None:
        """Remove this batch; one of the same id that was made at another moment stays."""
        with suppress(ConditionFailed):
            self._table.delete(
                key(BATCH, batch.batch_id),
                ConditionExpression="created_at = :created_at",
                ExpressionAttributeValues={":created_at": {"S": batch.created_at}},
            )

    def find(self, batch_id: str) -> Batch:
        """One batch, also one made a moment ago."""
        item = self._table.find(key(BATCH, batch_id))
        if item is None or float(item[EXPIRES_AT]["N"]) <= self._now():
            raise no_such_batch(batch_id)
        return _batch(item)

    def newest(self, limit: int, caller: str | None, before: str) -> list[Batch]:
        """The newest batches made before this time."""
        index, partition = NEWEST, BATCHES
        if caller is not None:
            index, partition = BY_CALLER, f"{caller}#{BATCHES}"
        items = self._table.newest(
            index,
            limit,
            KeyConditionExpression=f"{index.partition} = :batches AND {SORT_KEY} < :before",
            FilterExpression=f"{EXPIRES_AT} > :now",
            ExpressionAttributeValues={
                ":batches": {"S": partition},
                ":before": {"S": before or LATEST},
                ":now": {"N": str(int(self._now()))},
            },
        )
        return [_batch(item) for item in islice(items, limit)]

    def cancel(self, batch_id: str, cancelled_at: str) -> None:
        """Note that no more of it is to be worked on."""
        try:
            self._table.update(
                key(BATCH, batch_id),
                UpdateExpression="SET cancelled_at = :now",
                ConditionExpression=f"{EXISTS} AND cancelled_at = :never",
                ExpressionAttributeValues={":now": {"S": cancelled_at}, ":never": {"S": ""}},
            )
        except ConditionFailed:
            self.find(batch_id)  # it was cancelled before, or this raises BatchNotFound

    def change_unpacked(self, batch_id: str, **fields: str | int) -> bool:
        """Set these fields of a batch that waits to be packed."""
        try:
            self._table.update(
                key(BATCH, batch_id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
                ConditionExpression=f"{EXISTS} AND packed_at = :never AND refused_at = :never",
                ExpressionAttributeNames={f"#{name}": name for name in fields},
                ExpressionAttributeValues={
                    ":never": {"S": ""},
                    **{f":{name}": {"S": str(value)} for name, value in fields.items()},
                },
            )
        except ConditionFailed:
            return False
        return True

    def begin_attempt(self, batch_id: str, work: str) -> int:
        """Count it; the count is forgotten when SQS has forgotten the batch's messages."""
        counted = self._count_attempt(batch_id, work, 1)
        return int(counted["attempts"]["N"])

    def withdraw_attempt(self, batch_id: str, work: str) -> None:
        """Count it down again."""
        self._count_attempt(batch_id, work, -1)

    def _count_attempt(self, batch_id: str, work: str, more: int) -> Item:
        expires_at = int(self._now() + LIFETIME.total_seconds())
        return self._table.update(
            key(BATCH_ATTEMPTS, f"{batch_id}#{work}"),
            UpdateExpression=f"SET {EXPIRES_AT} = :expires ADD attempts :more",
            ExpressionAttributeValues={
                ":expires": {"N": str(expires_at)},
                ":more": {"N": str(more)},
            },
            ReturnValues="UPDATED_NEW",
        )

    def counts(self, batch_ids: Sequence[str]) -> dict[str, Counts]:
        """The sums of each batch's counts."""
        places = {
            _counts_key(batch_id, number)[PARTITION_KEY]["S"]: batch_id
            for batch_id in batch_ids
            for number in range(COUNTS_A_BATCH)
        }
        sums = {batch_id: Counts() for batch_id in batch_ids}
        for item in self._table.find_all([{PARTITION_KEY: {"S": place}} for place in places]):
            batch_id = places[item[PARTITION_KEY]["S"]]
            sums[batch_id] = _plus(sums[batch_id], item)
        return sums

    def keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> bool:
        """In one transaction: the chunk's results, which must be new, its records, its count."""
        expires_at = self._expires_at()
        writes = [("Put", {"Item": record_item(record, expires_at)}) for record in records]
        failed = sum(result.error_code is not None for result in results)
        count = self._count(chunk, len(results) - failed, failed)
        rows = json.dumps([astuple(result) for result in results], ensure_ascii=False)
        return self._end(chunk, rows, *writes, ("Update", count))

    def mark_split(self, chunk: Chunk) -> bool:
        """Mark it as split."""
        return self._end(chunk, SPLIT)

    def ended(self, chunks: Sequence[Chunk]) -> dict[Chunk, list[PairResult] | None]:
        """Those that have an item."""
        places = {_chunk_key(chunk)[PARTITION_KEY]["S"]: chunk for chunk in chunks}
        items = self._table.find_all([_chunk_key(chunk) for chunk in chunks])
        return {places[item[PARTITION_KEY]["S"]]: _results(item) for item in items}

    def _end(self, chunk: Chunk, results: str, *more: tuple[str, Item]) -> bool:
        item = _chunk_key(chunk) | {RESULTS: {"S": results}} | self._expiry()
        put = {"Item": item, "ConditionExpression": IS_NEW}
        try:
            self._table.transact([("Put", put), *more])
        except ConditionFailed:
            return False
        return True

    def _count(self, chunk: Chunk, done: int, failed: int) -> Item:
        return {
            "Key": _counts_key(chunk.batch_id, chunk.first % COUNTS_A_BATCH),
            "UpdateExpression": f"SET updated_at = :at, {EXPIRES_AT} = :expires "
            "ADD done :done, failed :failed",
            "ExpressionAttributeValues": {
                ":at": {"S": timestamp()},
                ":expires": {"N": str(self._expires_at())},
                ":done": {"N": str(done)},
                ":failed": {"N": str(failed)},
            },
        }

    def _expires_at(self) -> int:
        return int(self._now()) + self._keep_seconds

    def _expiry(self) -> Item:
        return {EXPIRES_AT: {"N": str(self._expires_at())}}


def _chunk_key(chunk: Chunk) -> Item:
    return key(BATCH_CHUNK, f"{chunk.batch_id}#{chunk.first}-{chunk.last}")


def _counts_key(batch_id: str, number: int) -> Item:
    return key(BATCH_COUNTS, f"{batch_id}#{number}")


def _plus(counts: Counts, item: Item) -> Counts:
    return Counts(
        counts.done + int(item["done"]["N"]),
        counts.failed + int(item["failed"]["N"]),
        max(counts.updated_at, item["updated_at"]["S"]),
    )


def _batch_item(batch: Batch) -> Item:
    lists = {NEWEST.partition: BATCHES}
    if batch.caller:
        lists[BY_CALLER.partition] = f"{batch.caller}#{BATCHES}"
    known = {name: value for name, value in asdict(batch).items() if value is not None}
    texts = {name: str(value) for name, value in known.items()} | lists
    texts[SORT_KEY] = f"{batch.created_at}#{batch.batch_id}"
    return key(BATCH, batch.batch_id) | {name: {"S": text} for name, text in texts.items()}


def _batch(item: Item) -> Batch:
    texts: dict[str, Any] = {name: item[name]["S"] for name in BATCH_FIELDS if name in item}
    numbers = {name: kind(texts[name]) for name, kind in NUMBERS.items() if name in texts}
    return Batch(**texts | numbers)


def _results(item: Item) -> list[PairResult] | None:
    text = item[RESULTS]["S"]
    if text == SPLIT:
        return None
    rows: Iterable[list[Any]] = json.loads(text)
    return [PairResult(*row) for row in rows]


def open_batch_store(settings: Settings) -> BatchStore:
    """The installation's batches. Raises  BadSetting without a table."""
    if not settings.records_table:
        raise BadSetting("FACECOMPARE_BATCH_QUEUE needs FACECOMPARE_RECORDS_TABLE as well")
    return DynamoBatches(DynamoTable(settings.records_table), settings.records_days)
