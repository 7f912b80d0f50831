"""A DynamoDB table's calls, with its failures as our own errors."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from facecompare.aws_client import AwsFailure, aws_errors, cancellation_codes, client, error_code
from facecompare.errors import RecordsUnavailable
from facecompare.records.schema import PARTITION_KEY, Index

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import (
        KeysAndAttributesUnionTypeDef,
        TransactWriteItemTypeDef,
    )

Item = dict[str, Any]  # attribute name → {"S" | "N" | "BOOL": value}, as DynamoDB sends it

KEYS_PER_REQUEST = 100  # AWS, DynamoDB API Reference, BatchGetItem


class ConditionFailed(Exception):
    """An item is not in the state that the write required; nothing was written."""


class DynamoTable:
    """One table; safe to share by threads. Every call raises RecordsUnavailable on failure."""

    _ahead_s: float | None = None  # by how much DynamoDB's clock is ahead of `time.monotonic`

    def __init__(self, name: str, dynamodb: DynamoDBClient | None = None) -> None:
        self._name = name
        self._given = dynamodb

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        """Opened when it is first needed: not every function uses it."""
        dynamodb = self._given or client("dynamodb")
        dynamodb.meta.events.register("after-call.dynamodb", self._note_time)
        return dynamodb

    @property
    def told_time(self) -> float | None:
        """Seconds since 1970 by DynamoDB's clock, which expires the items; None before the first
        response told it."""
        return None if self._ahead_s is None else time.monotonic() + self._ahead_s

    def now(self) -> float:
        """The same, and this machine's clock before the first response."""
        told = self.told_time
        return time.time() if told is None else told

    def _note_time(self, parsed: Any, **_: object) -> None:
        told = parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        with suppress(ValueError):  # nothing that could be a time
            self._ahead_s = parsedate_to_datetime(told).timestamp() - time.monotonic()

    def find(self, key: Item) -> Item | None:
        """The item of this key as it is now, or None."""
        with self._errors():
            response = self._dynamodb.get_item(TableName=self._name, Key=key, ConsistentRead=True)
            return response.get("Item")

    def find_all(self, keys: Sequence[Item]) -> Iterator[Item]:
        """The items of these keys as they are now, in any order; those that exist."""
        for start in range(0, len(keys), KEYS_PER_REQUEST):
            group = keys[start : start + KEYS_PER_REQUEST]
            left: Mapping[str, KeysAndAttributesUnionTypeDef]
            left = {self._name: {"Keys": group, "ConsistentRead": True}}
            while left:
                with self._errors():
                    response = self._dynamodb.batch_get_item(RequestItems=left)
                yield from response["Responses"].get(self._name, ())
                left = response.get("UnprocessedKeys", {})

    def put(self, writes: Sequence[Item]) -> None:
        """Write these items, each given as `Item`, `ConditionExpression` …: all, or none.

        At most 100. Raises  ConditionFailed when only conditions stood against it.
        """
        if len(writes) == 1:  # half the price of a transaction
            with self._errors():
                self._dynamodb.put_item(TableName=self._name, **writes[0])
        else:
            self.transact([("Put", write) for write in writes])

    def transact(self, writes: Sequence[tuple[str, Item]]) -> None:
        """Do these writes, each ("Put" | "Update", its arguments): all, or none.

        At most 100. Raises  ConditionFailed when only conditions stood against it.
        """
        items = [
            cast("TransactWriteItemTypeDef", {kind: {"TableName": self._name} | write})
            for kind, write in writes
        ]
        with self._errors():
            self._dynamodb.transact_write_items(TransactItems=items)

    def update(self, key: Item, **change: Any) -> Item:
        """Change one item; returns what the change asks for. Raises  ConditionFailed."""
        with self._errors():
            response = self._dynamodb.update_item(TableName=self._name, Key=key, **change)
            return response.get("Attributes", {})

    def delete(self, key: Item, **condition: Any) -> None:
        """Remove one item. Raises  ConditionFailed."""
        with self._errors():
            self._dynamodb.delete_item(TableName=self._name, Key=key, **condition)

    def newest(self, index: Index, page_size: int | None = None, **query: Any) -> Iterator[Item]:
        """An index's items, greatest sort key first, read a page at a time as they are taken."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=index.name,
            ScanIndexForward=False,
            PaginationConfig={"PageSize": page_size} if page_size else {},
            **query,
        )
        with self._errors():
            for page in pages:
                yield from page["Items"]

    def _errors(self) -> AbstractContextManager[None]:
        return aws_errors(RecordsUnavailable, f"table {self._name}", _condition_failed)


def key(kind: str, name: str) -> Item:
    """The key of an item of this kind."""
    return {PARTITION_KEY: {"S": f"{kind}#{name}"}}


def _condition_failed(failure: AwsFailure) -> ConditionFailed | None:
    """Also of a transaction, which says for each of its writes what was wrong with it."""
    single = error_code(failure) == "ConditionalCheckFailedException"
    if single or cancellation_codes(failure) == {"ConditionalCheckFailed"}:
        return ConditionFailed()
    return None
