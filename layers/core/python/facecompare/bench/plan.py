"""What many pairs take in one AWS account: time, money, and the limit that binds.

Computed from the time that a photo takes on one core, as it was measured, and from AWS's default
limits. What has not been measured is an assumption, and `assumptions` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from facecompare.bench.cost import VCPU_MB
from facecompare.compare import CompareOptions, detect_faces
from facecompare.engines.protocol import Engine
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.embed import embed
from facecompare.prices import (
    DYNAMODB_WRITE,
    GPU_HOUR,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    LOGS_GB,
    MILLION,
    S3_GET,
    S3_PUT,
    SQS_REQUEST,
)
from facecompare.records.piece import PAIRS_A_MESSAGE
from facecompare.records.schema import INDEXES, SHARDS
from facecompare.timing import Timing

# Default limits of one account in one region, as AWS's documentation had them in November 2026.
LAMBDA_AT_ONCE = 1_000  # Lambda Developer Guide, "Lambda quotas"; new accounts begin with fewer
TABLE_WRITES_S = 40_000  # DynamoDB Developer Guide, "Quotas": units a second, of a table
PARTITION_WRITES_S = 1_000  # the same guide, "Designing partition keys": units a second
S3_GETS_S = 5_500  # S3 User Guide, "Optimizing performance": a second, of a prefix, until it splits

# What a pair writes: its record twice over, for it is part of a transaction, and once in each
# index; and its share of the message's outcomes (4 KB) and of the counter.
RECORD_WRITES = 2.0
OUTCOMES_WRITES, COUNTER_WRITES = 2 * 4.0, 2.0
MESSAGE_REQUESTS = 2.1  # received, deleted, and sent ten at a time
LOG_BYTES_A_MESSAGE = 1_000
VCPUS = {"g4dn.xlarge": 4, "g5.xlarge": 4, "g6.xlarge": 4}  # EC2, instance types
FINDING = ("decode", "detect", "align")  # the stages that stay on the CPU beside a GPU
MEMORY_MB = 2 * VCPU_MB  # of a worker function: infra/settings.py


@dataclass(frozen=True, slots=True)
class PhotoTime:
    """Milliseconds of one core: until a photo's face is found and cut, and for its embedding."""

    find_ms: float
    embed_ms: float


@dataclass(frozen=True, slots=True)
class Workers:
    """Who works: functions, or machines of this type with a GPU."""

    count: int
    machine: str = ""

    @property
    def title(self) -> str:
        """As a table names them."""
        return f"{self.count:,} × {self.machine or 'Lambda'}"


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that bounds the rate, in pairs a second."""

    name: str
    pairs_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What so many pairs take; `limits` from the one that binds on."""

    pairs: int
    workers: Workers
    limits: tuple[Limit, ...]
    dollars: dict[str, float]

    @property
    def hours(self) -> float:
        """At the rate of the limit that binds."""
        return self.pairs / self.limits[0].pairs_s / 3_600

    @property
    def total(self) -> float:
        """US dollars."""
        return sum(self.dollars.values())


def photo_time(photo: Photo, engine: Engine, calls: int = 15) -> PhotoTime:
    """The median time of a photo on one core here, after one to warm up."""
    options = CompareOptions(threads=1)
    timings = [_timed(photo, engine, options) for _ in range(calls + 1)][1:]
    found = median(sum(each.stages_ms[stage] for stage in FINDING) for each in timings)
    return PhotoTime(found, median(each.stages_ms["embed"] for each in timings))


def plan(pairs: int, workers: Workers, time: PhotoTime, photos_a_pair: float) -> Plan:
    """What it takes, if a core in AWS is as fast as the one that was measured."""
    return Plan(
        pairs,
        workers,
        tuple(sorted(_limits(workers, time, photos_a_pair), key=lambda limit: limit.pairs_s)),
        _dollars(pairs, workers, time, photos_a_pair),
    )


def table(plans: Sequence[Plan]) -> str:
    """Markdown; the README's plan is this text."""
    rows = [
        f"| {plan.pairs:,} | {plan.workers.title} | {_duration(plan.hours)} | {plan.total:,.0f} "
        f"| {plan.limits[0].name} | {plan.limits[1].name}, {plan.limits[1].pairs_s:,.0f} pairs/s |"
        for plan in plans
    ]
    head = "| pairs | workers | time | US dollars | what binds | and then |"
    return "\n".join((head, "|---|---|---|---|---|---|", *rows))


def _timed(photo: Photo, engine: Engine, options: CompareOptions) -> Timing:
    report = detect_faces(photo, engine, options)
    timing = report.timing
    with timing.stage("embed"):
        embed(report.compared.chip, engine)
    return timing


def _limits(workers: Workers, time: PhotoTime, photos_a_pair: float) -> list[Limit]:
    return [
        Limit(f"cores of {workers.title}", _photos_s(workers, time) / photos_a_pair),
        Limit("writes to an index", SHARDS * PARTITION_WRITES_S),
        Limit("writes to the table", TABLE_WRITES_S / writes_a_pair()),
        Limit("reads of one S3 prefix", S3_GETS_S / photos_a_pair),
    ]


def _photos_s(workers: Workers, time: PhotoTime) -> float:
    """A GPU embeds beside its machine's cores, which decode and find faces."""
    if workers.machine:
        return workers.count * VCPUS[workers.machine] * 1_000 / time.find_ms
    cores = MEMORY_MB / VCPU_MB
    return workers.count * cores * 1_000 / (time.find_ms + time.embed_ms)


def writes_a_pair() -> float:
    """Units of DynamoDB."""
    return RECORD_WRITES + len(INDEXES) + (OUTCOMES_WRITES + COUNTER_WRITES) / PAIRS_A_MESSAGE


def _dollars(
    pairs: int, workers: Workers, time: PhotoTime, photos_a_pair: float
) -> dict[str, float]:
    messages, photos = pairs / PAIRS_A_MESSAGE, pairs * photos_a_pair
    seconds = photos / _photos_s(workers, time) * workers.count
    if workers.machine:
        work = {"machines": seconds / 3_600 * GPU_HOUR[workers.machine]}
    else:
        gigabytes = MEMORY_MB / 1_024
        work = {"Lambda": seconds * gigabytes * LAMBDA_GB_SECOND + messages * LAMBDA_REQUEST}
    return work | {
        "DynamoDB": pairs * writes_a_pair() * DYNAMODB_WRITE,
        "S3": photos * (S3_GET + S3_PUT),
        "SQS": messages * MESSAGE_REQUESTS * SQS_REQUEST,
        "logs": messages * LOG_BYTES_A_MESSAGE / 1e9 * LOGS_GB,
    }


def assumptions(time: PhotoTime, photos_a_pair: float) -> str:
    """What the plans stand on."""
    return (
        f"Measured: {time.find_ms:.0f} ms of a core until a photo's face is found and cut, "
        f"{time.embed_ms:.0f} ms for its embedding. Assumed: a core in AWS is as fast; "
        f"{photos_a_pair:g} photos a pair, each put into S3 once and read once; a GPU embeds as "
        "fast as its machine's cores find faces, which has not been measured. Prices of us-east-1; "
        f"{PAIRS_A_MESSAGE} pairs a message, {writes_a_pair():.1f} write units a pair; "
        f"{MILLION:,} pairs a batch at most."
    )


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
