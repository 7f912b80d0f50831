"""One person against many photos: each photo is embedded once, on all cores.

    files and folders ─ list_photos ─ embed_photos ─ distance to the reference ─ a result for each

Nothing is written unless the results are: then the embeddings so far are kept beside them, as those
of a batch are, and a run that was interrupted resumes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facecompare.batches.checkpoint import (
    Checkpoint,
    PhotoState,
    checkpoint_beside,
    refuse_existing,
)
from facecompare.batches.embedding import embed_photos
from facecompare.batches.local import kept_embeddings, kept_name, states_kept
from facecompare.batches.pair_result import RESULT_COLUMNS, PairResult
from facecompare.batches.pairs_file import Pair
from facecompare.compare import Examined, asked_reference, deciding_thresholds, examine_all
from facecompare.decoding.formats import is_named_as_photo, sniff
from facecompare.engines.calibration import Interpretation
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import Match, match_faces

REFERENCE = "reference"  # what errors call the photo, and the first of several
# Of a pair's result; the first photo is the same for all, and nothing is recorded.
LEFT_OUT = {"pair", "image1", "image2", "error_image", "comparison_id", "uncertain"}
FIRST = ("verdict", "same_person", "distance", "threshold", "score")
LAST = ("error_code", "error")
_OTHERS = (name for name in RESULT_COLUMNS if name not in {*LEFT_OUT, *FIRST, *LAST})
COLUMNS = ("rank", "file", *FIRST, *_OTHERS, *LAST)
_HEAD = 64  # bytes that tell a photo from other files


@dataclass(frozen=True, slots=True)
class PhotoList:
    """Photos, each once, in order; and how many other files and folders were met, by what they
    are."""

    photos: tuple[str, ...]
    skipped: Counter[str]


@dataclass(frozen=True, slots=True)
class Search:
    """One person, by the examined photos of the reference, and the photos to compare."""

    reference: Sequence[Examined]
    photos: Sequence[str]
    engine: Engine
    options: RequestOptions
    read: Callable[[str], Photo]
    meaning_of: Callable[[Match], Interpretation]

    def results(self, kept: Checkpoint | None) -> Iterator[PairResult]:
        """The result of each photo, those that `kept` has first, the others as they are done.

        Raises  BadThreshold, SetupError, ServiceError.
        """
        thresholds = deciding_thresholds(self.engine, self.options)
        reference = [each.embeddings for each in self.reference]
        for name, state in self._states(kept):
            pair = Pair(0, REFERENCE, name)
            if state.error_code:
                yield PairResult.failed(pair, state.error_code, state.error)
                continue
            probes = kept_embeddings(state, self.engine.card)
            found = match_faces(reference, probes, thresholds, self.engine.card)[0].match
            yield PairResult.compared(pair, found, self.meaning_of(found), state.not_compared)

    def _states(self, kept: Checkpoint | None) -> Iterator[tuple[str, PhotoState]]:
        known: set[str] = set()
        for name, state in _known(kept, self.photos):
            known.add(name)
            yield name, state
        pending = (name for name in self.photos if name not in known)
        done = embed_photos(pending, self.read, self.engine, self.options)
        for photo, state in states_kept(done, kept):
            yield photo.name, state

    @contextmanager
    def kept_beside(self, out: Path) -> Iterator[Checkpoint]:
        """The checkpoint of this search, begun or resumed. Raises  BadField, RecordsUnavailable."""
        refuse_existing(out)
        with checkpoint_beside(out) as kept:
            kept.begin(self._digest(), ([kept_name(name)] for name in self.photos))
            yield kept

    def _digest(self) -> str:
        """SHA-256 of what the results depend on, except what is in the photos."""
        options = self.options
        parts = [
            *(COLUMNS, self.engine.card.id, self.engine.model_digest),
            *(options.threshold, options.combined_threshold, str(options.face)),
            *(str(options.min_quality), options.strict),
            [[each.report.image.sha256, each.report.held] for each in self.reference],
            [kept_name(str(Path(name).absolute())) for name in self.photos],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def examined_reference(
    photos: Mapping[str, Photo], engine: Engine, options: RequestOptions
) -> list[Examined]:
    """The photos of one person, before any other is looked at. Raises  InputError."""
    asked = asked_reference(REFERENCE, list(photos.values()), options)
    return examine_all(asked, engine, options)


def list_photos(given: Iterable[str], reference: Iterable[str]) -> PhotoList:
    """The files as given, and the photos in the folders and below, sorted; without the reference's.

    A file in a folder is a photo by its name or by its first bytes.
    """
    skipped: Counter[str] = Counter()
    own = {os.path.realpath(name) for name in reference}
    found: dict[str, None] = {}
    for name in given:
        inside = _photos_below(name, skipped) if Path(name).is_dir() else (name,)
        for each in map(os.path.normpath, inside):
            if os.path.realpath(each) in own:
                skipped["reference"] += 1
            else:
                found[each] = None
    return PhotoList(tuple(found), skipped)


def _photos_below(folder: str, skipped: Counter[str]) -> Iterator[str]:
    def unreadable(_error: OSError) -> None:
        skipped["unreadable"] += 1

    for place, folders, files in os.walk(folder, onerror=unreadable):
        if hidden := sum(name.startswith(".") for name in (*folders, *files)):
            skipped["hidden"] += hidden
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            path = Path(place, name)
            if _is_photo(path):
                yield str(path)
            else:
                skipped["other"] += 1


def _is_photo(path: Path) -> bool:
    try:
        if not path.is_file():  # nor a link to one
            return False
        if is_named_as_photo(path.name):
            return True
        with path.open("rb") as file:
            return sniff(file.read(_HEAD)) is not None
    except OSError:
        return False


def _known(kept: Checkpoint | None, names: Iterable[str]) -> Iterator[tuple[str, PhotoState]]:
    """The photos that an earlier run has a result of."""
    if kept is None:
        return
    for name in names:
        state = kept.state(kept_name(name))
        if state.error_code or state.embedding is not None:
            yield name, state


def nearest_first(results: Iterable[PairResult]) -> tuple[list[PairResult], list[PairResult]]:
    """Those with a verdict, by the distance that decided; and those without, by name."""
    compared: list[PairResult] = []
    failed: list[PairResult] = []
    for each in results:
        (failed if each.error_code else compared).append(each)
    failed.sort(key=lambda each: each.image2)
    return sorted(compared, key=lambda each: (decisive_distance(each), each.image2)), failed


def decisive_distance(result: PairResult) -> float:
    """The distance that decided a result with a verdict."""
    distance = result.distance if result.combined_distance is None else result.combined_distance
    assert distance is not None  # noqa: S101 – it has a verdict
    return distance


def result_rows(
    compared: Iterable[PairResult], failed: Iterable[PairResult]
) -> Iterator[tuple[object, ...]]:
    """Cells of `COLUMNS`, ranks from 1; those without a verdict come last and have none."""
    names = COLUMNS[2:]
    ranked = [*enumerate(compared, start=1), *((None, each) for each in failed)]
    for rank, each in ranked:
        yield (rank, each.image2, *(getattr(each, name) for name in names))
