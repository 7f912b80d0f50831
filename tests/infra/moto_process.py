"""moto's server, with a table that can be shared.

moto keeps a deep copy of a table to go back to from a transaction, which takes seconds when there
are thousands of items, and forgets what others wrote in the meantime. Here it keeps which items
there were (one that a transaction changed before it failed would stay changed, so ours change items
last), and writes one after the other, as DynamoDB does with those of one item.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.server import main

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")
ONE_AT_A_TIME = RLock()


def with_the_items_there_are(table: Table, memo: dict[int, Any]) -> Table:
    """The table as it is, to go back to."""
    kept = copy.copy(table)
    memo[id(table)] = kept
    kept.items = copy.copy(table.items)
    return kept


def alone(write: Callable[..., Any]) -> Callable[..., Any]:
    """The same, while nobody else writes."""

    @wraps(write)
    def written(*arguments: Any, **options: Any) -> Any:
        with ONE_AT_A_TIME:
            return write(*arguments, **options)

    return written


if __name__ == "__main__":
    Table.__deepcopy__ = with_the_items_there_are  # type: ignore[attr-defined]
    for name in WRITES:
        setattr(DynamoDBBackend, name, alone(getattr(DynamoDBBackend, name)))
    main()
