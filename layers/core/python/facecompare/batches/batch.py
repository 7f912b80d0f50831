"""Many pairs at once, in AWS: a batch, its progress, and the result of each pair.

A batch's pairs are numbered from 1. A message on the queue names a chunk of them, from a first to
a last pair. A worker that receives a chunk too large for one message splits it and sends the
parts; so one message starts a batch of any size, and all workers share in splitting it.

SQS may deliver a message more than once. A chunk's results are kept once, all of them together
with the counters, and later results change nothing. A chunk that was tried several times without
results is split too, down to the one pair that it fails of, which is given up with a reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from facecompare.batches.chunk import Chunk
from facecompare.engines.thresholds import Thresholds
from facecompare.errors import BatchNotFound, IdempotencyConflict
from facecompare.options import FacePolicy
from facecompare.records.documented import documented
from facecompare.records.record import ComparisonRecord, repeatable_comparison_id

if TYPE_CHECKING:
    from facecompare.batches.pair_result import PairResult

LIFETIME = timedelta(days=4)  # SQS keeps a message that long: after it, none can be left
CHUNKS_PER_READ = 100  # AWS, DynamoDB API Reference, BatchGetItem: the most keys of one request


class BatchState(StrEnum):
    """The state of a batch; all but the first are final."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """pairs without a result were left when the queue no longer held their messages"""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was submitted; times as in records, `cancelled_at` empty while it is not cancelled."""

    batch_id: str
    created_at: str
    caller: str
    total: int
    engine: str
    threshold: float
    face: str
    manifest_sha256: str
    cancelled_at: str = ""
    combined_threshold: float | None = None
    threshold_sent: str = ""
    """"yes" where the caller chose the threshold itself, which then holds for any number of photos
    of one person; empty where it stands for a false match rate"""
    request_sha256: str = ""
    """of the whole request; versions before 0.11 kept none"""

    @property
    def thresholds(self) -> Thresholds:
        """What decides its pairs."""
        return Thresholds(self.threshold, self.combined_threshold)

    @property
    def all_pairs(self) -> Chunk:
        """The one chunk that holds all of its pairs."""
        return Chunk(self.batch_id, 1, self.total)

    def confirm_same_request(self, submitted: Batch) -> None:
        """Check that `submitted` is this batch, submitted again.

        Raises  IdempotencyConflict.
        """
        if self.request_sha256:
            same = self.request_sha256 == submitted.request_sha256
        else:
            same = _request_of(self) == _request_of(submitted)
        if not same:
            raise IdempotencyConflict(
                "this Idempotency-Key was used before, for other pairs or another way to compare "
                "them; a new batch needs a new key"
            )


def _request_of(batch: Batch) -> tuple[object, ...]:
    """What versions before 0.11 kept of it."""
    chosen = batch.thresholds, batch.threshold_sent
    return batch.manifest_sha256, batch.engine, *chosen, batch.face


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

    __pydantic_config__ = documented(face=tuple(FacePolicy))
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
    """of `distance`; decides where there is no `combined_threshold`"""
    face: str
    combined_threshold: float | None = None
    """of `combined_distance`, by which two networks decide; null where one does"""


class BatchStore(Protocol):
    """Keeps batches and their results; safe to share by threads and processes.

    Every method raises RecordsUnavailable when the store cannot be reached.
    """

    def create(self, batch: Batch) -> bool:
        """Keep a new batch; False, and nothing is changed, when there is one of this id."""
        ...

    def delete(self, batch: Batch) -> None:
        """Remove this batch, of which no message was sent; another one of its id stays."""
        ...

    def find(self, batch_id: str) -> Batch:
        """One batch as it is now. Raises  BatchNotFound."""
        ...

    def newest(self, limit: int, caller: str | None, before: str) -> list[Batch]:
        """The newest batches, of this caller or all, made before this time (empty: any)."""
        ...

    def cancel(self, batch_id: str, cancelled_at: str) -> None:
        """Note that no more of it is to be worked on. Raises  BatchNotFound."""
        ...

    def counts(self, batch_ids: Sequence[str]) -> dict[str, Counts]:
        """How many pairs of each of these batches have ended."""
        ...

    def keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> bool:
        """Keep the results of this chunk and count them: all, or nothing.

        False when the chunk was kept or split before; nothing is changed then.
        """
        ...

    def mark_split(self, chunk: Chunk) -> bool:
        """Note that its parts are worked on instead; False when it was kept before."""
        ...

    def ended(self, chunks: Sequence[Chunk]) -> dict[Chunk, list[PairResult] | None]:
        """Those of these chunks that have ended: with their results, or None where it was split."""
        ...


def new_batch_id() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


def comparison_id_of(batch_id: str, pair: int) -> str:
    """The id of this pair's record: the same whenever, and by whomever, it is compared."""
    return repeatable_comparison_id("batch", batch_id, str(pair))


def progress_of(batch: Batch, counts: Counts, now: datetime) -> Progress:
    """How far the batch is, and when it should end."""
    left = batch.total - counts.done - counts.failed
    state = _state(batch, left, now)
    running = state is BatchState.RUNNING
    rate = _pairs_per_s(batch, counts, now if running else None)
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
        combined_threshold=batch.combined_threshold,
    )


def _pairs_per_s(batch: Batch, counts: Counts, now: datetime | None) -> float | None:
    """Until now or, of a batch that has ended, until its last result; None before the first."""
    begin = _moment(batch.created_at)
    end = now or _moment(counts.updated_at or batch.created_at)
    seconds = (end - begin).total_seconds()
    pairs = counts.done + counts.failed
    return pairs / seconds if pairs and seconds > 0 else None


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
    """The results of the pairs from `first` to `last`, in order, of those that have ended."""
    chunks = [
        chunk for chunk in batch.all_pairs.messages() if chunk.last >= first and chunk.first <= last
    ]
    for start in range(0, len(chunks), CHUNKS_PER_READ):
        for result in _results(store, chunks[start : start + CHUNKS_PER_READ]):
            if first <= result.pair <= last:
                yield result


def _results(store: BatchStore, chunks: list[Chunk]) -> Iterator[PairResult]:
    ended = store.ended(chunks)
    for chunk in chunks:
        if chunk not in ended:
            continue
        results = ended[chunk]
        yield from _results(store, chunk.split()) if results is None else results


def no_such_batch(batch_id: str) -> BatchNotFound:
    """The error of a store that has no batch of this id."""
    return BatchNotFound(f"there is no batch {batch_id[:64]!r}; it may have expired")
