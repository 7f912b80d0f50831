"""The SQLite file of one machine: its tables, its migration, its clock and its check."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from facecompare.config import KEPT_DAYS
from facecompare.errors import RecordsUnavailable
from facecompare.records.log_clock import LogClock
from facecompare.records.record import COLUMNS, SECONDS_A_DAY

BUSY_TIMEOUT_S = 10.0  # how long a writer waits for another process's transaction
CHECK_S = 0.1  # a check reads for so long: about 50 MB of records
_STEPS = 10_000  # of SQLite's machine between two looks at the time

ADDED = {  # the columns that files of older versions lack, and what is in them there
    "batch_id": "NOT NULL DEFAULT ''",
    "decided_by": "NOT NULL DEFAULT ''",
    "second_distance": "",
    "combined_distance": "",
    "combined_threshold": "",
    "uncertain": "NOT NULL DEFAULT 0",
    "verdict": "NOT NULL DEFAULT ''",
    "uncertain_because": "",
    "face_pairs": "NOT NULL DEFAULT 1",
    "reference_photos": "NOT NULL DEFAULT 1",
    "further_sha256": "NOT NULL DEFAULT ''",
    "request_sha256": "NOT NULL DEFAULT ''",
}
_SCHEMA = f"""
    CREATE TABLE IF NOT EXISTS comparisons (
        comparison_id TEXT PRIMARY KEY,
        {", ".join(f"{column} {ADDED.get(column, 'NOT NULL')}" for column in COLUMNS[1:])},
        expires_at INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS clock_days (
        day INTEGER NOT NULL,
        agreed INTEGER NOT NULL,
        PRIMARY KEY (day, agreed)
    );
    CREATE INDEX IF NOT EXISTS newest_first ON comparisons (created_at DESC, comparison_id DESC);
    CREATE TABLE IF NOT EXISTS access_keys (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        key_sha256 TEXT NOT NULL,
        created_at TEXT NOT NULL,
        revoked_at TEXT NOT NULL
    );
"""


class SqliteFile:
    """The file, created or migrated when it is first used; each call opens a connection.

    One that is gone later is not made anew: its records are missing, which is to be told.
    """

    def __init__(self, path: Path, keep_days: int = KEPT_DAYS) -> None:
        self.path = path
        self.keep_seconds = keep_days * SECONDS_A_DAY
        self._prepared = False
        self._preparing = Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed when the block ends well.

        Raises  RecordsUnavailable.
        """
        try:
            self._prepare()
            with closing(self._connect("rw")) as connection, connection:
                yield connection
        except (sqlite3.Error, OSError) as exc:
            raise RecordsUnavailable(
                f"the comparison log {self.path} cannot be used ({exc}); FACECOMPARE_RECORDS "
                "names another file"
            ) from exc

    def check(self) -> None:
        """Write nothing new into the file, and read it for `CHECK_S`: it is there, may be written
        and has room, and what was read is whole.

        Raises  RecordsUnavailable.
        """
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT 1 FROM comparisons").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")
            connection.commit()
            fault = _first_fault(connection)
        if fault is not None:
            raise RecordsUnavailable(
                f"the comparison log {self.path} is damaged ({fault}); restore its backup"
            )

    def _connect(self, mode: str = "rwc") -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=BUSY_TIMEOUT_S, uri=True)

    def _prepare(self) -> None:
        with self._preparing:
            if self._prepared:
                return
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                connection.execute("BEGIN IMMEDIATE")  # of several processes one adds the columns
                self._add_missing_columns(connection)
                connection.execute("CREATE INDEX IF NOT EXISTS expiry ON comparisons (expires_at)")
                _set_clock_by_records(connection)
            self.path.chmod(0o600)
            self._prepared = True

    def _add_missing_columns(self, connection: sqlite3.Connection) -> None:
        """A file of an older version lacks columns; its records expire as if they were new."""
        found = {row[1] for row in connection.execute("PRAGMA table_info(comparisons)")}
        expires_at = LogClock().expires_at(time.time(), self.keep_seconds)
        for column, rule in {**ADDED, "expires_at": f"NOT NULL DEFAULT {expires_at}"}.items():
            if column not in found:
                connection.execute(f"ALTER TABLE comparisons ADD COLUMN {column} {rule}")


def clock_of(connection: sqlite3.Connection) -> LogClock:
    """The log's clock as it was left."""
    days = connection.execute("SELECT agreed, day FROM clock_days ORDER BY day").fetchall()
    agreed, leapt = (tuple(day for kind, day in days if kind == each) for each in (1, 0))
    return LogClock(agreed, leapt)


def note_reading(connection: sqlite3.Connection, reading: float) -> LogClock:
    """The log's clock after this reading, which is kept."""
    before = clock_of(connection)
    clock = before.after(reading)
    if clock != before:
        connection.execute("DELETE FROM clock_days")
        days = [(day, 1) for day in clock.agreed] + [(day, 0) for day in clock.leapt]
        connection.executemany("INSERT INTO clock_days (day, agreed) VALUES (?, ?)", days)
    return clock


def _set_clock_by_records(connection: sqlite3.Connection) -> None:
    """The clock of a file of an older version: its newest record was made at the right time."""
    newest = "SELECT CAST(strftime('%s', max(created_at)) AS INTEGER) FROM comparisons"
    (moment,) = connection.execute(newest).fetchone()
    if moment is not None and not clock_of(connection).agreed:
        note_reading(connection, moment)


def _first_fault(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the file, as far as it can be read within `CHECK_S`."""
    end = time.monotonic() + CHECK_S
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as exc:
        if exc.sqlite_errorname == "SQLITE_INTERRUPT":
            return None
        raise
    return None if found == "ok" else str(found)
