"""Where batches and their results are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from facecompare.batches.batch import Batch, Counts
from facecompare.batches.chunk import Chunk
from facecompare.records.record import ComparisonRecord

if TYPE_CHECKING:
    from facecompare.batches.pair_result import PairResult

CHUNKS_PER_READ = 100  # AWS, DynamoDB API Reference, BatchGetItem: the most keys of one request


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

    def change_unpacked(self, batch_id: str, **fields: str | int) -> bool:
        """Set these fields of a batch that waits to be packed; False, and nothing is changed, when
        it is packed or refused already."""
        ...

    def begin_attempt(self, batch_id: str, work: str) -> int:
        """Note that some worker begins with this part of the batch's work; how many did so far.

        Deliveries do not tell: Lambda counts those for which no function was free.
        """
        ...

    def withdraw_attempt(self, batch_id: str, work: str) -> None:
        """Note that one of them ended for want of a service, so that nothing can be said of it."""
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
