"""The results so far of a batch on this machine, from which an interrupted one resumes.

An SQLite file beside the results. It holds embeddings, and so is readable by its owner only and
deleted when the batch is done.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self

from facecompare.errors import BadField, RecordsUnavailable

FOLDER_SUFFIX = ".unfinished"
_PAGE = 1_000  # photos read in one query, while others are written
_LOCK_TIMEOUT_S = 0.0  # whoever holds the file is another run of the same batch
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS about (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        job TEXT NOT NULL, pairs INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS photos (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        embedding BLOB, error_code TEXT, error TEXT, not_compared INTEGER NOT NULL DEFAULT 0
    );
"""


@dataclass(frozen=True, slots=True)
class PhotoState:
    """One photo's result: the bytes of its embeddings, one after the other, and how many of its
    faces have none; or the code and message of its error."""

    embedding: bytes | None
    error_code: str | None = None
    error: str | None = None
    not_compared: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """How much of the results is on the disk: so many rows, ending at this byte."""

    rows: int
    bytes: int


def unfinished_folder(out: Path) -> Path:
    """Where these results are kept until they are complete."""
    return out.with_name(out.name + FOLDER_SUFFIX)


def refuse_existing(out: Path) -> None:
    """Raises  BadField when there are results already."""
    if out.exists():
        shutil.rmtree(unfinished_folder(out), ignore_errors=True)
        raise BadField(f"{out} exists already; name another file for the results")


@contextmanager
def checkpoint_beside(out: Path) -> Iterator[Checkpoint]:
    """The checkpoint of these results, in a folder beside them that is deleted when they are there.

    Leaving it early keeps what is done for the next run. Raises  BadField, RecordsUnavailable.
    """
    folder = unfinished_folder(out)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        raise BadField(f"{out} cannot be written ({exc.strerror}); name another file") from exc
    try:
        with Checkpoint(folder / "photos.sqlite3").in_use() as checkpoint:
            yield checkpoint
    finally:
        if out.exists():
            shutil.rmtree(folder)


class Checkpoint:
    """One batch's file, held by one process at a time. Raises RecordsUnavailable on failure."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises  BadField when another process works on this batch."""
        self._path = path
        try:
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
            self._db.execute("BEGIN IMMEDIATE")
            self._db.commit()
        except sqlite3.OperationalError as exc:
            if "locked" in str(exc):
                raise BadField(f"another process is working on {path.parent}; let it end") from exc
            raise _unusable(path, exc) from exc
        except (OSError, sqlite3.Error) as exc:
            raise _unusable(path, exc) from exc

    @contextmanager
    def in_use(self) -> Iterator[Self]:
        """Closed at the end, with everything so far kept for another run.

        Raises  RecordsUnavailable when the disk is full, or the folder is gone.
        """
        try:
            yield self
            self._db.commit()
        except (OSError, sqlite3.Error) as exc:
            raise _unusable(self._path, exc) from exc
        finally:
            self._close()

    def _close(self) -> None:
        with closing(self._db), suppress(sqlite3.Error):
            self._db.commit()

    def begin(self, job: str, names: Iterable[Iterable[str]]) -> None:
        """Note all photos of this job's pairs; a job that was begun before resumes.

        Raises  BadField when the file is another job's.
        """
        row = self._db.execute("SELECT job FROM about").fetchone()
        if row is None:
            with self._db:  # all of it or nothing: a bad line may come late
                pairs = self._insert(names)
                self._db.execute("INSERT INTO about VALUES (1, ?, ?, 0, 0)", (job, pairs))
        elif row[0] != job:
            raise BadField(
                "the results were begun with other pairs, photos or options; name another file "
                "for these, or delete the unfinished ones"
            )

    def _insert(self, names: Iterable[Iterable[str]]) -> int:
        pairs = 0
        for pair in names:
            pairs += 1
            rows = [(name,) for name in pair]
            self._db.executemany("INSERT OR IGNORE INTO photos (name) VALUES (?)", rows)
        return pairs

    def count(self) -> tuple[int, int, int]:
        """How many pairs and photos there are, and how many photos have a result."""
        (pairs,) = self._db.execute("SELECT pairs FROM about").fetchone()
        known = "SELECT count(*), count(coalesce(error_code, embedding)) FROM photos"
        photos, done = self._db.execute(known).fetchone()
        return pairs, photos, done

    def pending(self) -> Iterator[str]:
        """The photos that have no result yet; `put` may be called in between."""
        last = 0
        while True:
            rows = self._db.execute(
                "SELECT id, name FROM photos WHERE id > ? AND embedding IS NULL "
                "AND error_code IS NULL ORDER BY id LIMIT ?",
                (last, _PAGE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (name for _, name in rows)

    def put(self, name: str, state: PhotoState) -> None:
        """Note this photo's result; it is on the disk after `save`."""
        self._db.execute(
            "UPDATE photos SET embedding = ?, error_code = ?, error = ?, not_compared = ? "
            "WHERE name = ?",
            (*astuple(state), name),
        )

    def save(self) -> None:
        """Write everything so far to the disk."""
        self._db.commit()

    def state(self, name: str) -> PhotoState:
        """The result of a photo that has one."""
        row = self._db.execute(
            "SELECT embedding, error_code, error, not_compared FROM photos WHERE name = ?", (name,)
        ).fetchone()
        return PhotoState(*row)

    def written(self) -> Written:
        """How much of the results is on the disk."""
        return Written(*self._db.execute("SELECT rows, bytes FROM about").fetchone())

    def put_written(self, written: Written) -> None:
        """Note that the results are on the disk up to here."""
        self._db.execute("UPDATE about SET rows = ?, bytes = ?", (written.rows, written.bytes))
        self._db.commit()


def _unusable(path: Path, exc: Exception) -> RecordsUnavailable:
    return RecordsUnavailable(f"{path} cannot be used ({exc}); name another file for the results")
