"""The comparison log's table, made in whatever stands in for DynamoDB."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facecompare.records.schema import INDEXES, PARTITION_KEY, SORT_KEY
from tests.support.processes import free_port, wait_for_port

TABLE = "comparisons"
NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules" / ".bin"


def create_table(dynamodb: Any, name: str = TABLE) -> None:
    """The table as `schema` has it; tests/infra checks that the deployed one is the same."""
    texts = (PARTITION_KEY, SORT_KEY, *(index.partition for index in INDEXES))
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": text, "AttributeType": "S"} for text in texts],
        KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index.name,
                "KeySchema": [
                    {"AttributeName": index.partition, "KeyType": "HASH"},
                    {"AttributeName": SORT_KEY, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in INDEXES
        ],
    )


@contextmanager
def dynalite() -> Iterator[str]:
    """The address of a running dynalite, from node_modules (`make node_modules`)."""
    command = shutil.which("dynalite", path=str(NODE_MODULES))
    assert command, "dynalite is not installed; run: make node_modules"
    port = free_port()
    server = subprocess.Popen(
        [command, "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
