"""What every log and key store can do: SQLite, and DynamoDB as moto and dynalite have it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from facecompare.access import KeyStore, Role, new_key
from facecompare.errors import (
    BadField,
    ComparisonNotFound,
    IdempotencyConflict,
    RecordsUnavailable,
)
from facecompare.records.dynamo import DynamoLog, record_item
from facecompare.records.dynamo_keys import DynamoKeys
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import (
    ComparisonLog,
    ComparisonRecord,
    Selection,
    every_record,
    former_verdict,
    repeatable_comparison_id,
)
from facecompare.records.schema import SHARDS, shard_of
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from tests.support.records import numbers, of_two_networks, record

DAY = 86_400
VERDICT = {"verdict", "uncertain_because"}  # came with 0.9


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "moto", "dynalite"])
def log(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> ComparisonLog:
    if request.param == "sqlite":
        return SqliteLog(tmp_path / "log.sqlite3", keep_days=2, now=clock)
    return DynamoLog(request.getfixturevalue(f"{request.param}_table"), keep_days=2, now=clock)


@pytest.fixture(params=["sqlite", "moto", "dynalite"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "sqlite":
        return SqliteKeys(tmp_path / "log.sqlite3")
    return DynamoKeys(request.getfixturevalue(f"{request.param}_table"))


def put_each(log: ComparisonLog, *records: ComparisonRecord) -> None:
    """One at a time: dynalite has no transactions."""
    for each in records:
        log.put(each)


@pytest.mark.parametrize("kept", [record(1), of_two_networks(1)], ids=["one", "two networks"])
def test_a_record_comes_back_as_it_was_put(log: ComparisonLog, kept: ComparisonRecord) -> None:
    log.put(kept)
    assert log.get(kept.comparison_id) == kept


def test_another_combined_threshold_is_another_request(log: ComparisonLog) -> None:
    log.put(of_two_networks(1))
    with pytest.raises(IdempotencyConflict):
        log.put(of_two_networks(1, combined_threshold=0.7))


def test_records_are_listed_newest_first_a_page_at_a_time(log: ComparisonLog) -> None:
    put_each(log, *(record(number) for number in (3, 1, 5, 2, 4)))
    first = log.page(2)
    second = log.page(2, first.next_cursor)
    third = log.page(2, second.next_cursor)
    assert [numbers(page.records) for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third.next_cursor is None


def test_a_record_that_arrives_while_paging_disturbs_no_page(log: ComparisonLog) -> None:
    put_each(log, record(1), record(2), record(3))
    first = log.page(1)
    log.put(record(4))
    assert numbers(log.page(5, first.next_cursor).records) == [2, 1]


def test_records_of_one_moment_are_all_listed(log: ComparisonLog) -> None:
    moment = "2026-11-22T09:30:00.000000Z"
    put_each(log, *(record(number, created_at=moment) for number in range(5)))
    assert sorted(numbers(list(every_record(log)))) == [0, 1, 2, 3, 4]
    assert len(log.page(3, log.page(2).next_cursor).records) == 3


def test_since_leaves_out_what_is_older(log: ComparisonLog) -> None:
    put_each(log, record(1), record(2), record(3))
    since = Selection(since="2026-11-22T09:30:02.000000Z")
    assert numbers(log.page(9, selection=since).records) == [3, 2]


def test_every_record_stops_at_the_limit(log: ComparisonLog) -> None:
    put_each(log, *(record(number) for number in range(5)))
    assert numbers(list(every_record(log, limit=3))) == [4, 3, 2]


def test_a_log_that_can_be_written_passes_its_check_and_keeps_nothing(log: ComparisonLog) -> None:
    log.check()
    assert log.page(9).records == ()


def test_a_deleted_record_is_gone(log: ComparisonLog) -> None:
    put_each(log, record(1), record(2))
    log.delete(record(1).comparison_id)
    assert numbers(log.page(9).records) == [2]
    with pytest.raises(ComparisonNotFound):
        log.get(record(1).comparison_id)


def test_what_was_never_there_cannot_be_deleted(log: ComparisonLog) -> None:
    with pytest.raises(ComparisonNotFound, match="no comparison"):
        log.delete("x")


@pytest.mark.parametrize("cursor", ["x", "eA==", "%%%", "é", "=" * 500])
def test_a_foreign_cursor_is_refused(log: ComparisonLog, cursor: str) -> None:
    with pytest.raises(BadField, match="cursor"):
        log.page(1, cursor)


def test_many_records_come_in_order_from_all_shards(log: ComparisonLog) -> None:
    put_each(log, *(record(number % 60, comparison_id=f"{number:032x}") for number in range(40)))
    assert len({shard_of(f"{number:032x}") for number in range(40)}) == SHARDS
    listed = list(every_record(log))
    assert len(listed) == 40
    assert listed == sorted(listed, key=lambda each: each.created_at, reverse=True)


def test_a_caller_and_a_batch_have_lists_of_their_own(log: ComparisonLog) -> None:
    put_each(
        log,
        record(1, caller="ann"),
        record(2, caller="bob", batch_id="b1"),
        record(3, caller="ann", batch_id="b1"),
        record(4),
    )
    assert numbers(every_record(log, Selection(caller="ann"))) == [3, 1]
    assert numbers(every_record(log, Selection(batch_id="b1"))) == [3, 2]
    assert numbers(every_record(log, Selection(batch_id="b1", caller="ann"))) == [3]
    assert numbers(every_record(log)) == [4, 3, 2, 1]


def test_the_same_request_again_answers_with_its_first_record(log: ComparisonLog) -> None:
    log.put(record(1))
    again = replace(record(1), created_at="2026-11-22T10:00:00.000000Z")
    assert log.put(again) == (record(1),)
    assert numbers(every_record(log)) == [1]


@pytest.mark.parametrize(
    "change", [{"image2_sha256": "3" * 64}, {"threshold": 0.6}, {"engine": "x"}]
)
def test_another_request_under_the_same_id_is_refused(
    log: ComparisonLog, change: dict[str, Any]
) -> None:
    log.put(record(1))
    with pytest.raises(IdempotencyConflict, match="new key"):
        log.put(record(1, **change))
    assert log.get(record(1).comparison_id) == record(1)


def test_an_expired_record_is_neither_listed_nor_found_and_its_id_is_free(
    log: ComparisonLog, clock: Clock
) -> None:
    log.put(record(1))
    clock.now += 2 * DAY
    assert log.page(9).records == ()
    with pytest.raises(ComparisonNotFound):
        log.get(record(1).comparison_id)
    with pytest.raises(ComparisonNotFound):
        log.delete(record(1).comparison_id)
    other = record(1, image1_sha256="4" * 64)
    assert log.put(other) == (other,)
    assert log.page(9).records == (other,)


def test_a_distance_keeps_its_last_digit(log: ComparisonLog) -> None:
    log.put(record(1, distance=0.1 + 0.2))
    assert log.get(record(1).comparison_id).distance == 0.30000000000000004


@pytest.fixture(params=["sqlite", "moto"])
def transactional(request: pytest.FixtureRequest, tmp_path: Path) -> ComparisonLog:
    if request.param == "sqlite":
        return SqliteLog(tmp_path / "log.sqlite3")
    return DynamoLog(request.getfixturevalue("moto_table"))


def test_several_records_are_put_together_or_not_at_all(transactional: ComparisonLog) -> None:
    transactional.put(record(1))
    with pytest.raises(IdempotencyConflict):
        transactional.put(record(2), record(1, image1_sha256="3" * 64))
    assert numbers(transactional.page(9).records) == [1]


def test_a_half_kept_request_is_completed_by_its_retry(transactional: ComparisonLog) -> None:
    transactional.put(record(1))
    assert numbers(transactional.put(record(2), record(1))) == [2, 1]
    assert numbers(transactional.page(9).records) == [2, 1]


def test_the_id_of_a_repeated_request_depends_on_caller_key_and_place() -> None:
    ids = {
        repeatable_comparison_id(*parts)
        for parts in [("ann", "k", "compare"), ("bob", "k", "compare"), ("ann", "k", "predict")]
    }
    assert len(ids) == 3
    assert repeatable_comparison_id("ann", "k", "compare") in ids


def test_a_key_is_kept_as_its_hash_and_found_by_name(keys: KeyStore) -> None:
    text, kept = new_key("front-desk", Role.CALLER, "2026-11-22T09:30:00.000000Z")
    keys.add(kept)
    assert keys.find("front-desk") == kept
    assert keys.find("back-desk") is None
    assert text not in repr(kept)


def test_keys_are_listed_newest_first(keys: KeyStore) -> None:
    for number, name in enumerate(("ann", "bob", "cleo")):
        keys.add(new_key(name, Role.ADMIN, f"2026-11-22T09:30:0{number}.000000Z")[1])
    assert [key.name for key in keys.every()] == ["cleo", "bob", "ann"]


def test_a_name_is_given_once_even_after_its_key_was_revoked(keys: KeyStore) -> None:
    keys.add(new_key("ann", Role.CALLER, "2026-11-22T09:30:00.000000Z")[1])
    keys.revoke("ann", "2026-11-22T09:31:00.000000Z")
    with pytest.raises(BadField, match="expected a new one"):
        keys.add(new_key("ann", Role.CALLER, "2026-11-22T09:32:00.000000Z")[1])
    (kept,) = keys.every()
    assert kept.revoked_at == "2026-11-22T09:31:00.000000Z"


@pytest.mark.parametrize("revoked_before", [True, False])
def test_only_a_valid_key_can_be_revoked(keys: KeyStore, revoked_before: bool) -> None:
    if revoked_before:
        keys.add(new_key("ann", Role.CALLER, "2026-11-22T09:30:00.000000Z")[1])
        keys.revoke("ann", "2026-11-22T09:31:00.000000Z")
    with pytest.raises(BadField, match="no valid key"):
        keys.revoke("ann", "2026-11-22T09:33:00.000000Z")


def test_a_table_that_is_not_there_is_records_unavailable(moto_table: DynamoTable) -> None:
    log = DynamoLog(DynamoTable("elsewhere"))
    for call in (lambda: log.put(record(1)), lambda: log.page(1), lambda: log.get("x")):
        with pytest.raises(RecordsUnavailable, match="elsewhere: ResourceNotFoundException"):
            call()


def test_an_item_of_a_version_without_verdicts_is_read_with_its_threshold_s(
    moto_table: DynamoTable, clock: Clock
) -> None:
    for number, kept in enumerate((record(1), record(2), of_two_networks(3)), start=1):
        item = record_item(replace(kept, comparison_id=f"{number:032x}"), int(clock.now) + DAY)
        moto_table.put([{"Item": {name: item[name] for name in item.keys() - VERDICT}}])
        read = DynamoLog(moto_table, now=clock).get(f"{number:032x}")
        assert read == replace(kept, comparison_id=read.comparison_id)
        assert {name: getattr(read, name) for name in VERDICT} == former_verdict(
            kept.same_person, kept.uncertain
        )
