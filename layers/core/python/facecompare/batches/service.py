"""Batches in AWS for a caller: submission, progress, cancelling and results. Light."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from facecompare.access import Caller, Role
from facecompare.batches.batch import (
    Batch,
    Progress,
    new_batch_id,
    no_such_batch,
    progress_of,
)
from facecompare.batches.chunk import PackingOrder
from facecompare.batches.packed_manifest import PackedManifest
from facecompare.batches.packing import PACKED_AT_ONCE_BYTES, checked_manifest
from facecompare.batches.pair_result import PairResult
from facecompare.batches.store import BatchStore, results_of
from facecompare.config import Settings
from facecompare.engines.calibration_files import find_calibration
from facecompare.engines.catalogue import offered_card
from facecompare.engines.thresholds import Thresholds, requested_thresholds, thresholds_of
from facecompare.errors import (
    BadField,
    BadManifest,
    BatchNotFound,
    FaceCompareError,
    RecordsUnavailable,
)
from facecompare.model_store.files import ModelFolder
from facecompare.options import RequestOptions
from facecompare.records.identity import request_digest
from facecompare.records.record import repeatable_comparison_id, timestamp
from facecompare.uploads.grants import MAX_MANIFEST_BYTES

if TYPE_CHECKING:
    from facecompare.batches.queue import BatchQueue
    from facecompare.batches.storage import BatchFiles

T = TypeVar("T")

MAX_ROWS = 10_000  # of results in one response: as many as Lambda returns, of short names


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """A pairs file, as text or by the name it was uploaded under, and how to compare."""

    manifest: str | None
    upload: str | None
    options: RequestOptions


class BatchService:
    """The batches of one installation; safe to share by threads.

    Every method raises RecordsUnavailable when the table cannot be reached.
    """

    def __init__(
        self, settings: Settings, store: BatchStore, queue: BatchQueue, files: BatchFiles
    ) -> None:
        self._settings = settings
        self._store = store
        self._queue = queue
        self._files = files

    def check_queue(self) -> None:
        """Raise where no batch could be queued. Raises  QueueUnavailable."""
        self._queue.check()

    def submit(self, request: BatchRequest, caller: Caller, idempotency_key: str = "") -> Progress:
        """Check the whole request, make a batch of it and put it on the queue: all, or nothing.

        An uploaded pairs file of more than PACKED_AT_ONCE_BYTES is checked by a worker: what is
        wrong with it is told by the batch's progress. With the same idempotency key, the same
        caller gets the same batch again.

        Raises  BadManifest, BadField, BadThreshold, FmrNotCalibrated, UnknownEngine,
                MtcnnOff, IdempotencyConflict; UploadsUnavailable, QueueUnavailable.
        """
        engine, thresholds = self._engine_and_thresholds(request.options)
        pairs, manifest = self._pairs(request, caller)
        contents = {"manifest": pairs["manifest_sha256"] or pairs["upload_etag"]}
        digest = request_digest("batch", caller.name, contents, request.options, engine, thresholds)
        batch = Batch(
            batch_id=_batch_id(caller, idempotency_key),
            created_at=timestamp(),
            caller=caller.name,
            engine=engine,
            threshold=thresholds.first,
            combined_threshold=thresholds.combined,
            threshold_sent="" if request.options.threshold is None else "yes",
            face=request.options.face,
            request_sha256=digest,
            **pairs,
        )
        return self._progress([self._existing(batch) or self._create(batch, manifest)])[0]

    def _existing(self, batch: Batch) -> Batch | None:
        """The batch of this id, when it was submitted before. Raises  IdempotencyConflict."""
        try:
            existing = self._store.find(batch.batch_id)
        except BatchNotFound:
            return None
        existing.confirm_same_request(batch)
        return existing

    def _create(self, batch: Batch, manifest: PackedManifest | None) -> Batch:
        """Make the batch and put it on the queue, or undo both.

        Of several submissions with one idempotency key at the same moment the store lets one make
        the batch; to the others it is returned, and they write and undo nothing of it.
        """
        with ExitStack() as undo:
            undo.callback(_undo, self._store.delete, batch)
            if not self._store.create(batch):
                existing = self._existing(batch) or _raise_undone()
                if existing != batch:  # else it was written twice: the first response was lost
                    return existing
            if manifest is None:
                self._queue.send([PackingOrder(batch.batch_id)])
            else:
                undo.callback(_undo, self._files.delete_manifest, batch.batch_id)
                self._files.put_manifest(batch.batch_id, manifest.data)
                self._queue.send([batch.all_pairs])
            undo.pop_all()
        return batch

    def find(self, batch_id: str, caller: Caller) -> Progress:
        """How far a batch is. Raises  BatchNotFound."""
        return self._progress([self._find_for(caller, batch_id)])[0]

    def newest(self, limit: int, caller: Caller, before: str) -> list[Progress]:
        """The newest batches made before this time: an admin's all, another caller's own."""
        name = None if caller.role is Role.ADMIN else caller.name
        return self._progress(self._store.newest(limit, name, before))

    def cancel(self, batch_id: str, caller: Caller) -> Progress:
        """Work on no more of it; the results so far stay. Raises  BatchNotFound."""
        batch = self._find_for(caller, batch_id)
        if not batch.cancelled_at:
            batch = replace(batch, cancelled_at=timestamp())
            self._store.cancel(batch_id, batch.cancelled_at)
        return self._progress([batch])[0]

    def results(
        self, batch_id: str, caller: Caller, first: int, limit: int
    ) -> tuple[int, Iterator[PairResult]]:
        """How many pairs the batch has, and the results of `limit` of them from the first on.

        In order, of those that have ended. Raises  BatchNotFound, before the first result.
        """
        batch = self._find_for(caller, batch_id)
        last = min(first + limit - 1, batch.total)
        return batch.total, results_of(self._store, batch, first, last)

    def _find_for(self, caller: Caller, batch_id: str) -> Batch:
        batch = self._store.find(batch_id)
        if caller.role is not Role.ADMIN and batch.caller != caller.name:
            raise no_such_batch(batch_id)
        return batch

    def _progress(self, batches: list[Batch]) -> list[Progress]:
        counts = self._store.counts([batch.batch_id for batch in batches])
        now = datetime.now(UTC)
        return [progress_of(batch, counts[batch.batch_id], now) for batch in batches]

    def _pairs(
        self, request: BatchRequest, caller: Caller
    ) -> tuple[dict[str, Any], PackedManifest | None]:
        """What a batch says of its pairs; and these, where they are packed at once."""
        any_key = caller.role is Role.ADMIN
        if large := self._large_upload(request):
            upload, etag = large
            return {
                "total": 0,
                "manifest_sha256": "",
                "upload": upload,
                "upload_etag": etag,
                "any_key": "yes" if any_key else "",
            }, None
        manifest = checked_manifest(self._pairs_text(request), self._files, any_key=any_key)
        sha256 = hashlib.sha256(manifest.data).hexdigest()
        return {"total": manifest.total, "manifest_sha256": sha256}, manifest

    def _large_upload(self, request: BatchRequest) -> tuple[str, str] | None:
        """The name and the tag of a pairs file that workers check; its size is checked here.

        Raises  BadManifest.
        """
        if request.upload is None or request.manifest is not None:
            return None
        size, etag = self._files.uploaded_size(request.upload)
        if size > MAX_MANIFEST_BYTES:
            raise BadManifest(
                f"the pairs file has {size:,} bytes; expected at most {MAX_MANIFEST_BYTES:,}; send "
                "it as several batches"
            )
        return (request.upload, etag) if size > PACKED_AT_ONCE_BYTES else None

    def _pairs_text(self, request: BatchRequest) -> str:
        if request.manifest is not None and request.upload is None:
            return request.manifest
        if request.upload is not None and request.manifest is None:
            return self._files.uploaded_text(request.upload, MAX_MANIFEST_BYTES)
        found = "neither" if request.manifest is None else "both"
        raise BadField(
            f"found {found} of manifest and upload; expected one: manifest, the text of a pairs "
            "file, or upload, its name"
        )

    def _engine_and_thresholds(self, options: RequestOptions) -> tuple[str, Thresholds]:
        """The engine's id and what decides; later changes of settings do not touch a batch."""
        card = offered_card(options.engine or self._settings.engine, self._settings)
        models = ModelFolder.at(self._settings.models_dir)
        digest = models.digest(card.models)
        calibration = find_calibration(card.id, digest, self._settings.models_dir)
        asked = requested_thresholds(options.threshold, options.fmr, card, calibration)
        return card.id, thresholds_of(card, *asked)


def open_batches(settings: Settings) -> BatchService | None:
    """The installation's batches; without a queue there are none.

    Raises  BadSetting.
    """
    if not settings.batch_queue:
        return None
    from facecompare.batches.dynamo_store import open_batch_store
    from facecompare.batches.queue import BatchQueue
    from facecompare.batches.storage import BatchFiles

    return BatchService(
        settings,
        open_batch_store(settings),
        BatchQueue(settings.batch_queue, settings.dead_letter_queue),
        BatchFiles(settings.upload_bucket, settings.max_bytes),
    )


def _batch_id(caller: Caller, idempotency_key: str) -> str:
    if not idempotency_key:
        return new_batch_id()
    return repeatable_comparison_id("batch", caller.name, idempotency_key)


def _undo(undo: Callable[[T], None], argument: T) -> None:
    """What cannot be removed now is never worked on, and expires."""
    with suppress(FaceCompareError):
        undo(argument)


def _raise_undone() -> NoReturn:
    raise RecordsUnavailable(
        "found a batch of this Idempotency-Key that has just been undone, or has expired; expected "
        "none; send it again, or with a new key"
    )
