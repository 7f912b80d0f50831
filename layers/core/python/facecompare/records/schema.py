"""The comparison log's table: every name that the code shares with the deployed table.

One DynamoDB table. An item's partition key says what it is:

    comparison#<comparison_id>   a ComparisonRecord, its fields under their own names
    access-key#<name>            an access key: role, SHA-256 of the key, when made and revoked
    batch#<batch_id>             a Batch, its fields under their own names
    batch-piece#<batch_id>#<first>-<last>   a chunk of it, with the results of these pairs
    batch-counts#<batch_id>#<n>  how many of its pairs have ended, each pair in one of the counts
    batch-attempts#<batch_id>#<work>  how many workers have begun with a part of its work

Comparisons are listed through three indexes of one shape: a partition, and `placed_at`, which sorts
by time. A partition takes 1,000 writes a second (AWS, DynamoDB Developer Guide), so each list is
spread over SHARDS of them, by a hash of the comparison's id, and merged when it is read. Items that
lack an index's attributes are not in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PARTITION_KEY = "pk"
SORT_KEY = "placed_at"  # of the indexes: "<created_at>#<comparison_id>"
EXPIRES_AT = "expires_at"  # seconds since 1970: DynamoDB deletes the item within days after it
SHARDS = 4  # 4,000 comparisons written a second; a list is read with as many queries


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; all attributes are projected."""

    name: str
    partition: str


NEWEST = Index("newest", "newest_pk")  # "all#<shard>"
BY_CALLER = Index("by-caller", "caller_pk")  # "<caller>#<shard>"
BY_BATCH = Index("by-batch", "batch_pk")  # "<batch_id>#<shard>"
INDEXES = (NEWEST, BY_CALLER, BY_BATCH)

COMPARISON, ACCESS_KEY = "comparison", "access-key"
BATCH, BATCH_CHUNK, BATCH_COUNTS = "batch", "batch-piece", "batch-counts"
BATCH_ATTEMPTS = "batch-attempts"
ALL = "all"  # the one list in NEWEST that holds every comparison
ACCESS_KEYS = "access-keys"  # and the one that holds the access keys
BATCHES = "batches"  # and the one that holds the batches; in BY_CALLER "<caller>#batches"
# Many workers count at once, and transactions on one item conflict with each other.
COUNTS_A_BATCH = 16


def shard_of(comparison_id: str) -> int:
    """Which of the SHARDS this comparison is listed in."""
    return hashlib.sha256(comparison_id.encode()).digest()[0] % SHARDS
