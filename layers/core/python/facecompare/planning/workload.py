"""What a pair needs of each service, and what it costs: as the workers do it.

See batches/worker.py and batches/dynamo_store.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from facecompare.batches.chunk import PAIRS_PER_MESSAGE
from facecompare.planning import prices
from facecompare.planning.lambda_memory import vcpus_for_memory
from facecompare.records.schema import COUNTS_A_BATCH, INDEXES

HOUR_S = 3_600
DAYS_A_MONTH = 30.4

# Of a worker's message.
MESSAGE_S = 0.2  # assumed: what it waits for AWS, and nothing else goes on
PAIRS_READS = 2  # ranges of the packed manifest in S3
STORE_READS = 2 + COUNTS_A_BATCH  # whether the chunk was kept before; whether the batch has ended
SQS_REQUESTS = (3 + 1 / 10) * (1 + 1 / 9)  # receive, hold, delete, sent by tens; those that split
CHUNK_UNITS, COUNT_UNITS = 5, 1  # of 1 KB: 25 results have 4.5 KB
ATTEMPT_UNITS = 1  # outside of the transaction
MESSAGE_LOG_BYTES = 1_000
TRANSACTION = 2  # each write counts twice (AWS, "Amazon DynamoDB Transactions"), not its indexes'

# Of a pair and of a photo.
RECORD_UNITS = 1  # a record has 0.7 KB
RECORD_BYTES = 800  # with the 100 that DynamoDB adds to each item, in each index again
PHOTO_DAYS = 7  # for which the bucket keeps it


class Target(StrEnum):
    """Who works on the queue."""

    LAMBDA = "Lambda"
    GPU = "GPU instances"


# AWS, "Amazon EC2 Instance types": vCPUs beside one GPU.
VCPUS = {"g4dn.xlarge": 4, "g4dn.2xlarge": 8, "g4dn.4xlarge": 16, "g5.xlarge": 4, "g6.xlarge": 4}


@dataclass(frozen=True, slots=True)
class SecondNetwork:
    """A network that looks at every photo beside the engine's first, and its part, from 0 to 1, in
    the work of a core on a photo."""

    engine: str
    share: float

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{self.engine} looks at every photo, too: {self.share:.0%} of the work on it."


@dataclass(frozen=True, slots=True)
class Rates:
    """Photos a second: on one core from bytes to embedding, on one core without the embedding,
    and through one GPU; the bytes of a photo; and the second network, where it was measured.

    A vCPU of AWS is taken to be as fast as a core here, and several as so many.
    """

    photos_per_s: float
    found_per_s: float
    gpu_photos_per_s: float
    photo_bytes: int
    second: SecondNetwork | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How pairs are done: photos that a pair takes, Lambda's memory, the instance."""

    rates: Rates
    photos_per_pair: float
    memory_mb: int
    instance: str
    pairs_a_message: int = PAIRS_PER_MESSAGE

    @property
    def message_s(self) -> float:
        """Of a Lambda worker."""
        photos = self.pairs_a_message * self.photos_per_pair
        return MESSAGE_S + photos / (self.rates.photos_per_s * self.vcpus)

    @property
    def vcpus(self) -> float:
        """Of a Lambda worker."""
        return vcpus_for_memory(self.memory_mb)

    @property
    def cores_photos_per_s(self) -> float:
        """What the cores of an instance decode and find, while its GPU embeds."""
        return VCPUS[self.instance] * self.rates.found_per_s

    @property
    def worker_pairs_per_s(self) -> dict[Target, float]:
        """Of one worker, if nothing but itself holds it up."""
        photos = min(self.cores_photos_per_s, self.rates.gpu_photos_per_s)
        return {
            Target.LAMBDA: self.pairs_a_message / self.message_s,
            Target.GPU: photos / self.photos_per_pair,
        }

    @property
    def table_units(self) -> float:
        """Write units of the table itself that a pair takes."""
        per_message = (CHUNK_UNITS + COUNT_UNITS) / self.pairs_a_message
        return TRANSACTION * (RECORD_UNITS + per_message) + ATTEMPT_UNITS / self.pairs_a_message

    @property
    def reads(self) -> float:
        """Requests to S3 that a pair takes."""
        return self.photos_per_pair + PAIRS_READS / self.pairs_a_message


def dollars_a_pair(work: Work, target: Target) -> dict[str, float]:
    """US dollars by item."""
    messages = 1 / work.pairs_a_message
    photos = work.photos_per_pair
    gigabytes = photos * work.rates.photo_bytes / 1e9
    lists = RECORD_UNITS * len(INDEXES)
    kept = RECORD_BYTES * (1 + len(INDEXES)) + CHUNK_UNITS * 1_000 * messages
    return _workers_dollars(work, target) | {
        "SQS": SQS_REQUESTS * messages * prices.SQS_REQUEST,
        "S3, photos sent": photos * prices.S3_PUT,
        "S3, photos read": work.reads * prices.S3_GET,
        "S3, photos kept a week": gigabytes * PHOTO_DAYS / DAYS_A_MONTH * prices.S3_GB_MONTH,
        "DynamoDB, writes": (work.table_units + lists) * prices.DYNAMODB_WRITE,
        "DynamoDB, reads": STORE_READS * 2 * messages * prices.DYNAMODB_READ,
        "DynamoDB, a month's storage": kept / 1e9 * prices.DYNAMODB_GB_MONTH,
        "CloudWatch logs": MESSAGE_LOG_BYTES * messages / 1e9 * prices.LOGS_GB,
    }


def _workers_dollars(work: Work, target: Target) -> dict[str, float]:
    if target is Target.GPU:
        seconds = 1 / work.worker_pairs_per_s[Target.GPU]
        return {"EC2, instances": seconds / HOUR_S * prices.GPU_HOUR[work.instance]}
    gb_seconds = work.message_s / work.pairs_a_message * work.memory_mb / 1024
    return {
        "Lambda, duration": gb_seconds * prices.LAMBDA_GB_SECOND,
        "Lambda, requests": prices.LAMBDA_REQUEST / work.pairs_a_message,
    }
