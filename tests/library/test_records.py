"""Records, their CSV, and the log in an SQLite file."""

from __future__ import annotations

import csv
import io
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from facecompare.config import Settings
from facecompare.errors import BadField, RecordsUnavailable
from facecompare.records.csv_export import csv_lines
from facecompare.records.record import (
    COLUMNS,
    every_record,
    new_comparison_id,
    parse_since,
    timestamp,
)
from facecompare.records.sqlite import SqliteLog
from tests.support.records import of_two_networks, record


def test_a_log_that_cannot_be_opened_says_which_setting_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsUnavailable, match="FACECOMPARE_RECORDS"):
        SqliteLog(tmp_path / "file" / "log.sqlite3").page(1)


def test_a_file_that_is_no_log_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but precious" * 100)
    with pytest.raises(RecordsUnavailable):
        SqliteLog(path).put(record(1))
    assert path.read_text().startswith("not a database")


def test_the_log_is_readable_by_its_owner_only(log: SqliteLog, settings: Settings) -> None:
    log.put(record(1))
    assert settings.records.stat().st_mode & 0o777 == 0o600


WRITE_MANY = """
import sys
from pathlib import Path
from tests.support.records import record
from facecompare.records.sqlite import SqliteLog
log = SqliteLog(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 50):
    log.put(record(number % 60, comparison_id=f"{number:032x}"))
"""


def test_several_processes_open_an_older_log_at_once(tmp_path: Path) -> None:
    """One of them adds the columns that it lacks, and the others wait."""
    path = tmp_path / "old.sqlite3"
    columns = [column for column in COLUMNS if column not in SECOND_OPINION]
    with closing(sqlite3.connect(path)) as connection:
        names = ", ".join(f"{column} NOT NULL" for column in columns[1:])
        connection.execute(
            f"CREATE TABLE comparisons (comparison_id TEXT PRIMARY KEY, {names}, expires_at)"
        )
    opened = (
        "import sys; from pathlib import Path; from facecompare.records.sqlite import SqliteLog"
    )
    command = [sys.executable, "-c", f"{opened}; SqliteLog(Path(sys.argv[1])).page(1)", str(path)]
    started = [subprocess.Popen(command) for _ in range(6)]
    assert [process.wait() for process in started] == [0] * 6


def test_several_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(path), str(start)])
        for start in (0, 1000, 2000)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(list(every_record(SqliteLog(path)))) == 150


def test_nothing_biometric_is_in_the_table(log: SqliteLog, settings: Settings) -> None:
    log.put(record(1))
    with sqlite3.connect(settings.records) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(comparisons)")]
    connection.close()
    assert tuple(columns) == (*COLUMNS, "expires_at")
    assert not {"embedding", "image", "photo", "landmarks"} & set(columns)


def test_csv_has_a_header_and_a_line_for_each_record() -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines([record(2), record(1)])))))
    assert [row["comparison_id"] for row in rows] == [record(2).comparison_id, "0" * 31 + "1"]
    assert rows[0]["same_person"] == "true"
    assert float(rows[0]["distance"]) == 2.25


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_csv_runs_no_formula(start: str) -> None:
    text = "".join(csv_lines([record(1, caller=start)]))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["caller"] == f"'{start}"


def test_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_comparison_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert [identifier[:8] for identifier in ids] == sorted(identifier[:8] for identifier in ids)
    assert {identifier[12] for identifier in ids} == {"7"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22", "2026-11-22T00:00:00.000000Z"),
        ("2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000000Z"),
        ("2026-11-22T09:30:00", "2026-11-22T09:30:00.000000Z"),
        ("2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00.000000Z"),
    ],
)
def test_since_is_a_date_or_a_time(text: str, moment: str) -> None:
    assert parse_since(text) == moment


def test_since_may_be_an_age() -> None:
    assert parse_since("8d") < parse_since("7d") < parse_since("24h") < parse_since("90m")
    assert parse_since("1m") < timestamp()


@pytest.mark.parametrize("text", ["yesterday", "7", "d", "2026-13-01", "-3d", "9" * 30 + "d"])
def test_another_since_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(BadField, match="24h"):
        parse_since(text)


SECOND_OPINION = {
    *("decided_by", "second_distance", "combined_distance", "combined_threshold", "uncertain")
}
VERDICT = {"verdict", "uncertain_because"}
LATER = {  # columns that came after a version
    "0.2": {"batch_id", *SECOND_OPINION, *VERDICT},
    "0.7": SECOND_OPINION | VERDICT,
    "0.8": VERDICT,
    "0.10": {"request_sha256"},
}


@pytest.mark.parametrize("version", LATER)
def test_a_file_of_an_older_version_is_read_and_goes_on(tmp_path: Path, version: str) -> None:
    path = tmp_path / "old.sqlite3"
    columns = [column for column in COLUMNS if column not in LATER[version]]
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE comparisons (comparison_id TEXT PRIMARY KEY, " + ", ".join(columns[1:]) + ")"
    )
    old = [getattr(record(1), column) for column in columns]
    connection.execute(f"INSERT INTO comparisons VALUES ({', '.join('?' * len(old))})", old)
    connection.commit()
    connection.close()
    log = SqliteLog(path)
    log.put(of_two_networks(2))
    assert log.page(9).records == (of_two_networks(2), record(1))
