"""The comparison log and the access keys in an SQLite file, for one machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from pathlib import Path
from threading import Lock

from facecompare.access import AccessKey, Role, name_taken, no_such_key
from facecompare.config import KEPT_DAYS
from facecompare.errors import RecordsUnavailable
from facecompare.records.record import (
    COLUMNS,
    EVERYTHING,
    SECONDS_A_DAY,
    ComparisonRecord,
    Page,
    Selection,
    cursor_after,
    not_found,
    read_cursor,
)

BUSY_TIMEOUT_S = 10.0  # how long a writer waits for another process's transaction

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
    CREATE INDEX IF NOT EXISTS newest_first ON comparisons (created_at DESC, comparison_id DESC);
    CREATE TABLE IF NOT EXISTS access_keys (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        key_sha256 TEXT NOT NULL,
        created_at TEXT NOT NULL,
        revoked_at TEXT NOT NULL
    );
"""
_COLUMNS = ", ".join(COLUMNS)


class SqliteFile:
    """The file, created or migrated when it is first used; each call opens a connection."""

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
            with closing(self._connect()) as connection, connection:
                yield connection
        except (sqlite3.Error, OSError) as exc:
            raise RecordsUnavailable(
                f"the comparison log {self.path} cannot be used ({exc}); FACECOMPARE_RECORDS "
                "names another file"
            ) from exc

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S)

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
            self.path.chmod(0o600)
            self._prepared = True

    def _add_missing_columns(self, connection: sqlite3.Connection) -> None:
        """A file of an older version lacks columns; its records expire as if they were new."""
        found = {row[1] for row in connection.execute("PRAGMA table_info(comparisons)")}
        expires_at = int(time.time()) + self.keep_seconds
        for column, rule in {**ADDED, "expires_at": f"NOT NULL DEFAULT {expires_at}"}.items():
            if column not in found:
                connection.execute(f"ALTER TABLE comparisons ADD COLUMN {column} {rule}")


class SqliteLog:
    """Fulfils `ComparisonLog`; threads and processes may share the file."""

    def __init__(
        self,
        path: Path,
        keep_days: int = KEPT_DAYS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = SqliteFile(path, keep_days)
        self._now = now

    def put(self, *records: ComparisonRecord) -> tuple[ComparisonRecord, ...]:
        """Keep all of these records, or none of them."""
        expires_at = int(self._now()) + self._file.keep_seconds
        with self._file.connection() as connection:
            connection.execute("DELETE FROM comparisons WHERE expires_at <= ?", (self._now(),))
            return tuple(self._put(connection, record, expires_at) for record in records)

    def page(
        self, limit: int, cursor: str | None = None, selection: Selection = EVERYTHING
    ) -> Page:
        """The newest records; one more than asked for is read, to know whether there is a next."""
        before = read_cursor(cursor) if cursor else ("~", "")  # "~" sorts after every timestamp
        with self._file.connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM comparisons "  # noqa: S608
                "WHERE (created_at, comparison_id) < (?, ?) AND created_at >= ? "
                "AND caller = coalesce(?, caller) AND batch_id = coalesce(?, batch_id) "
                "AND expires_at > ? "
                "ORDER BY created_at DESC, comparison_id DESC LIMIT ?",
                (
                    *before,
                    selection.since or "",
                    selection.caller,
                    selection.batch_id,
                    self._now(),
                    limit + 1,
                ),
            ).fetchall()
        records = tuple(_record(row) for row in rows[:limit])
        return Page(records, cursor_after(records[-1]) if len(rows) > limit else None)

    def get(self, comparison_id: str) -> ComparisonRecord:
        """One record."""
        with self._file.connection() as connection:
            record = self._find(connection, comparison_id)
        if record is None:
            raise not_found(comparison_id)
        return record

    def delete(self, comparison_id: str) -> None:
        """Delete one record."""
        with self._file.connection() as connection:
            deleted = connection.execute(
                "DELETE FROM comparisons WHERE comparison_id = ? AND expires_at > ?",
                (comparison_id, self._now()),
            )
            if deleted.rowcount == 0:
                raise not_found(comparison_id)

    def check(self) -> None:
        """Begin to write, and leave it: a folder or file that is read-only refuses that."""
        with self._file.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()

    def _put(
        self, connection: sqlite3.Connection, record: ComparisonRecord, expires_at: int
    ) -> ComparisonRecord:
        holders = ", ".join("?" * (len(COLUMNS) + 1))
        written = connection.execute(
            f"INSERT INTO comparisons ({_COLUMNS}, expires_at) VALUES ({holders}) "  # noqa: S608
            "ON CONFLICT (comparison_id) DO NOTHING",
            (*astuple(record), expires_at),
        )
        kept = None if written.rowcount else self._find(connection, record.comparison_id)
        if kept is None:
            return record
        kept.confirm_same_request(record)
        return kept

    def _find(self, connection: sqlite3.Connection, comparison_id: str) -> ComparisonRecord | None:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM comparisons "  # noqa: S608
            "WHERE comparison_id = ? AND expires_at > ?",
            (comparison_id, self._now()),
        ).fetchone()
        return None if row is None else _record(row)


class SqliteKeys:
    """Fulfils `KeyStore` in the same file."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path)

    def add(self, key: AccessKey) -> None:
        """Keep a new key."""
        with self._file.connection() as connection:
            added = connection.execute(
                "INSERT INTO access_keys VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                astuple(key),
            )
            if added.rowcount == 0:
                raise name_taken(key.name)

    def find(self, name: str) -> AccessKey | None:
        """The key of this name."""
        with self._file.connection() as connection:
            row = connection.execute("SELECT * FROM access_keys WHERE name = ?", (name,)).fetchone()
        return None if row is None else _access_key(row)

    def every(self) -> list[AccessKey]:
        """All keys, newest first."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT * FROM access_keys ORDER BY created_at DESC"
            ).fetchall()
        return [_access_key(row) for row in rows]

    def revoke(self, name: str, revoked_at: str) -> None:
        """End a key's validity."""
        with self._file.connection() as connection:
            revoked = connection.execute(
                "UPDATE access_keys SET revoked_at = ? WHERE name = ? AND revoked_at = ''",
                (revoked_at, name),
            )
            if revoked.rowcount == 0:
                raise no_such_key(name)


def _record(row: tuple[object, ...]) -> ComparisonRecord:
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("same_person", "uncertain"):
        values[name] = bool(values[name])
    return ComparisonRecord(**values)  # type: ignore[arg-type]


def _access_key(row: tuple[str, ...]) -> AccessKey:
    name, role, *others = row
    return AccessKey(name, Role(role), *others)
