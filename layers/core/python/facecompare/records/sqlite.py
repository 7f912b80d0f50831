"""The comparison log in an SQLite file, for one machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from pathlib import Path
from threading import Lock

from facecompare.errors import ComparisonNotFound, RecordsUnavailable
from facecompare.records.record import COLUMNS, ComparisonRecord, Page, cursor_after, read_cursor

BUSY_TIMEOUT_S = 10.0  # how long a writer waits for another process's transaction

_SCHEMA = f"""
    CREATE TABLE IF NOT EXISTS comparisons (
        comparison_id TEXT PRIMARY KEY,
        {", ".join(f"{column} NOT NULL" for column in COLUMNS[1:])}
    );
    CREATE INDEX IF NOT EXISTS newest_first ON comparisons (created_at DESC, comparison_id DESC);
"""
_COLUMNS = ", ".join(COLUMNS)


class SqliteLog:
    """Fulfils `ComparisonLog`. A connection a call: threads and processes may share the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._prepared = False
        self._preparing = Lock()

    def put(self, *records: ComparisonRecord) -> None:
        """Keep all of these records, or none of them."""
        holders = ", ".join("?" * len(COLUMNS))
        with self._connection() as connection:
            connection.executemany(
                f"INSERT INTO comparisons ({_COLUMNS}) VALUES ({holders})",  # noqa: S608
                [astuple(record) for record in records],
            )

    def page(self, limit: int, cursor: str | None = None, since: str | None = None) -> Page:
        """The newest records; one more than asked for is read, to know whether there is a next."""
        before = read_cursor(cursor) if cursor else ("~", "")  # "~" sorts after every timestamp
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM comparisons "  # noqa: S608
                "WHERE (created_at, comparison_id) < (?, ?) AND created_at >= ? "
                "ORDER BY created_at DESC, comparison_id DESC LIMIT ?",
                (*before, since or "", limit + 1),
            ).fetchall()
        records = tuple(_record(row) for row in rows[:limit])
        return Page(records, cursor_after(records[-1]) if len(rows) > limit else None)

    def get(self, comparison_id: str) -> ComparisonRecord:
        """One record."""
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM comparisons WHERE comparison_id = ?",  # noqa: S608
                (comparison_id,),
            ).fetchone()
        if row is None:
            raise _not_found(comparison_id)
        return _record(row)

    def delete(self, comparison_id: str) -> None:
        """Forget one record."""
        with self._connection() as connection:
            deleted = connection.execute(
                "DELETE FROM comparisons WHERE comparison_id = ?", (comparison_id,)
            )
            if deleted.rowcount == 0:
                raise _not_found(comparison_id)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed when the block ends well."""
        try:
            self._prepare()
            with closing(self._connect()) as connection, connection:
                yield connection
        except (sqlite3.Error, OSError) as exc:
            raise RecordsUnavailable(
                f"the comparison log {self._path} cannot be used ({exc}); FACECOMPARE_RECORDS "
                "names another file"
            ) from exc

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)

    def _prepare(self) -> None:
        with self._preparing:
            if self._prepared:
                return
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
            self._path.chmod(0o600)
            self._prepared = True


def _record(row: tuple[object, ...]) -> ComparisonRecord:
    values = dict(zip(COLUMNS, row, strict=True))
    values["same_person"] = bool(values["same_person"])
    return ComparisonRecord(**values)  # type: ignore[arg-type]


def _not_found(comparison_id: str) -> ComparisonNotFound:
    return ComparisonNotFound(
        f"there is no comparison {comparison_id[:64]!r}; it may have been deleted or have expired"
    )
