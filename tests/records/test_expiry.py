"""What has expired goes, and no clock alone decides that: the log in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facecompare.errors import ComparisonNotFound, IdempotencyConflict
from facecompare.records.log_clock import DAYS, EARLIEST, FOLLOWS_DAYS, LogClock
from facecompare.records.record import COLUMNS, SECONDS_A_DAY, every_record
from facecompare.records.sqlite import DELETED_AT_ONCE, SqliteLog
from tests.support.records import record

NOW = 1_795_000_000.0  # 2026-11-18
YEAR = 366 * SECONDS_A_DAY
Wrong = Callable[[float], float]
WRONG: dict[str, Wrong] = {  # what a clock may say instead of the time
    "a year ahead": lambda now: now + YEAR,
    "ten years ahead": lambda now: now + 10 * YEAR,
    "a century ahead": lambda now: now + 100 * YEAR,
    "a month ahead": lambda now: now + 31 * SECONDS_A_DAY,
    "a year behind": lambda now: now - YEAR,
    "five years behind": lambda now: now - 5 * YEAR,
    "1970": lambda _: 12.5,
    "1970, to the second": lambda _: 0,
    "2000": lambda _: 946_684_800,
    "before 1970": lambda _: -YEAR,
}


class Machine:
    """A log, and processes that write into it at the times of their clocks."""

    def __init__(self, folder: Path, keep_days: int = 365) -> None:
        self.path = folder / "log.sqlite3"
        self.keep_days = keep_days
        self.written = 0

    def log(self, now: float) -> SqliteLog:
        return SqliteLog(self.path, self.keep_days, lambda: now)

    def write(self, now: float, times: int = 1) -> None:
        for _ in range(times):
            self.written += 1
            self.log(now).put(record(self.written % 60, comparison_id=f"{self.written:032x}"))

    def shown(self, now: float) -> int:
        return len(list(every_record(self.log(now))))

    def kept(self) -> int:
        with closing(sqlite3.connect(self.path)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM comparisons").fetchone()
        return int(count)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


wrong = pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)


@wrong
def test_one_write_by_a_wrong_clock_loses_nothing(machine: Machine, wrong: Wrong) -> None:
    machine.write(NOW, 5)
    machine.write(wrong(NOW))
    assert (machine.kept(), machine.shown(NOW + 60)) == (6, 6)
    machine.write(NOW + 60)
    assert (machine.kept(), machine.shown(NOW + 120)) == (7, 7)


@wrong
def test_a_reader_with_a_wrong_clock_sees_what_is_there(machine: Machine, wrong: Wrong) -> None:
    machine.write(NOW, 5)
    assert machine.shown(wrong(NOW)) == 5
    machine.write(wrong(NOW))
    assert machine.shown(wrong(NOW)) == 6


@wrong
def test_a_wrong_clock_at_the_first_write_of_all_loses_nothing(
    machine: Machine, wrong: Wrong
) -> None:
    machine.write(wrong(NOW), 3)
    for day in range(DAYS - 1):
        machine.write(NOW + day * SECONDS_A_DAY)
    assert machine.kept() == machine.shown(NOW + DAYS * SECONDS_A_DAY) == machine.written


@pytest.mark.parametrize("wrong", [lambda _: 12.5, lambda now: now - 30 * YEAR])
def test_what_was_written_without_the_time_is_kept_as_long_as_anything(
    machine: Machine, wrong: Wrong
) -> None:
    machine.write(wrong(NOW), 3)
    machine.write(NOW)
    last = NOW + 364 * SECONDS_A_DAY
    for day in range(0, 365, 28):
        machine.write(NOW + day * SECONDS_A_DAY)
    assert machine.shown(last) == machine.kept() == machine.written


@wrong
def test_a_clock_that_stays_wrong_deletes_nothing_while_others_are_right(
    machine: Machine, wrong: Wrong
) -> None:
    for day in range(5):
        now = NOW + day * SECONDS_A_DAY
        machine.write(wrong(now), 2)
        machine.write(now)
    end = NOW + 5 * SECONDS_A_DAY
    assert (machine.kept(), machine.shown(end)) == (machine.written, machine.written)


@wrong
def test_a_wrong_clock_of_some_hours_deletes_nothing(machine: Machine, wrong: Wrong) -> None:
    machine.write(NOW, 3)
    for hour in range(0, 24, 4):
        machine.write(wrong(NOW) + hour * 3600)
    assert machine.kept() == machine.written


@pytest.mark.parametrize("seed", range(5))
def test_many_processes_with_clocks_of_their_own_lose_nothing(machine: Machine, seed: int) -> None:
    random = Random(seed)
    for minute in range(30):
        now = NOW + 60 * minute
        machine.write(random.choice([now, *(each(now) for each in WRONG.values())]))
    assert (machine.kept(), machine.shown(NOW + 3600)) == (30, 30)


def test_clocks_that_are_each_further_ahead_delete_nothing(machine: Machine) -> None:
    machine.write(NOW)
    for years in range(1, 12):
        machine.write(NOW + years * YEAR)
    assert machine.kept() == machine.shown(NOW) == 12


@wrong
def test_a_retry_by_a_wrong_clock_replaces_no_record(machine: Machine, wrong: Wrong) -> None:
    first, other = record(1), record(1, image1_sha256="9" * 64)
    machine.log(NOW).put(first)
    assert machine.log(wrong(NOW)).put(record(1, created_at="2031-01-01T00:00:00.000000Z")) == (
        first,
    )
    with pytest.raises(IdempotencyConflict):
        machine.log(wrong(NOW)).put(other)
    assert machine.log(NOW).get(first.comparison_id) == first


@pytest.mark.parametrize("keep_days", [1, 2, 30, 365])
def test_what_expires_is_hidden_at_once_and_deleted_days_later(
    tmp_path: Path, keep_days: int
) -> None:
    machine = Machine(tmp_path, keep_days)
    machine.write(NOW, 5)
    end = NOW + keep_days * SECONDS_A_DAY
    for day in range(28, keep_days, 28):
        machine.write(NOW + day * SECONDS_A_DAY)
    later = machine.written - 5
    assert machine.shown(end - 1) == later + 5
    assert machine.shown(end) == later
    for day in range(DAYS + 1):
        machine.write(end + day * SECONDS_A_DAY)
    with pytest.raises(ComparisonNotFound):
        machine.log(NOW).get(f"{1:032x}")
    assert f"{1:032x}" not in {each.comparison_id for each in every_record(machine.log(NOW))}
    assert machine.kept() < machine.written


def test_after_a_year_without_a_write_the_third_day_deletes(machine: Machine) -> None:
    machine.write(NOW, 5)
    for day in range(DAYS):
        assert machine.kept() == 5 + day
        machine.write(NOW + 2 * YEAR + day * SECONDS_A_DAY)
    assert (machine.kept(), machine.shown(NOW + 2 * YEAR + 3 * SECONDS_A_DAY)) == (DAYS, DAYS)


def test_a_write_deletes_some_at_a_time(machine: Machine) -> None:
    log = machine.log(NOW)
    many = 2 * DELETED_AT_ONCE + 50
    log.put(*(record(1, comparison_id=f"{number:032x}") for number in range(1, many + 1)))
    machine.written = many
    counts = []
    for day in range(DAYS + 3):
        machine.write(NOW + YEAR + day * SECONDS_A_DAY)
        counts.append(machine.kept())
    lost = [before + 1 - after for before, after in zip([many, *counts], counts, strict=False)]
    assert lost == [0] * (DAYS - 1) + [DELETED_AT_ONCE, DELETED_AT_ONCE, 50, 0]


def test_a_log_that_began_ten_years_ahead_expires_as_others_do(machine: Machine) -> None:
    machine.write(NOW + 10 * YEAR)
    for month in range(30):
        machine.write(NOW + 30 * month * SECONDS_A_DAY)
    # the first, those of the days until the clocks were agreed, and the last year's
    assert machine.kept() <= 1 + DAYS + 13 + DAYS


def test_a_file_of_an_older_version_loses_nothing_to_a_wrong_clock(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with closing(sqlite3.connect(machine.path)) as connection, connection:
        columns = ", ".join(COLUMNS[1:])
        connection.execute(
            f"CREATE TABLE comparisons (comparison_id TEXT PRIMARY KEY, {columns}, "
            "expires_at INTEGER NOT NULL)"
        )
        for number in range(1, 6):
            kept = record(number)
            values = [getattr(kept, column) for column in COLUMNS]
            holders = ", ".join("?" * (len(values) + 1))
            connection.execute(
                f"INSERT INTO comparisons VALUES ({holders})", (*values, int(NOW) + YEAR)
            )
    machine.written = 10
    assert machine.shown(NOW + 2 * YEAR) == 5
    machine.write(NOW + 2 * YEAR)
    machine.write(NOW)
    assert (machine.kept(), machine.shown(NOW)) == (7, 7)


# The rule itself, for any sequence of readings

READINGS = st.lists(
    st.one_of(
        st.floats(0, NOW + 200 * YEAR),
        st.floats(NOW, NOW + FOLLOWS_DAYS * SECONDS_A_DAY),
        st.sampled_from([each(NOW) for each in WRONG.values()]),
    ),
    max_size=30,
)


def after(readings: list[float]) -> LogClock:
    clock = LogClock()
    for reading in readings:
        clock = clock.after(reading)
    return clock


@given(READINGS, st.floats(0, NOW + 200 * YEAR))
def test_one_reading_more_makes_nothing_deletable_that_it_only_says(
    readings: list[float], last: float
) -> None:
    """Whatever came before: what a reading allows to delete, an earlier one already said."""
    allowed = after([*readings, last]).deletable_until(last)
    said = {reading // SECONDS_A_DAY for reading in readings if reading >= EARLIEST}
    assert allowed == 0 or len({day for day in said if day * SECONDS_A_DAY >= allowed}) >= DAYS - 1


@given(READINGS, st.floats(0, NOW + 200 * YEAR), st.integers(1, 3650))
def test_a_record_is_there_right_after_it_was_written(
    readings: list[float], last: float, days: int
) -> None:
    clock = after([*readings, last])
    expires_at = clock.expires_at(last, days * SECONDS_A_DAY)
    assert expires_at > clock.hidden_until(last)
    assert expires_at > clock.deletable_until(last)
    assert expires_at >= int(last) + days * SECONDS_A_DAY
