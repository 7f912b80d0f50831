"""Batches in AWS as a caller sees them: ordering, watching, cancelling and fetching. Light."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from facecompare.access import Caller, Role
from facecompare.batches.batch import (
    Batch,
    BatchStore,
    PairResult,
    Progress,
    new_batch_id,
    no_such_batch,
    progress_of,
    results_of,
    whole,
)
from facecompare.batches.packed_manifest import PackedManifest, packed
from facecompare.batches.queue import BatchQueue
from facecompare.batches.storage import BatchFiles
from facecompare.config import Settings
from facecompare.engines.calibration import find_calibration, requested_threshold
from facecompare.engines.catalogue import engine_card, offered_cards
from facecompare.errors import BadField, BadManifest, BatchNotFound, FaceCompareError
from facecompare.model_store.files import ModelFolder
from facecompare.options import RequestOptions
from facecompare.records.record import repeatable_comparison_id, timestamp
from facecompare.uploads.grants import MAX_MANIFEST_BYTES

# Photos that are looked for before a batch is made: all of a small one's, enough of a large one's
# to tell a wrong folder. What lacks later becomes a pair with a reason.
PHOTOS_LOOKED_FOR = 200
MAX_ROWS = 10_000  # of results in one answer: Lambda answers with 6 MB at most


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """A manifest, as text or by the name it was uploaded under, and how to compare."""

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

    def order(self, order: BatchRequest, caller: Caller, idempotency_key: str = "") -> Progress:
        """Check all of it, make a batch of it and send it on its way: all of that, or nothing.

        With the same idempotency key, the same caller gets the same batch again.

        Raises  BadManifest, BadField, BadThreshold, FmrNotCalibrated, UnknownEngine,
                IdempotencyConflict; UploadsUnavailable, QueueUnavailable.
        """
        engine, threshold = self._decided(order.options)
        manifest = packed(
            self._text(order),
            self._files.bucket,
            any_key=caller.role is Role.ADMIN,
            some=PHOTOS_LOOKED_FOR,
        )
        for key in self._files.missing(manifest.some_photos):
            raise BadManifest(
                f"pair {manifest.some_photos[key]}: there is no {key[:80]!r} in the upload bucket; "
                "photos that were uploaded are accepted, for a day"
            )
        batch = Batch(
            batch_id=_batch_id(caller, idempotency_key),
            created_at=timestamp(),
            caller=caller.name,
            total=manifest.total,
            engine=engine,
            threshold=threshold,
            face=order.options.face,
            manifest_sha256=hashlib.sha256(manifest.data).hexdigest(),
        )
        with suppress(BatchNotFound):
            made = self._store.find(batch.batch_id)
            made.confirm_same_request(batch)
            return self._progress([made])[0]
        self._send_on_its_way(batch, manifest)
        return self._progress([batch])[0]

    def _send_on_its_way(self, batch: Batch, manifest: PackedManifest) -> None:
        with ExitStack() as undone:
            undone.callback(_quietly, self._files.forget_manifest, batch.batch_id)
            self._files.keep_manifest(batch.batch_id, manifest.data)
            undone.callback(_quietly, self._store.forget, batch.batch_id)
            self._store.create(batch)
            self._queue.send([whole(batch)])
            undone.pop_all()

    def find(self, batch_id: str, caller: Caller) -> Progress:
        """Where a batch is. Raises  BatchNotFound."""
        return self._progress([self._own(batch_id, caller)])[0]

    def newest(self, limit: int, caller: Caller, before: str) -> list[Progress]:
        """The newest batches made before this time: an admin's all, another caller's own."""
        of = None if caller.role is Role.ADMIN else caller.name
        return self._progress(self._store.newest(limit, of, before))

    def cancel(self, batch_id: str, caller: Caller) -> Progress:
        """Work on no more of it; what is done stays. Raises  BatchNotFound."""
        batch = self._own(batch_id, caller)
        if not batch.cancelled_at:
            batch = replace(batch, cancelled_at=timestamp())
            self._store.cancel(batch_id, batch.cancelled_at)
        return self._progress([batch])[0]

    def results(
        self, batch_id: str, caller: Caller, first: int, limit: int
    ) -> tuple[int, Iterator[PairResult]]:
        """How many pairs the batch has, and what became of `limit` of them from the first on.

        In order, without those that have not ended. Raises  BatchNotFound, at once.
        """
        batch = self._own(batch_id, caller)
        last = min(first + limit - 1, batch.total)
        return batch.total, results_of(self._store, batch, first, last)

    def _own(self, batch_id: str, caller: Caller) -> Batch:
        batch = self._store.find(batch_id)
        if caller.role is not Role.ADMIN and batch.caller != caller.name:
            raise no_such_batch(batch_id)
        return batch

    def _progress(self, batches: list[Batch]) -> list[Progress]:
        counts = self._store.counts([batch.batch_id for batch in batches])
        now = datetime.now(UTC)
        return [progress_of(batch, counts[batch.batch_id], now) for batch in batches]

    def _text(self, order: BatchRequest) -> str:
        if (order.manifest is None) == (order.upload is None):
            raise BadField("one of manifest (its text) and upload (its name) is accepted")
        if order.manifest is not None:
            return order.manifest
        assert order.upload is not None  # noqa: S101 – one of both
        return self._files.text(order.upload, MAX_MANIFEST_BYTES)

    def _decided(self, options: RequestOptions) -> tuple[str, float]:
        """The engine's id and the threshold; later changes of settings do not touch a batch."""
        card = engine_card(options.engine or self._settings.engine, offered_cards(self._settings))
        models = ModelFolder.at(self._settings.models_dir)
        digest = models.digest(card.models)
        calibration = find_calibration(card.id, digest, self._settings.models_dir)
        asked = requested_threshold(options.threshold, options.fmr, card.id, calibration)
        return card.id, asked or card.default_threshold


def open_batches(settings: Settings) -> BatchService | None:
    """The installation's batches; without a queue there are none.

    Raises  BadSetting.
    """
    if not settings.batch_queue:
        return None
    from facecompare.batches.dynamo_store import open_batch_store

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


def _quietly(undo: Callable[[str], None], batch_id: str) -> None:
    """What cannot be undone now is never worked on, and expires."""
    with suppress(FaceCompareError):
        undo(batch_id)
