"""moto's server, with a table that can be shared.

moto keeps a deep copy of a table to go back to from a transaction, which takes seconds when there
are thousands of items. Here it keeps which items there were, and an update changes a copy of its
item, so that the one to go back to stays as it was. It also answers a read with an item of which
only some attributes are written yet; here one request is answered after the other, so that reads
and writes are whole, as DynamoDB's are.

And a stack that is deleted leaves nothing here: moto keeps its layers, and makes once more what
its outputs name whenever it describes them.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from threading import RLock
from typing import Any

from moto.awslambda.models import LayerVersion, lambda_backends
from moto.cloudformation.models import Stack
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import main

from tests.support.aws_emulator.call_recorder import VARIABLE, CallRecorder

ONE_AT_A_TIME = RLock()
answer_at_once = DynamoHandler.call_action
update_in_place = DynamoDBBackend.update_item
delete_stack = Stack.delete


def with_the_items_there_are(table: Table, memo: dict[int, Any]) -> Table:
    """The table as it is, to go back to."""
    kept = copy.copy(table)
    memo[id(table)] = kept
    kept.items = copy.copy(table.items)
    return kept


def update_a_copy(
    backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *more: Any, **change: Any
) -> Any:
    """The updated item; the one that was there before is not changed."""
    items: dict[DynamoType, Any] = backend.get_table(table_name).items
    (place,) = (DynamoType(value) for value in key.values())  # no table here has a sort key
    if place in items:
        items[place] = copy.deepcopy(items[place])
    return update_in_place(backend, table_name, key, *more, **change)


def answer_alone(request: DynamoHandler) -> Any:
    """The answer, while no other request is answered."""
    with ONE_AT_A_TIME:
        return answer_at_once(request)


def delete_with_outputs(stack: Stack) -> None:
    """Deletes the stack, and what it would be asked for afterwards."""
    delete_stack(stack)
    stack.template_dict.pop("Outputs", None)
    stack.output_map = stack._create_output_map()


def delete_layer(layer: LayerVersion, account_id: str, region: str) -> None:
    """As CloudFormation deletes it."""
    lambda_backends[account_id][region].delete_layer_version(layer.name, str(layer.version))


def record_calls(file: Path) -> None:
    """From now on, into this file."""
    recorder = CallRecorder(DomainDispatcherApplication.__call__, file.open("a", encoding="utf-8"))

    def record(
        application: DomainDispatcherApplication, environ: dict[str, Any], start: Any
    ) -> Any:
        return recorder(application, environ, start)

    DomainDispatcherApplication.__call__ = record  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    Table.__deepcopy__ = with_the_items_there_are  # type: ignore[attr-defined]
    DynamoDBBackend.update_item = update_a_copy  # type: ignore[method-assign, assignment]
    DynamoHandler.call_action = answer_alone  # type: ignore[method-assign]
    Stack.delete = delete_with_outputs  # type: ignore[method-assign, assignment]
    LayerVersion.delete = delete_layer  # type: ignore[attr-defined]
    if VARIABLE in os.environ:
        record_calls(Path(os.environ[VARIABLE]))
    main()
