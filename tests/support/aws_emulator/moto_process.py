"""moto's server, with a table that can be shared.

moto keeps a deep copy of a table to go back to from a transaction, which takes seconds when there
are thousands of items, and forgets what others wrote in the meantime. Here it keeps which items
there were (one that a transaction changed before it failed would stay changed, so ours change items
last). It also answers a read with an item of which only some attributes are written yet; here one
request is answered after the other, so that reads and writes are whole, as DynamoDB's are.
"""

from __future__ import annotations

import copy
from threading import RLock
from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.server import main

ONE_AT_A_TIME = RLock()
answer_at_once = DynamoHandler.call_action


def with_the_items_there_are(table: Table, memo: dict[int, Any]) -> Table:
    """The table as it is, to go back to."""
    kept = copy.copy(table)
    memo[id(table)] = kept
    kept.items = copy.copy(table.items)
    return kept


def answer_alone(request: DynamoHandler) -> Any:
    """The answer, while no other request is answered."""
    with ONE_AT_A_TIME:
        return answer_at_once(request)


if __name__ == "__main__":
    Table.__deepcopy__ = with_the_items_there_are  # type: ignore[attr-defined]
    DynamoHandler.call_action = answer_alone  # type: ignore[method-assign]
    main()
