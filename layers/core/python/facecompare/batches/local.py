"""A batch of pairs on this machine: any number of them, and each photo is embedded once.

    pairs ─ names of photos ─ embed_photos ─ checkpoint: an embedding or an error for each photo
    pairs ─────────────────── distances of the checkpoint's embeddings ─ results in the pairs' order

Everything that grows with the pairs is on the disk, in a folder beside the results that is deleted
when they are complete. So memory is bounded, and a run that was killed resumes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

import numpy as np

from facecompare.batches.checkpoint import (
    Checkpoint,
    PhotoState,
    Written,
    checkpoint_beside,
    refuse_existing,
    unfinished_folder,
)
from facecompare.batches.embedding import EmbeddedPhoto, embed_photos
from facecompare.batches.pair_result import RESULT_COLUMNS, PairResult, faces_left_out
from facecompare.batches.pairs_file import Pair, is_unicode, read_pairs
from facecompare.batches.spreadsheet import open_text
from facecompare.compare import deciding_thresholds
from facecompare.engines.calibration import Interpretation
from facecompare.engines.protocol import Engine, EngineCard
from facecompare.engines.thresholds import Thresholds
from facecompare.errors import BadField, BadManifest
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.embed import Embedding
from facecompare.pipeline.match import Match, copy_among, match_faces
from facecompare.records.csv_export import csv_line

# No comparison's id: nothing is recorded.
COLUMNS = tuple(name for name in RESULT_COLUMNS if name != "comparison_id")
ROWS_PER_SAVE = 5_000  # written to the disk at once; a tenth of a second's work
PHOTOS_PER_SAVE = 32  # likewise; some seconds' work


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """A pairs file, the folder that its names are relative to, and the file of the results."""

    pairs: Path
    images: Path
    out: Path
    options: RequestOptions
    read: Callable[[str], Photo]
    meaning_of: Callable[[Match], Interpretation]
    thresholds_for: Callable[[Thresholds, int], Thresholds]
    """the thresholds for so many photos of one person, from those for one"""

    @property
    def folder(self) -> Path:
        """Where an unfinished batch is kept."""
        return unfinished_folder(self.out)


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A batch that was begun, now or by an earlier process; see `running`."""

    batch: LocalBatch
    engine: Engine
    thresholds: Thresholds
    checkpoint: Checkpoint

    def embed(self) -> Iterator[EmbeddedPhoto]:
        """Embed each photo that no earlier run has a result of."""
        pending = self.checkpoint.pending()
        done = embed_photos(pending, self.batch.read, self.engine, self.batch.options)
        for photo, _ in states_kept(done, self.checkpoint):
            yield photo

    def compare(self) -> Iterator[int]:
        """Write the rows that no earlier run has written; yields how many rows there are by now.

        At the end the file gets the name of the results.
        """
        unfinished = self.batch.folder / "results.csv"
        with _opened(unfinished) as file:
            yield from self._write(file)
        unfinished.replace(self.batch.out)

    def _write(self, file: BufferedRandom) -> Iterator[int]:
        written = self.checkpoint.written()
        file.seek(written.bytes)
        file.truncate()
        if written.rows == 0:
            file.write(csv_line(COLUMNS).encode())
        for pair in _pairs(self.batch):
            if pair.number <= written.rows:
                continue
            result = self._pair_result(pair)
            file.write(csv_line(getattr(result, name) for name in COLUMNS).encode())
            if pair.number % ROWS_PER_SAVE == 0:
                self._save(file, pair.number)
                yield pair.number
        self._save(file, pair.number)
        yield pair.number

    def _save(self, file: BufferedRandom, rows: int) -> None:
        file.flush()
        os.fsync(file.fileno())
        self.checkpoint.put_written(Written(rows, file.tell()))

    def _pair_result(self, pair: Pair) -> PairResult:
        states = {
            image: self.checkpoint.state(_path(self.batch, name))
            for image, name in pair.photos.items()
        }
        for image, state in states.items():
            if state.error_code:
                return PairResult.failed(pair, state.error_code, state.error, image)
        card = self.engine.card
        faces = [kept_embeddings(state, card) for state in states.values()]
        *reference, probe = faces
        if (copy := copy_among(reference)) is not None:
            return PairResult.of_copy(pair, list(states)[copy])
        thresholds = self.batch.thresholds_for(self.thresholds, len(reference))
        found = match_faces(reference, probe, thresholds, card)[0].match
        left_out = faces_left_out((state.not_compared for state in states.values()), faces)
        return PairResult.compared(pair, found, self.batch.meaning_of(found), left_out)


@contextmanager
def running(batch: LocalBatch, engine: Engine) -> Iterator[BatchRun]:
    """The batch, begun or resumed; leaving it early keeps what is done for the next run.

    Raises  BadManifest, BadThreshold; BadField when there is no folder of photos, or the results
            exist already, or were begun with other pairs or options; RecordsUnavailable.
    """
    thresholds = deciding_thresholds(engine, batch.options)
    _check(batch)
    digest = _digest(batch, engine)
    paths = ([_path(batch, name) for name in pair.photos.values()] for pair in _pairs(batch))
    try:
        with checkpoint_beside(batch.out) as checkpoint:
            checkpoint.begin(digest, paths)
            yield BatchRun(batch, engine, thresholds, checkpoint)
    except BadManifest:
        shutil.rmtree(batch.folder)  # nothing was begun
        raise


def count_results(out: Path) -> Counter[str]:
    """How many pairs of these results have each verdict or, instead of one, each error's code."""
    with out.open(encoding="utf-8", newline="") as file:
        return Counter(row["verdict"] or row["error_code"] for row in csv.DictReader(file))


def _check(batch: LocalBatch) -> None:
    refuse_existing(batch.out)
    if not _is_folder(batch.images):
        raise BadField(f"{batch.images} is no folder; name the one that the pairs' photos are in")
    if not is_unicode(str(batch.images)):
        raise BadField(f"found the folder {batch.images}; expected a name in UTF-8; rename it")
    if batch.pairs.exists() and not (batch.pairs.is_file() or batch.pairs.is_dir()):
        raise BadManifest(
            f"found {batch.pairs}, which can be read once; expected a file, as pairs are read "
            "again and again; save them to one"
        )


def _is_folder(path: Path) -> bool:
    """Also False below a working directory that was deleted."""
    try:
        return path.resolve().is_dir()
    except OSError:
        return False


def _pairs(batch: LocalBatch) -> Iterator[Pair]:
    try:
        with open_text(batch.pairs) as lines:
            yield from read_pairs(lines)
    except OSError as exc:
        raise BadManifest(f"{batch.pairs} cannot be read ({exc.strerror}); name a file") from exc
    except UnicodeDecodeError as exc:
        raise BadManifest(
            f"{batch.pairs} is no text in UTF-8, UTF-16 or Windows-1252; expected one"
        ) from exc


def _path(batch: LocalBatch, name: str) -> str:
    """The same text for the same file, so that it is embedded once."""
    return os.path.normpath(batch.images / name)


def _digest(batch: LocalBatch, engine: Engine) -> str:
    """SHA-256 of what the results depend on, except the photos themselves."""
    try:
        with batch.pairs.open("rb") as file:
            pairs = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise BadManifest(f"{batch.pairs} cannot be read ({exc.strerror}); name a file") from exc
    options = batch.options
    parts = [
        *(pairs, str(batch.images.resolve()), engine.card.id, engine.model_digest),
        *(options.threshold, options.combined_threshold, str(options.face)),
        *COLUMNS,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def states_kept(
    done: Iterable[EmbeddedPhoto], checkpoint: Checkpoint | None
) -> Iterator[tuple[EmbeddedPhoto, PhotoState]]:
    """Each photo and its state, which is put into the checkpoint, where there is one."""
    for count, photo in enumerate(done, start=1):
        state = _state(photo)
        if checkpoint is not None:
            checkpoint.put(kept_name(photo.name), state)
            if count % PHOTOS_PER_SAVE == 0:
                checkpoint.save()
        yield photo, state
    if checkpoint is not None:
        checkpoint.save()


def kept_name(name: str) -> str:
    """The name as a text that can be kept, whatever bytes it has."""
    return name.encode("utf-8", "backslashreplace").decode()


def _state(photo: EmbeddedPhoto) -> PhotoState:
    if photo.error is not None:
        return PhotoState(None, photo.error.code, photo.error.message)
    values = b"".join(each.values.tobytes() for each in photo.embeddings)
    return PhotoState(values, not_compared=photo.not_compared)


def kept_embeddings(state: PhotoState, card: EngineCard) -> list[Embedding]:
    """Those of a photo whose result is no error."""
    assert state.embedding is not None  # noqa: S101 – comparing comes after embedding
    rows = np.frombuffer(state.embedding, np.float32).reshape(-1, card.dimension)
    return [Embedding(values, card.id) for values in rows]


@contextmanager
def _opened(path: Path) -> Iterator[BufferedRandom]:
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        yield file
