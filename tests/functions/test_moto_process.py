"""moto's server as the tests run it: what a failed transaction leaves behind."""

from __future__ import annotations

import pytest

from facecompare.aws_client import client
from facecompare.batches.chunk import Chunk
from facecompare.batches.dynamo_store import DynamoBatches
from facecompare.batches.pair_result import PairResult
from facecompare.batches.pairs_file import Pair
from facecompare.records.dynamo_table import DynamoTable
from tests.support.aws_emulator.moto_server import credentials
from tests.support.dynamo_tables import create_table

TABLE = "kept-once"


@pytest.fixture
def store(moto_address: str, monkeypatch: pytest.MonkeyPatch) -> DynamoBatches:
    for name, value in credentials(moto_address).items():
        monkeypatch.setenv(name, value)
    dynamodb = client("dynamodb")
    create_table(dynamodb, TABLE)
    return DynamoBatches(DynamoTable(TABLE, dynamodb))


def test_a_chunk_that_was_kept_before_is_not_counted_again(store: DynamoBatches) -> None:
    chunk = Chunk("a" * 32, 1, 1)
    results = [PairResult.failed(Pair(1, "one", "other"), "no_face", "none", "image1")]
    assert store.keep(chunk, results, [])
    assert not store.keep(chunk, results, [])
    assert store.counts([chunk.batch_id])[chunk.batch_id].failed == 1
