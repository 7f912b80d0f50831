"""The comparison log and the access keys in an SQLite file, for one machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from facecompare.access import AccessKey, Role, name_taken, no_such_key
from facecompare.config import KEPT_DAYS
from facecompare.records.log_clock import UNDATED
from facecompare.records.record import (
    COLUMNS,
    EVERYTHING,
    ComparisonRecord,
    Page,
    Selection,
    cursor_after,
    not_found,
    read_cursor,
)
from facecompare.records.sqlite_file import SqliteFile, clock_of, note_reading

DELETED_AT_ONCE = 100  # expired records that one write deletes; it keeps two at most
_COLUMNS = ", ".join(COLUMNS)


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
        """Keep all of these records, or none of them; some of those that expired are deleted."""
        reading = self._now()
        with self._file.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            clock = note_reading(connection, reading)
            expires_at = clock.expires_at(reading, self._file.keep_seconds)
            if expires_at != UNDATED:
                connection.execute(
                    "UPDATE comparisons SET expires_at = ? WHERE expires_at = ?",
                    (expires_at, UNDATED),
                )
            _delete_expired(connection, clock.deletable_until(reading))
            hidden_until = clock.hidden_until(reading)
            return tuple(_put(connection, each, expires_at, hidden_until) for each in records)

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
                    self._hidden_until(connection),
                    limit + 1,
                ),
            ).fetchall()
        records = tuple(_record(row) for row in rows[:limit])
        return Page(records, cursor_after(records[-1]) if len(rows) > limit else None)

    def get(self, comparison_id: str) -> ComparisonRecord:
        """One record."""
        with self._file.connection() as connection:
            record = _find(connection, comparison_id, self._hidden_until(connection))
        if record is None:
            raise not_found(comparison_id)
        return record

    def delete(self, comparison_id: str) -> None:
        """Delete one record."""
        with self._file.connection() as connection:
            deleted = connection.execute(
                "DELETE FROM comparisons WHERE comparison_id = ? AND expires_at > ?",
                (comparison_id, self._hidden_until(connection)),
            )
            if deleted.rowcount == 0:
                raise not_found(comparison_id)

    def check(self) -> None:
        """Also that the file is whole, as far as that can be read in a tenth of a second."""
        self._file.check()

    def _hidden_until(self, connection: sqlite3.Connection) -> float:
        return clock_of(connection).hidden_until(self._now())


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


def _put(
    connection: sqlite3.Connection, record: ComparisonRecord, expires_at: int, hidden_until: float
) -> ComparisonRecord:
    connection.execute(
        "DELETE FROM comparisons WHERE comparison_id = ? AND expires_at <= ?",
        (record.comparison_id, hidden_until),
    )
    holders = ", ".join("?" * (len(COLUMNS) + 1))
    written = connection.execute(
        f"INSERT INTO comparisons ({_COLUMNS}, expires_at) VALUES ({holders}) "  # noqa: S608
        "ON CONFLICT (comparison_id) DO NOTHING",
        (*astuple(record), expires_at),
    )
    kept = None if written.rowcount else _find(connection, record.comparison_id, hidden_until)
    if kept is None:
        return record
    kept.confirm_same_request(record)
    return kept


def _find(
    connection: sqlite3.Connection, comparison_id: str, hidden_until: float
) -> ComparisonRecord | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM comparisons WHERE comparison_id = ? AND expires_at > ?",  # noqa: S608
        (comparison_id, hidden_until),
    ).fetchone()
    return None if row is None else _record(row)


def _delete_expired(connection: sqlite3.Connection, until: float) -> None:
    connection.execute(
        "DELETE FROM comparisons WHERE rowid IN (SELECT rowid FROM comparisons "
        "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
        (until, DELETED_AT_ONCE),
    )


def _record(row: tuple[object, ...]) -> ComparisonRecord:
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("same_person", "uncertain"):
        values[name] = bool(values[name])
    return ComparisonRecord(**values)  # type: ignore[arg-type]


def _access_key(row: tuple[str, ...]) -> AccessKey:
    name, role, *others = row
    return AccessKey(name, Role(role), *others)
