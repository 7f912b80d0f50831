"""Many pairs at once, in AWS: a batch, the chunks it is worked in, and what became of each pair.

A batch's pairs are numbered from 1. A message on the queue names a chunk of them, from a first to
a last pair. Whoever receives a chunk that is too large for one message divides it and sends the
parts; so one message starts a batch of any size, and all workers share in spreading it.

Deliveries may repeat. What became of a chunk is kept once, all of it together with the counters,
and what comes later changes nothing. A chunk that was tried several times without an end is
split too, down to the one pair that it fails of, which is given up with a reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from facecompare.batches.chunk import Chunk
from facecompare.errors import BatchNotFound, IdempotencyConflict
from facecompare.records.record import ComparisonRecord, repeatable_comparison_id
from facecompare.results.schemas import FIELD_DOCSTRINGS

if TYPE_CHECKING:
    from facecompare.batches.pairs_file import Pair
    from facecompare.pipeline.match import Match

LIFETIME = timedelta(days=4)  # the queue's retention: after it, no message can be left


class BatchState(StrEnum):
    """Where a batch is; all but the first are ends."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """messages were lost: pairs were left when none could be on the queue any more"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was ordered; times as in records, `cancelled_at` empty while it is not."""

    batch_id: str
    created_at: str
    caller: str
    total: int
    engine: str
    threshold: float
    face: str
    manifest_sha256: str
    cancelled_at: str = ""

    def confirm_same_request(self, asked: Batch) -> None:
        """Nothing, if `asked` is this batch ordered again.

        Raises  IdempotencyConflict.
        """
        if _request_of(self) != _request_of(asked):
            raise IdempotencyConflict(
                "this Idempotency-Key was used before, for other pairs or another way to compare "
                "them; a new batch needs a new key"
            )


def _request_of(batch: Batch) -> tuple[object, ...]:
    return batch.manifest_sha256, batch.engine, batch.threshold, batch.face


BATCH_FIELDS = tuple(field.name for field in fields(Batch))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs have a verdict, how many have a reason instead, and when the last was kept."""

    done: int = 0
    failed: int = 0
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A batch as it stands."""

    __pydantic_config__ = FIELD_DOCSTRINGS
    batch_id: str
    created_at: str
    """UTC, ISO 8601"""
    caller: str
    state: BatchState
    total: int
    """pairs"""
    done: int
    """pairs with a verdict"""
    failed: int
    """pairs without one; the results give the reason for each"""
    pairs_per_s: float | None
    """since the batch was made; null before the first result"""
    seconds_left: int | None
    """at this rate; null when nobody can tell, 0 at the end"""
    finished_at: str | None
    engine: str
    threshold: float
    face: str


@dataclass(frozen=True, slots=True)
class PairResult:
    """What became of one pair: a verdict and its record, or the error of one of its photos."""

    pair: int
    image1: str
    image2: str
    same_person: bool | None = None
    distance: float | None = None
    threshold: float | None = None
    score: float | None = None
    error_code: str | None = None
    error_image: str | None = None
    error: str | None = None
    comparison_id: str | None = None

    @classmethod
    def compared(
        cls, pair: Pair, verdict: Match, score: float | None, comparison_id: str | None = None
    ) -> Self:
        """A verdict, and the record of it if there is one."""
        return cls(
            pair.number,
            pair.image1,
            pair.image2,
            same_person=verdict.same_person,
            distance=verdict.distance,
            threshold=verdict.threshold,
            score=score,
            comparison_id=comparison_id,
        )

    @classmethod
    def failed(cls, pair: Pair, code: str, words: str | None, image: str | None = None) -> Self:
        """An error, of one of the photos or of the pair."""
        return cls(
            pair.number,
            pair.image1,
            pair.image2,
            error_code=code,
            error_image=image,
            error=words,
        )


RESULT_COLUMNS = tuple(field.name for field in fields(PairResult))


class BatchStore(Protocol):
    """Keeps batches and their results; safe to share by threads and processes.

    Every method raises RecordsUnavailable when the store cannot be reached.
    """

    def create(self, batch: Batch) -> bool:
        """Keep a new batch; False when there is one of this id."""
        ...

    def forget(self, batch_id: str) -> None:
        """Remove a batch that nothing was sent of."""
        ...

    def find(self, batch_id: str) -> Batch:
        """One batch as it is now. Raises  BatchNotFound."""
        ...

    def newest(self, limit: int, caller: str | None, before: str) -> list[Batch]:
        """The newest batches, of this caller or all, made before this time (empty: any)."""
        ...

    def cancel(self, batch_id: str, cancelled_at: str) -> None:
        """Work on no more of it. Raises  BatchNotFound."""
        ...

    def counts(self, batch_ids: Sequence[str]) -> dict[str, Counts]:
        """Of each of these batches."""
        ...

    def keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> bool:
        """Keep what became of this chunk and count it: all, or nothing.

        False when the chunk was kept or split before; nothing is changed then.
        """
        ...

    def mark_split(self, chunk: Chunk) -> bool:
        """Note that its parts are worked on instead; False when it was kept before."""
        ...

    def ended(self, chunks: Sequence[Chunk]) -> dict[Chunk, list[PairResult] | None]:
        """Of these chunks those that were kept, with their results, or split, with None."""
        ...


def new_batch_id() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def comparison_id_of(batch_id: str, pair: int) -> str:
    """The id that this pair's record always has."""
    return repeatable_comparison_id("batch", batch_id, str(pair))


def whole(batch: Batch) -> Chunk:
    """All of its pairs."""
    return Chunk(batch.batch_id, 1, batch.total)


def progress_of(batch: Batch, counts: Counts, now: datetime) -> Progress:
    """Where the batch is, and when it should end."""
    processed = counts.done + counts.failed
    left = batch.total - processed
    state = _state(batch, left, now)
    running = state is BatchState.RUNNING
    until = now if running else _moment(counts.updated_at or batch.created_at)
    seconds = (until - _moment(batch.created_at)).total_seconds()
    rate = processed / seconds if processed and seconds > 0 else None
    return Progress(
        batch_id=batch.batch_id,
        created_at=batch.created_at,
        caller=batch.caller,
        state=state,
        total=batch.total,
        done=counts.done,
        failed=counts.failed,
        pairs_per_s=round(rate, 2) if rate else None,
        seconds_left=(round(left / rate) if rate else None) if running else 0,
        finished_at=None if running else (batch.cancelled_at or counts.updated_at or None),
        engine=batch.engine,
        threshold=batch.threshold,
        face=batch.face,
    )


def _state(batch: Batch, left: int, now: datetime) -> BatchState:
    if left <= 0:
        return BatchState.DONE
    if batch.cancelled_at:
        return BatchState.CANCELLED
    if now - _moment(batch.created_at) > LIFETIME:
        return BatchState.EXPIRED
    return BatchState.RUNNING


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def results_of(store: BatchStore, batch: Batch, first: int, last: int) -> Iterator[PairResult]:
    """What became of the pairs from `first` to `last`, in order; those that have not ended lack."""
    wanted = [
        chunk for chunk in whole(batch).messages() if chunk.last >= first and chunk.first <= last
    ]
    for start in range(0, len(wanted), CHUNKS_PER_READ):
        for result in _ended(store, wanted[start : start + CHUNKS_PER_READ]):
            if first <= result.pair <= last:
                yield result


CHUNKS_PER_READ = 100  # the most that DynamoDB's BatchGetItem takes


def _ended(store: BatchStore, chunks: list[Chunk]) -> Iterator[PairResult]:
    kept = store.ended(chunks)
    for chunk in chunks:
        if chunk not in kept:
            continue
        results = kept[chunk]
        yield from _ended(store, chunk.split()) if results is None else results


def no_such_batch(batch_id: str) -> BatchNotFound:
    """The error of a store that has no batch of this id."""
    return BatchNotFound(f"there is no batch {batch_id[:64]!r}; it may have expired")
