"""The embedding results of photos, kept from run to run in one SQLite file.

Kept by the photo's content and the exact recipe, so a run that was interrupted resumes, and photos
that two sets share are embedded once. Safe to kill at any moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from facecompare.errors import BadField
from facecompare.evaluation.recipes import EmbeddingRecipe

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingResult:
    """The result of one photo: an embedding, or the code of the error that prevented it.

    values  float32, [dimension]; empty for a failure
    box     left, top, width, height of the compared face in the photo's pixels; empty likewise
    """

    values: NDArray[np.float32]
    failure: str
    detector: str
    box: tuple[float, ...]
    timing_ms: Mapping[str, float]


class EmbeddingCache:
    """The embeddings that earlier runs made with these weights.

    The file is made where it is not there, readable by its owner only. Raises BadField, now or
    later, if it cannot be used.
    """

    def __init__(self, path: Path, model_digest: str) -> None:
        self._path, self._digest = path, model_digest
        with self._usable():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path)
            with self._connection:
                self._connection.execute(
                    "CREATE TABLE IF NOT EXISTS enrolled (sha256 TEXT, recipe TEXT, vector BLOB, "
                    "facts TEXT, PRIMARY KEY (sha256, recipe)) WITHOUT ROWID"
                )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def find(self, sha256: str, recipe: EmbeddingRecipe) -> EmbeddingResult | None:
        """What an earlier run made of this photo."""
        with self._usable():
            row = self._connection.execute(
                "SELECT vector, facts FROM enrolled WHERE sha256 = ? AND recipe = ?",
                (sha256, self._key(recipe)),
            ).fetchone()
        if row is None:
            return None
        facts = json.loads(row[1])
        return EmbeddingResult(
            np.frombuffer(row[0], np.float32), **facts | {"box": tuple(facts["box"])}
        )

    def keep(self, sha256: str, recipe: EmbeddingRecipe, made: EmbeddingResult) -> None:
        """For the next run."""
        facts = {name: value for name, value in asdict(made).items() if name != "values"}
        with self._usable(), self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO enrolled VALUES (?, ?, ?, ?)",
                (sha256, self._key(recipe), made.values.tobytes(), json.dumps(facts)),
            )

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as exc:
            reason = getattr(exc, "strerror", None) or exc
            raise BadField(
                f"{self._path} cannot keep embeddings ({reason}); name another file with --cache"
            ) from exc

    def _key(self, recipe: EmbeddingRecipe) -> str:
        return json.dumps({"weights": self._digest, **asdict(recipe)}, sort_keys=True)
