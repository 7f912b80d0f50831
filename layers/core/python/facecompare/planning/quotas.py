"""What limits a batch in AWS: the quotas of an account, and our own settings.

As AWS's pages had them in November 2026. `Limits()` is an installation as it is deployed into an
account that nobody has asked to enlarge.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from facecompare.batches.batch import LIFETIME
from facecompare.errors import BadField
from facecompare.records.schema import SHARDS

# AWS, Lambda Developer Guide, "Lambda quotas": "New AWS accounts have reduced concurrency", which
# is 10, and which AWS raises by itself with use; batches leave the API the other half.
NEW_ACCOUNT_CONCURRENCY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Whole numbers; those that are ours and not AWS's say so."""

    batch_concurrency: int = NEW_ACCOUNT_CONCURRENCY // 2
    """Lambda workers at most: ours, see infra/settings.py"""
    lambda_concurrency: int = 1_000
    """AWS, Lambda Developer Guide, "Lambda quotas": concurrent executions; can be raised"""
    queue_concurrency: int = 1_000
    """AWS, Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings":
    the highest maximum concurrency of one queue; cannot be raised"""
    lambda_more_a_minute: int = 300
    """the same page: workers that a queue's poller adds"""
    in_flight_messages: int = 120_000
    """AWS, SQS Developer Guide, "Amazon SQS standard queue quotas": received, not yet deleted"""
    table_write_units: int = 40_000
    """AWS, DynamoDB Developer Guide, "Quotas in Amazon DynamoDB": a second, of the table and of
    each index; can be raised"""
    warm_write_units: int = 4_000
    """AWS, DynamoDB Developer Guide, "DynamoDB on-demand capacity mode": a second, that a new table
    takes at once; each half hour it takes twice what it took before"""
    partition_write_units: int = 1_000
    """AWS, DynamoDB Developer Guide, "Designing partition keys": a second; cannot be raised, and
    a partition that is filled in the order of its sort key is not split"""
    index_shards: int = SHARDS
    """over which each list is spread: ours, see records/schema.py"""
    s3_reads: int = 5_500
    """AWS, S3 User Guide, "Best practices design patterns: optimizing Amazon S3 performance":
    GET and HEAD a second, of each prefix"""
    s3_prefixes: int = 1
    """into which the photos' keys are divided: S3 does so by itself where a rate lasts, and AWS
    does beforehand when asked"""
    queue_days: int = LIFETIME.days
    """for which a message is kept: ours, of the 14 that SQS allows"""
    gpu_max: int = 4
    """GPU instances at most: ours, see infra/settings.py"""
    gpu_vcpus: int = 0
    """AWS, General Reference, "Amazon EC2 endpoints and quotas": Running On-Demand G and VT
    instances, counted in vCPUs; a new account has none; can be raised"""


DEPLOYED = Limits()
DEFAULTS = replace(DEPLOYED, batch_concurrency=DEPLOYED.lambda_concurrency, gpu_max=64)
"""Our own caps lifted: all that AWS gives without being asked."""
RAISED = replace(
    DEFAULTS,
    batch_concurrency=2_000,
    gpu_max=128,
    lambda_concurrency=2_000,
    warm_write_units=DEPLOYED.table_write_units,
    s3_prefixes=16,
    index_shards=16,
    gpu_vcpus=256,
)
"""What can be asked for; AWS grants it by what an account has used before."""

MOST = 10**9
NAMES = tuple(field.name for field in fields(Limits))


def changed(limits: Limits, changes: list[str]) -> Limits:
    """These limits with others, each given as NAME=VALUE.

    Raises  BadField.
    """
    values: dict[str, int] = {}
    for change in changes:
        name, _, text = change.partition("=")
        if name not in NAMES:
            raise BadField(f"--limit {change!r} names no limit; valid: {', '.join(NAMES)}")
        if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= MOST):
            raise BadField(
                f"--limit is {change!r}; expected for {name} a whole number from 1 to {MOST:,}"
            )
        values[name] = int(text)
    return replace(limits, **values)
