"""Whatever the clock of a function says: DynamoDB expires a record by its own, and so do we."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from facecompare.batches.dynamo_store import DynamoBatches
from facecompare.errors import IdempotencyConflict
from facecompare.records.dynamo import DynamoLog
from facecompare.records.dynamo_table import DynamoTable, key
from facecompare.records.record import SECONDS_A_DAY, ComparisonRecord, every_record
from facecompare.records.schema import COMPARISON, EXPIRES_AT
from tests.support.records import record

KEEP_DAYS = 30
WRONG = {
    "a year ahead": 366 * SECONDS_A_DAY,
    "a century ahead": 36_600 * SECONDS_A_DAY,
    "a year behind": -366 * SECONDS_A_DAY,
    "in 1970": 12.5 - time.time(),
}


@pytest.fixture(params=["moto", "dynalite"])
def table(request: pytest.FixtureRequest) -> DynamoTable:
    found: DynamoTable = request.getfixturevalue(f"{request.param}_table")
    return found


@pytest.fixture(params=WRONG.values(), ids=list(WRONG))
def off_s(request: pytest.FixtureRequest) -> float:
    seconds: float = request.param
    return seconds


def another(table: DynamoTable) -> DynamoTable:
    """The same table as a process sees it that has just started."""
    return DynamoTable(table._name, table._given)


def expires_at(table: DynamoTable, kept: ComparisonRecord) -> float:
    item = table.find(key(COMPARISON, kept.comparison_id))
    assert item is not None
    return float(item[EXPIRES_AT]["N"])


def test_a_record_lives_as_long_as_it_should_by_the_table_s_clock(
    table: DynamoTable, off_s: float
) -> None:
    wrong = another(table)
    log = DynamoLog(wrong, KEEP_DAYS, now=lambda: time.time() + off_s)
    for number in (1, 2):  # the first is written before the table has told its time
        log.put(record(number))
        left = expires_at(table, record(number)) - time.time()
        assert left > KEEP_DAYS * SECONDS_A_DAY - 60
    assert len(list(every_record(DynamoLog(another(table), KEEP_DAYS)))) == 2


def test_a_log_goes_by_the_table_s_clock_once_it_knows_it(
    table: DynamoTable, off_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = DynamoLog(another(table), KEEP_DAYS), time.time
    DynamoLog(table, KEEP_DAYS).put(record(1))
    table_by_a_wrong_machine = "facecompare.records.dynamo_table.time.time"
    with monkeypatch.context() as patch:
        log.get(record(1).comparison_id)
        patch.setattr(table_by_a_wrong_machine, lambda: real() + off_s)
        assert log.put(record(2)) == (record(2),)
        assert len(log.page(9).records) == 2
    assert abs(expires_at(table, record(2)) - real() - KEEP_DAYS * SECONDS_A_DAY) < 60


def test_a_retry_by_a_wrong_clock_replaces_no_record(
    table: DynamoTable, off_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    DynamoLog(table, KEEP_DAYS).put(record(1))
    real, wrong = time.time, DynamoLog(another(table), KEEP_DAYS)
    with monkeypatch.context() as patch:
        patch.setattr("facecompare.records.dynamo_table.time.time", lambda: real() + off_s)
        later = replace(record(1), created_at="2031-01-01T00:00:00.000000Z")
        assert wrong.put(later) == (record(1),)
        with pytest.raises(IdempotencyConflict):
            wrong.put(record(1, threshold=0.9))
    assert DynamoLog(table).get(record(1).comparison_id) == record(1)


def test_batches_go_by_the_same_clock(moto_table: DynamoTable) -> None:
    store = DynamoBatches(moto_table)
    assert abs(store._now() - time.time()) < 60
    moto_table.find(key(COMPARISON, "none"))
    assert store._now() == pytest.approx(moto_table.told_time, abs=1)
