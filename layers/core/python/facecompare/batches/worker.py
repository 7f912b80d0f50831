"""What a worker does with the messages that it is given: the same on Lambda and in a process.

message ─ chunk ─ pairs, from the manifest ─ photos ─ embed_photos ─ match ─ results, kept once
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from facecompare.batches.batch import Batch, BatchStore, PairResult, comparison_id_of
from facecompare.batches.chunk import ATTEMPTS, PAIRS_PER_MESSAGE, Chunk
from facecompare.batches.dynamo_store import open_batch_store
from facecompare.batches.embed_photos import EmbeddedPhoto, embed_photos
from facecompare.batches.pairs_file import Pair
from facecompare.batches.queue import BatchQueue, Message
from facecompare.batches.storage import BatchFiles
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.errors import (
    BadSetting,
    BatchNotFound,
    FaceCompareError,
    InputError,
    PairGivenUp,
    QueueUnavailable,
    RecordsUnavailable,
    UploadsUnavailable,
)
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.match import match
from facecompare.records.record import ComparisonRecord, timestamp
from facecompare.service import FaceService
from facecompare.telemetry import Telemetry

log = logging.getLogger(__name__)

# How long to wait before what AWS refused is asked for again: throttling and transactions that
# stand in each other's way pass within seconds. In all half a minute, less than a message is ours.
PATIENCE_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
BATCH_KNOWN_S = 10.0  # how long a batch is taken for unchanged; then it may be cancelled

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
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._store = store
        self._queue = queue
        self._files = files
        self._telemetry = telemetry
        self._wait = wait
        self._known: dict[str, tuple[float, Batch]] = {}

    def work(self, messages: Sequence[Message]) -> list[Message]:
        """Deal with these messages; returns those that are done with, to be deleted.

        The others come again. A message that nobody can deal with is moved to the dead-letter
        queue, and is done with here.
        """
        ended: list[Message] = []
        for message in messages:
            try:
                self._deal_with(message)
                ended.append(message)
            except FaceCompareError as error:
                log.warning("%s: %s", error.code, error.message)
            except Exception:  # one message's trouble, whatever it is, ends no worker
                log.exception("unforeseen")
        return ended

    def _deal_with(self, message: Message) -> None:
        try:
            chunk = Chunk.from_message(message.body)
            batch = self._batch(chunk.batch_id)
        except (ValueError, BatchNotFound) as exc:
            self._queue.bury(message, f"not of a batch: {exc}")
            return
        if chunk.last > batch.total:
            self._queue.bury(message, f"the batch has {batch.total} pairs")
            return
        if batch.cancelled_at:
            return
        if chunk.size > PAIRS_PER_MESSAGE:
            self._patiently(partial(self._queue.send, chunk.split()))
            return
        self._work_on(message, chunk, batch)

    def _work_on(self, message: Message, chunk: Chunk, batch: Batch) -> None:
        kept = self._patiently(partial(self._store.ended, [chunk]))
        if chunk in kept:
            if kept[chunk] is None:  # its parts may not have been sent
                self._patiently(partial(self._queue.send, chunk.split()))
            return
        if message.attempt > ATTEMPTS:
            self._end(message, chunk, batch)
            return
        results, records = self._compared(chunk, batch)
        self._keep(chunk, results, records)

    def _end(self, message: Message, chunk: Chunk, batch: Batch) -> None:
        """Workers have ended on this chunk: let its parts be tried, or give its only pair up."""
        if chunk.size > 1:
            if self._patiently(partial(self._store.mark_split, chunk)):
                self._patiently(partial(self._queue.send, chunk.split()))
            return
        (pair,) = self._patiently(partial(self._files.pairs, batch, chunk))
        reason = PairGivenUp(f"workers ended without a result {ATTEMPTS} times")
        self._keep(chunk, [_failed(pair, reason)], [])
        self._queue.bury(message, reason.message)

    def _compared(
        self, chunk: Chunk, batch: Batch
    ) -> tuple[list[PairResult], list[ComparisonRecord]]:
        engine = self._service.engine(batch.engine)
        try:
            pairs = self._patiently(partial(self._files.pairs, batch, chunk))
        except InputError as error:  # the manifest has expired
            return [_failed(pair, error) for pair in _nameless(chunk)], []
        photos = self._embedded(pairs, batch, engine)
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
        one, other = photos[pair.image1], photos[pair.image2]
        for image, photo in (("image1", one), ("image2", other)):
            if photo.error is not None:
                return _failed(pair, photo.error, image), None
        assert one.embedding is not None  # noqa: S101 – there is no error
        assert other.embedding is not None  # noqa: S101
        verdict = match(one.embedding, other.embedding, batch.threshold, engine.card.metric)
        record = ComparisonRecord(
            comparison_id=comparison_id_of(batch.batch_id, pair.number),
            created_at=timestamp(),
            same_person=verdict.same_person,
            distance=verdict.distance,
            threshold=verdict.threshold,
            engine=engine.card.id,
            model_digest=engine.model_digest,
            image1_sha256=one.sha256,
            image2_sha256=other.sha256,
            caller=batch.caller,
            batch_id=batch.batch_id,
        )
        score = self._service.meaning(engine, verdict).score
        return PairResult.compared(pair, verdict, score, record.comparison_id), record

    def _embedded(
        self, pairs: Sequence[Pair], batch: Batch, engine: Engine
    ) -> dict[str, EmbeddedPhoto]:
        """What became of each distinct photo."""
        keys = dict.fromkeys(key for pair in pairs for key in (pair.image1, pair.image2))
        options = RequestOptions(threshold=batch.threshold, face=FacePolicy(batch.face))
        options = self._service.options(options, engine)

        def read(key: str) -> Photo:
            return Photo(self._patiently(partial(self._files.photo, key)))

        return {photo.name: photo for photo in embed_photos(keys, read, engine, options)}

    def _keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> None:
        if self._patiently(partial(self._store.keep, chunk, results, records)):
            self._telemetry.pairs_compared(len(results))

    def _batch(self, batch_id: str) -> Batch:
        read_at, batch = self._known.get(batch_id, (0.0, None))
        if batch is None or time.monotonic() - read_at > BATCH_KNOWN_S:
            batch = self._patiently(partial(self._store.find, batch_id))
            self._known = {batch_id: (time.monotonic(), batch)}
        return batch

    def _patiently(self, call: Callable[[], T]) -> T:
        """The call's answer, asked for again while AWS cannot answer."""
        for seconds in PATIENCE_S:
            try:
                return call()
            except (RecordsUnavailable, UploadsUnavailable, QueueUnavailable) as error:
                log.info("%s: again in %s s", error.code, seconds)
                self._wait(seconds)
        return call()


def open_worker(
    settings: Settings, service: FaceService, telemetry: Telemetry
) -> tuple[BatchWorker, BatchQueue]:
    """A worker on the installation's batches, and the queue that it is fed from.

    Raises  BadSetting.
    """
    if not settings.batch_queue:
        raise BadSetting(
            "FACECOMPARE_BATCH_QUEUE is empty; the URL of the batches' queue is needed"
        )
    queue = BatchQueue(settings.batch_queue, settings.dead_letter_queue)
    files = BatchFiles(settings.upload_bucket, settings.max_bytes)
    worker = BatchWorker(service, open_batch_store(settings), queue, files, telemetry)
    return worker, queue


def _failed(pair: Pair, error: FaceCompareError, image: str | None = None) -> PairResult:
    return PairResult.failed(pair, error.code, error.message, image)


def _nameless(chunk: Chunk) -> Iterator[Pair]:
    return (Pair(number, "", "") for number in range(chunk.first, chunk.last + 1))
