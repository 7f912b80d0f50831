"""How a worker handles the messages of the queue: the same on Lambda and in a process.

message ─ chunk ─ pairs, from the packed manifest ─ photos ─ embed_photos ─ match ─ results
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import TypeVar

from facecompare.batches.announcements import open_announced_batches
from facecompare.batches.batch import Batch, comparison_id_of
from facecompare.batches.chunk import (
    ATTEMPTS,
    PAIRS_PER_MESSAGE,
    Chunk,
    PackingOrder,
    order_of_message,
)
from facecompare.batches.embedding import EmbeddedPhoto, embed_photos
from facecompare.batches.packing import ManifestPacker
from facecompare.batches.pair_result import PairResult, faces_left_out
from facecompare.batches.pairs_file import Pair
from facecompare.batches.queue import BatchQueue, Message
from facecompare.batches.retries import RetryPolicy
from facecompare.batches.storage import BatchFiles
from facecompare.batches.store import BatchStore
from facecompare.config import Settings
from facecompare.engines.calibration import Interpretation
from facecompare.engines.protocol import Engine
from facecompare.engines.thresholds import Thresholds
from facecompare.errors import (
    BadSetting,
    BatchNotFound,
    FaceCompareError,
    InputError,
    PairGivenUp,
    QueueUnavailable,
    RecordsUnavailable,
    RequestError,
    UploadsUnavailable,
)
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import Match, copy_among, match_faces
from facecompare.records.record import ComparisonRecord, timestamp
from facecompare.service import FaceService
from facecompare.telemetry import Telemetry

log = logging.getLogger(__name__)

# Throttling and transactions that conflict with each other pass within seconds. In all up to half a
# minute, less than a message is invisible to other workers.
RETRIES = RetryPolicy(
    (RecordsUnavailable, UploadsUnavailable, QueueUnavailable),
    first_s=0.1,
    longest_s=12.8,
    attempts=9,
    total_s=26.0,
)
BATCH_CACHE_S = 10.0  # after which a batch is read again, for it may have been cancelled

T = TypeVar("T")


class BatchWorker:
    """Works on chunks; holds one engine for each engine id that batches ask for."""

    def __init__(
        self,
        service: FaceService,
        store: BatchStore,
        queue: BatchQueue,
        files: BatchFiles,
        telemetry: Telemetry,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._store = store
        self._queue = queue
        self._files = files
        self._telemetry = telemetry
        self._sleep = sleep
        self._cached: dict[str, tuple[float, Batch]] = {}
        self._packer = ManifestPacker(store, queue, files, self._retried)

    def work(self, messages: Sequence[Message]) -> list[Message]:
        """Handle these messages; returns those that are done, to be deleted.

        The others are delivered again, after half a minute or more. A message that no worker can
        handle is moved to the dead-letter queue, and is done here.
        """
        done: list[Message] = []
        for message in messages:
            try:
                self._handle(message)
                done.append(message)
                continue
            except FaceCompareError as error:
                log.warning("%s: %s", error.code, error.message)
            except Exception:  # an error of one message, whatever it is, ends no worker
                log.exception("unforeseen")
            with suppress(QueueUnavailable):
                self._queue.retry_soon(message)
        return done

    def _handle(self, message: Message) -> None:
        try:
            order = order_of_message(message.body)
            if isinstance(order, PackingOrder):
                self._packer.pack(order.batch_id)
                return
            chunk, batch = order, self._batch(order.batch_id)
        except (ValueError, BatchNotFound) as exc:
            self._queue.send_to_dead_letter_queue(message, f"not of a batch: {exc}")
            return
        if chunk.last > batch.total:
            reason = f"the batch has {batch.total} pairs"
            self._queue.send_to_dead_letter_queue(message, reason)
        elif not batch.cancelled_at:
            self._handle_chunk(message, chunk, batch)

    def _handle_chunk(self, message: Message, chunk: Chunk, batch: Batch) -> None:
        if chunk.size > PAIRS_PER_MESSAGE:
            self._send_parts(chunk)
            return
        ended = self._retried(partial(self._store.ended, [chunk]))
        if chunk in ended:
            if ended[chunk] is None:  # it was split; its parts may not have been sent
                self._send_parts(chunk)
        elif self._begun(chunk) > ATTEMPTS:
            self._split_or_give_up(message, chunk, batch)
        else:
            self._attempt(chunk, batch)

    def _begun(self, chunk: Chunk) -> int:
        return self._retried(partial(self._store.begin_attempt, chunk.batch_id, chunk.work))

    def _attempt(self, chunk: Chunk, batch: Batch) -> None:
        """An attempt that a service's absence ends says nothing of the chunk."""
        try:
            self._keep(chunk, *self._compare(chunk, batch))
        except RETRIES.retried:
            with suppress(RecordsUnavailable):
                self._store.withdraw_attempt(chunk.batch_id, chunk.work)
            raise

    def _send_parts(self, chunk: Chunk) -> None:
        self._retried(partial(self._queue.send, chunk.split()))

    def _split_or_give_up(self, message: Message, chunk: Chunk, batch: Batch) -> None:
        """Workers died of this chunk: let its parts be tried, or give its only pair up."""
        if chunk.size > 1:
            if self._is_split(chunk):
                self._send_parts(chunk)
            return
        (pair,) = self._retried(partial(self._files.pairs, batch, chunk))
        reason = PairGivenUp(f"workers ended without a result {ATTEMPTS} times")
        self._keep(chunk, [_failed(pair, reason)], [])
        self._queue.send_to_dead_letter_queue(message, reason.message)

    def _is_split(self, chunk: Chunk) -> bool:
        """Mark it as split; False when another worker kept its results in the meantime.

        A mark that stands in the way may be of our own try whose response was lost.
        """
        if self._retried(partial(self._store.mark_split, chunk)):
            return True
        return self._retried(partial(self._store.ended, [chunk])).get(chunk) is None

    def _compare(
        self, chunk: Chunk, batch: Batch
    ) -> tuple[list[PairResult], list[ComparisonRecord]]:
        try:
            pairs = self._retried(partial(self._files.pairs, batch, chunk))
        except InputError as error:  # the packed manifest has expired
            return [_failed(pair, error) for pair in _pairs_without_names(chunk)], []
        try:
            engine = self._service.engine(batch.engine)
        except RequestError as error:  # the engine was switched off since the batch was ordered
            return [_failed(pair, error) for pair in pairs], []
        photos = self._embed(pairs, batch, engine)
        results, records = [], []
        for pair in pairs:
            result, record = self._pair_result(pair, photos, batch, engine)
            results.append(result)
            if record is not None:
                records.append(record)
        return results, records

    def _pair_result(
        self, pair: Pair, photos: dict[str, EmbeddedPhoto], batch: Batch, engine: Engine
    ) -> tuple[PairResult, ComparisonRecord | None]:
        of_pair = {image: photos[key] for image, key in pair.photos.items()}
        for image, photo in of_pair.items():
            if photo.error is not None:
                return _failed(pair, photo.error, image), None
        faces = [photo.embeddings for photo in of_pair.values()]
        *reference, probe = faces
        if (copy := copy_among(reference)) is not None:
            return PairResult.of_copy(pair, list(of_pair)[copy]), None
        thresholds = self._thresholds(batch, engine, len(reference))
        found = match_faces(reference, probe, thresholds, engine.card)[0].match
        meaning = self._service.meaning(engine, found)
        sha256s = [photo.sha256 for photo in of_pair.values()]
        record = _record(batch, pair, found, meaning, engine, sha256s)
        left_out = faces_left_out((photo.not_compared for photo in of_pair.values()), faces)
        result = PairResult.compared(pair, found, meaning, left_out, record.comparison_id)
        return result, record

    def _thresholds(self, batch: Batch, engine: Engine, reference_photos: int) -> Thresholds:
        if batch.threshold_sent:
            return batch.thresholds
        return self._service.thresholds_for(batch.thresholds, engine, reference_photos)

    def _embed(
        self, pairs: Sequence[Pair], batch: Batch, engine: Engine
    ) -> dict[str, EmbeddedPhoto]:
        """Each distinct photo of the pairs, by its key."""
        keys = dict.fromkeys(key for pair in pairs for key in pair.photos.values())
        options = RequestOptions(face=FacePolicy(batch.face))
        options = self._service.options(options, engine)

        def read(key: str) -> Photo:
            return Photo(self._retried(partial(self._files.photo, key)))

        return {photo.name: photo for photo in embed_photos(keys, read, engine, options)}

    def _keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> None:
        if self._retried(partial(self._store.keep, chunk, results, records)):
            self._telemetry.pairs_compared(len(results))

    def _batch(self, batch_id: str) -> Batch:
        read_at, batch = self._cached.get(batch_id, (0.0, None))
        if batch is None or time.monotonic() - read_at > BATCH_CACHE_S:
            batch = self._retried(partial(self._store.find, batch_id))
            self._cached = {batch_id: (time.monotonic(), batch)}
        return batch

    def _retried(self, call: Callable[[], T]) -> T:
        """The call's result, tried again while AWS is unavailable."""
        return RETRIES.run(call, _log_retry, self._sleep)


def open_worker(
    settings: Settings, service: FaceService, telemetry: Telemetry
) -> tuple[BatchWorker, BatchQueue]:
    """A worker on the installation's batches, and its queue. Raises  BadSetting."""
    if not settings.batch_queue:
        raise BadSetting("FACECOMPARE_BATCH_QUEUE is empty; expected the URL of the batches' queue")
    queue = BatchQueue(settings.batch_queue, settings.dead_letter_queue)
    files = BatchFiles(settings.upload_bucket, settings.max_bytes)
    worker = BatchWorker(service, open_announced_batches(settings), queue, files, telemetry)
    return worker, queue


def _failed(pair: Pair, error: FaceCompareError, image: str | None = None) -> PairResult:
    return PairResult.failed(pair, error.code, error.message, image)


def _pairs_without_names(chunk: Chunk) -> Iterator[Pair]:
    return (Pair(number, "", "") for number in range(chunk.first, chunk.last + 1))


def _record(
    batch: Batch,
    pair: Pair,
    found: Match,
    meaning: Interpretation,
    engine: Engine,
    sha256s: list[str],
) -> ComparisonRecord:
    image1, *further, image2 = sha256s
    return ComparisonRecord(
        comparison_id=comparison_id_of(batch.batch_id, pair.number),
        created_at=timestamp(),
        engine=engine.card.id,
        model_digest=engine.model_digest,
        image1_sha256=image1,
        image2_sha256=image2,
        further_sha256=" ".join(further),
        caller=batch.caller,
        batch_id=batch.batch_id,
        **meaning.told,
        **asdict(found),
    )


def _log_retry(failure: Exception, wait_s: float) -> None:
    log.info("%s; trying again in %.1f s", failure, wait_s)
