"""Telling EventBridge when a batch has ended, so that nobody has to ask again and again.

At least once: workers that end a batch's last chunks at the same moment may both tell of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from facecompare.aws_client import aws_errors, client
from facecompare.batches.batch import Progress, progress_of
from facecompare.batches.dynamo_store import DynamoBatches, open_batch_store
from facecompare.config import Settings
from facecompare.errors import FaceCompareError, QueueUnavailable
from facecompare.records.dynamo_table import DynamoTable

if TYPE_CHECKING:
    from facecompare.batches.chunk import Chunk
    from facecompare.batches.pair_result import PairResult
    from facecompare.batches.store import BatchStore
    from facecompare.records.record import ComparisonRecord

log = logging.getLogger(__name__)

SOURCE, KIND = "facecompare", "Batch ended"  # of the events; `detail` is the batch's progress


class EventBridge:
    """The account's default bus in this region."""

    def tell(self, progress: Progress) -> None:
        """Put an event of this batch there. Raises  QueueUnavailable."""
        entry = {"Source": SOURCE, "DetailType": KIND, "Detail": json.dumps(asdict(progress))}
        with aws_errors(QueueUnavailable, "events"):
            response = self._events.put_events(Entries=[entry])
        if response["FailedEntryCount"]:
            raise QueueUnavailable(f"events: {response['Entries'][0]}")

    @cached_property
    def _events(self) -> Any:
        return client("events")


class AnnouncedBatches(DynamoBatches):
    """Batches of which `tell` hears when their last pair has a result, or their pairs file is
    refused. What it cannot be told is logged, and holds up no batch."""

    def __init__(
        self, table: DynamoTable, keep_days: int, tell: Callable[[Progress], None]
    ) -> None:
        super().__init__(table, keep_days)
        self._tell = tell

    def keep(
        self, chunk: Chunk, results: Sequence[PairResult], records: Sequence[ComparisonRecord]
    ) -> bool:
        """Keep the results of this chunk and count them."""
        kept = super().keep(chunk, results, records)
        self._tell_if_ended(chunk.batch_id)  # of one that was kept before its worker died, too
        return kept

    def change_unpacked(self, batch_id: str, **fields: str | int) -> bool:
        """Set these fields of a batch that waits to be packed."""
        changed = super().change_unpacked(batch_id, **fields)
        if changed and "refused_at" in fields:
            self._tell_if_ended(batch_id)
        return changed

    def _tell_if_ended(self, batch_id: str) -> None:
        try:
            batch, counts = self.find(batch_id), self.counts([batch_id])[batch_id]
            progress = progress_of(batch, counts, datetime.now(UTC))
            if progress.finished_at is not None and not batch.cancelled_at:
                self._tell(progress)
        except FaceCompareError as error:
            log.warning("%s: %s", error.code, error.message)


def open_announced_batches(settings: Settings) -> BatchStore:
    """The installation's batches, as workers have them. Raises  BadSetting without a table."""
    plain = open_batch_store(settings)
    if not settings.events:
        return plain
    table = DynamoTable(settings.records_table)
    return AnnouncedBatches(table, settings.records_days, EventBridge().tell)
