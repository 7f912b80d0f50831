"""What many pairs take in AWS: time, money and the limit that binds, from measured rates.

    rates, on one core here ─┐
    limits ──────────────────┼─ all bounds, of which the least binds ─ pairs a second ─ time
    what a pair needs ───────┴─ prices ─ US dollars, by item

Lambda's workers come so many a minute, and a batch may end before all are there; GPU instances come
all at once, after some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt

from facecompare.batches.chunk import MAX_PAIRS
from facecompare.planning.quotas import DEFAULTS, DEPLOYED, RAISED, Limits
from facecompare.planning.workload import RECORD_UNITS, VCPUS, Target, Work, dollars_a_pair

DAY_S, MINUTE_S = 86_400, 60
GPU_START_S = 300  # assumed: from an empty Auto Scaling group to the first pair on a GPU instance


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit, what it lets through, and what can be done about it."""

    limit: str
    pairs_per_s: float
    remedy: str


@dataclass(frozen=True, slots=True)
class Run:
    """So many pairs under some limits; without any worker `seconds` is None."""

    pairs: int
    target: Target
    stage: str
    workers: int
    pairs_per_s: float
    seconds: float | None
    binding: Bound
    batches: int
    batches_waiting: int
    """at most at once, so that no message outlives the queue's retention period"""
    dollars: dict[str, float]
    total: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All runs, by size, target and stage."""

    work: Work
    stages: dict[str, Limits]
    runs: tuple[Run, ...]


def plan(sizes: list[int], work: Work, raised: Limits = RAISED) -> Plan:
    """What each of these numbers of pairs takes."""
    stages = {"as deployed": DEPLOYED, "AWS's defaults": DEFAULTS, "raised": raised}
    runs = [
        _run(pairs, work, target, stage, limits)
        for pairs in sizes
        for target in Target
        for stage, limits in stages.items()
        if not (target is Target.GPU and stage == "as deployed")  # has no cap of ours
    ]
    return Plan(work, stages, tuple(runs))


def _run(pairs: int, work: Work, target: Target, stage: str, limits: Limits) -> Run:
    binding = min(bounds(work, target, limits), key=lambda bound: bound.pairs_per_s)
    dollars = {item: each * pairs for item, each in dollars_a_pair(work, target).items()}
    workers = ceil(binding.pairs_per_s / work.worker_pairs_per_s[target] - 1e-9)
    seconds: float | None = None
    if target is Target.GPU and workers:
        seconds = GPU_START_S + pairs / binding.pairs_per_s
    elif workers:
        starting_s = workers / limits.lambda_more_a_minute * MINUTE_S
        seconds = starting_s / 2 + pairs / binding.pairs_per_s
        if seconds < starting_s:
            seconds = sqrt(2 * pairs * starting_s / binding.pairs_per_s)
            workers = ceil(workers * seconds / starting_s)
            binding = Bound("Lambda: workers added a minute", pairs / seconds, "nothing")
    return Run(
        pairs=pairs,
        target=target,
        stage=stage,
        workers=workers,
        pairs_per_s=binding.pairs_per_s,
        seconds=seconds,
        binding=binding,
        batches=ceil(pairs / MAX_PAIRS),
        batches_waiting=int(binding.pairs_per_s * limits.queue_days * DAY_S / MAX_PAIRS),
        dollars=dollars,
        total=sum(dollars.values()),
    )


def bounds(work: Work, target: Target, limits: Limits) -> Iterator[Bound]:
    """Everything that holds the workers up, each in pairs a second."""
    worker = work.worker_pairs_per_s[target]
    if target is Target.LAMBDA:
        yield Bound(
            "our cap on Lambda workers",
            limits.batch_concurrency * worker,
            "deploy with -c batch_concurrency=…",
        )
        yield Bound(
            "Lambda: the account's concurrency",
            limits.lambda_concurrency * worker,
            "ask AWS; the API takes its share of it too",
        )
        yield Bound(
            "Lambda: one queue's concurrency",
            limits.queue_concurrency * worker,
            "no more for one queue: a second installation",
        )
        yield Bound(  # a worker has one message
            "SQS: messages in flight", limits.in_flight_messages * worker, "ask AWS"
        )
    else:
        yield Bound("our cap on GPU instances", limits.gpu_max * worker, "deploy with -c gpu_max=…")
        yield Bound(
            "EC2: vCPUs of G and VT instances",
            limits.gpu_vcpus // VCPUS[work.instance] * worker,
            "ask AWS",
        )
    yield from _storage_bounds(work, limits)


def _storage_bounds(work: Work, limits: Limits) -> Iterator[Bound]:
    yield Bound(
        "S3: reads of a prefix",
        limits.s3_reads * limits.s3_prefixes / work.reads,
        "several folders below photos/, divided by AWS beforehand if asked",
    )
    yield Bound(
        "DynamoDB: writes of an index partition",
        limits.partition_write_units * limits.index_shards / RECORD_UNITS,
        "more SHARDS in records/schema.py",
    )
    yield Bound(
        "DynamoDB: writes of a new table",
        limits.warm_write_units / work.table_units,
        "set the table's warm throughput (aws dynamodb update-table)",
    )
    yield Bound(
        "DynamoDB: writes of the table",
        limits.table_write_units / work.table_units,
        "ask AWS",
    )
