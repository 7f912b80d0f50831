"""Many pairs at once, in AWS: a batch, its progress, and the result of each pair.

A batch's pairs are numbered from 1. A message on the queue names a chunk of them, from a first to
a last pair. A worker that receives a chunk too large for one message splits it and sends the
parts; so one message starts a batch of any size, and all workers share in splitting it.

SQS may deliver a message more than once. A chunk's results are kept once, all of them together
with the counters, and later results change nothing. A chunk that was tried several times without
results is split too, down to the one pair that it fails of, which is given up with a reason.

A large pairs file is checked and packed by a worker as well, before the first message of its pairs.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from facecompare.batches.chunk import Chunk
from facecompare.engines.thresholds import Thresholds
from facecompare.errors import BatchNotFound, IdempotencyConflict
from facecompare.options import FacePolicy
from facecompare.records.documented import documented
from facecompare.records.record import repeatable_comparison_id

LIFETIME = timedelta(days=4)  # SQS keeps a message that long: after it, none can be left


class BatchState(StrEnum):
    """The state of a batch; all but the first three are final."""

    ACCEPTED = "accepted"
    """its pairs file waits for a worker to check it"""
    PACKING = "packing"
    """a worker checks its pairs file"""
    RUNNING = "running"
    REFUSED = "refused"
    """something is wrong with its pairs file"""
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """pairs without a result were left when the queue no longer held their messages"""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will become of the batch."""
        return self not in (BatchState.ACCEPTED, BatchState.PACKING, BatchState.RUNNING)


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
    upload: str = ""
    """the name of its pairs file, where a worker packs it; until then `total` is 0. Empty where the
    request was small enough to be packed at once"""
    upload_etag: str = ""
    any_key: str = ""
    """"yes" where its pairs may name every object below photos/"""
    packing_at: str = ""
    packed_at: str = ""
    refused_at: str = ""
    refusal: str = ""

    @property
    def is_packed(self) -> bool:
        """Whether its pairs are known."""
        return bool(self.packed_at) or not self.upload

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
    """pairs; 0 until the pairs file was checked"""
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
    error: str | None = None
    """what is wrong with the pairs file of a batch that is refused; null of another"""


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
    final = state.is_final
    rate = _pairs_per_s(batch, counts, None if final else now)
    ended_at = batch.cancelled_at or batch.refused_at or counts.updated_at
    return Progress(
        batch_id=batch.batch_id,
        created_at=batch.created_at,
        caller=batch.caller,
        state=state,
        total=batch.total,
        done=counts.done,
        failed=counts.failed,
        pairs_per_s=round(rate, 2) if rate else None,
        seconds_left=0 if final else (round(left / rate) if rate else None),
        finished_at=(ended_at or None) if final else None,
        engine=batch.engine,
        threshold=batch.threshold,
        face=batch.face,
        combined_threshold=batch.combined_threshold,
        error=batch.refusal or None,
    )


def _pairs_per_s(batch: Batch, counts: Counts, now: datetime | None) -> float | None:
    """Until now or, of a batch that has ended, until its last result; None before the first."""
    begin = _moment(batch.created_at)
    end = now or _moment(counts.updated_at or batch.created_at)
    seconds = (end - begin).total_seconds()
    pairs = counts.done + counts.failed
    return pairs / seconds if pairs and seconds > 0 else None


def _state(batch: Batch, left: int, now: datetime) -> BatchState:
    if batch.refused_at:
        return BatchState.REFUSED
    if batch.is_packed and left <= 0:
        return BatchState.DONE
    if batch.cancelled_at:
        return BatchState.CANCELLED
    if now - _moment(batch.created_at) > LIFETIME:
        return BatchState.EXPIRED
    if batch.is_packed:
        return BatchState.RUNNING
    return BatchState.PACKING if batch.packing_at else BatchState.ACCEPTED


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def no_such_batch(batch_id: str) -> BatchNotFound:
    """The error of a store that has no batch of this id."""
    return BatchNotFound(f"there is no batch {batch_id[:64]!r}; it may have expired")
