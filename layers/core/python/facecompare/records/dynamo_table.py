"""A DynamoDB table's calls, with its failures as our own errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from facecompare.aws_client import FAILURES, client, error_code, transaction_codes
from facecompare.errors import RecordsUnavailable
from facecompare.records.schema import PARTITION_KEY, Index

Item = dict[str, Any]  # attribute name → {"S" | "N" | "BOOL": value}, as DynamoDB sends it


KEYS_AT_ONCE = 100  # AWS, DynamoDB API Reference, BatchGetItem


class ConditionFailed(Exception):
    """An item is not in the state that the write required; nothing was written."""


class DynamoTable:
    """One table; safe to share by threads. Every call raises RecordsUnavailable on failure."""

    def __init__(self, name: str, dynamodb: Any = None) -> None:
        self._name = name
        self._given = dynamodb

    @cached_property
    def _dynamodb(self) -> Any:
        """Opened when it is first needed: not every function comes to it."""
        return self._given or client("dynamodb")

    def find(self, key: Item) -> Item | None:
        """The item of this key as it is now, or None."""
        with self._reached():
            answer = self._dynamodb.get_item(TableName=self._name, Key=key, ConsistentRead=True)
            found: Item | None = answer.get("Item")
            return found

    def find_all(self, keys: Sequence[Item]) -> Iterator[Item]:
        """The items of these keys as they are now, in any order; those that exist."""
        for start in range(0, len(keys), KEYS_AT_ONCE):
            wanted = {"Keys": list(keys[start : start + KEYS_AT_ONCE]), "ConsistentRead": True}
            while wanted:
                with self._reached():
                    answer = self._dynamodb.batch_get_item(RequestItems={self._name: wanted})
                yield from answer["Responses"].get(self._name, ())
                wanted = answer.get("UnprocessedKeys", {}).get(self._name, {})

    def put(self, writes: Sequence[Item]) -> None:
        """Write these items, each given as `Item`, `ConditionExpression` …: all, or none.

        At most 100. Raises  ConditionFailed when only conditions stood against it.
        """
        if len(writes) == 1:  # half the price of a transaction
            with self._reached():
                self._dynamodb.put_item(TableName=self._name, **writes[0])
        else:
            self.transact([("Put", write) for write in writes])

    def transact(self, writes: Sequence[tuple[str, Item]]) -> None:
        """Do these writes, each ("Put" | "Update", its arguments): all, or none.

        At most 100. Raises  ConditionFailed when only conditions stood against it.
        """
        items = [{kind: {"TableName": self._name} | write} for kind, write in writes]
        with self._reached():
            self._dynamodb.transact_write_items(TransactItems=items)

    def update(self, key: Item, **change: Any) -> None:
        """Change one item. Raises  ConditionFailed."""
        with self._reached():
            self._dynamodb.update_item(TableName=self._name, Key=key, **change)

    def delete(self, key: Item, **condition: Any) -> None:
        """Remove one item. Raises  ConditionFailed."""
        with self._reached():
            self._dynamodb.delete_item(TableName=self._name, Key=key, **condition)

    def newest(self, index: Index, page_size: int | None = None, **query: Any) -> Iterator[Item]:
        """An index's items, greatest sort key first, read a page at a time as they are taken."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=index.name,
            ScanIndexForward=False,
            PaginationConfig={"PageSize": page_size},
            **query,
        )
        with self._reached():
            for page in pages:
                yield from page["Items"]

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as exc:
            if _only_conditions_failed(exc):
                raise ConditionFailed from exc
            raise RecordsUnavailable(f"table {self._name}: {error_code(exc)}: {exc}") from exc


def key(kind: str, name: str) -> Item:
    """The key of an item of this kind."""
    return {PARTITION_KEY: {"S": f"{kind}#{name}"}}


def _only_conditions_failed(failure: Exception) -> bool:
    """Also of a transaction, which says for each of its writes what was wrong with it."""
    return error_code(failure) == "ConditionalCheckFailedException" or transaction_codes(
        failure
    ) == {"ConditionalCheckFailed"}
