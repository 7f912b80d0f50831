"""The plan's arithmetic, beside figures that were worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from facecompare.errors import BadField
from facecompare.planning.cost import cost, cost_table
from facecompare.planning.lambda_memory import (
    DEFAULT_MEMORY_MB,
    NEW_ACCOUNT_MEMORY_MB,
    slowdown_for_memory,
    threads_for_memory,
)
from facecompare.planning.plan import Run, bounds, plan
from facecompare.planning.plan_report import plan_table
from facecompare.planning.prices import GPU_HOUR, MB_PER_VCPU
from facecompare.planning.quotas import (
    DEFAULTS,
    DEPLOYED,
    NEW_ACCOUNT_CONCURRENCY,
    RAISED,
    Limits,
    changed,
)
from facecompare.planning.workload import (
    RECORD_BYTES,
    RECORD_UNITS,
    VCPUS,
    Rates,
    SecondNetwork,
    Target,
    Work,
    dollars_a_pair,
)
from facecompare.records.dynamo import DynamoLog
from facecompare.records.dynamo_table import DynamoTable, Item
from facecompare.records.schema import SHARDS
from infra.settings import DeploySettings
from tests.support.records import record

# A message: 50 photos on two cores at 10 a second each are 2.5 s, and 0.2 s of waiting.
WORK = Work(Rates(10, 20, 500, 100_000), photos_per_pair=2, memory_mb=3_538, instance="g4dn.xlarge")
A_WORKER = 25 / 2.7


def run(pairs: int, target: Target, stage: str, work: Work = WORK, raised: Limits = RAISED) -> Run:
    runs = plan([pairs], work, raised).runs
    return next(each for each in runs if (each.target, each.stage) == (target, stage))


def rates(target: Target, limits: Limits) -> dict[str, float]:
    return {bound.limit: bound.pairs_per_s for bound in bounds(WORK, target, limits)}


def test_a_million_pairs_as_deployed_take_six_hours() -> None:
    found = run(1_000_000, Target.LAMBDA, "as deployed")
    assert found.workers == 5
    assert found.pairs_per_s == pytest.approx(46.296, abs=0.001)  # 5 × 25 / 2.7
    assert found.seconds == pytest.approx(21_600.5, abs=0.01)  # 1,000,000 / 46.296, and half of 1 s
    assert found.binding.limit == "our cap on Lambda workers"
    assert (found.batches, found.batches_waiting) == (1, 16)  # 46.296 × 345,600 s


def test_each_bound_is_what_its_quota_lets_through() -> None:
    assert rates(Target.LAMBDA, DEPLOYED) == {
        "our cap on Lambda workers": pytest.approx(5 * A_WORKER),
        "Lambda: the account's concurrency": pytest.approx(1_000 * A_WORKER),
        "Lambda: one queue's concurrency": pytest.approx(1_000 * A_WORKER),
        "SQS: messages in flight": pytest.approx(120_000 * A_WORKER),
        "S3: reads of a prefix": pytest.approx(5_500 / 2.08),  # 2 photos, and 2 for 25 pairs
        "DynamoDB: writes of an index partition": 4_000,
        "DynamoDB: writes of a new table": pytest.approx(4_000 / 2.52),  # 2 × (1 + 6 / 25) + 1 / 25
        "DynamoDB: writes of the table": pytest.approx(40_000 / 2.52),
    }


def test_a_million_pairs_cost_what_their_units_cost() -> None:
    lambda_, gpu = (run(1_000_000, target, "raised").dollars for target in Target)
    own = {
        "Lambda, duration": 2.7 / 25 * 3_538 / 1_024 * 16.6667,
        "Lambda, requests": 0.20 / 25,
    }
    shared = {
        "SQS": 31 / 9 / 25 * 0.40,
        "S3, photos sent": 10.0,
        "S3, photos read": 2.08 * 0.40,
        "S3, photos kept a week": 200 * 7 / 30.4 * 0.023,
        "DynamoDB, writes": (2.52 + 3) * 0.625,
        "DynamoDB, reads": 18 * 2 / 25 * 0.125,
        "DynamoDB, a month's storage": (4 * 0.8 + 0.2) * 0.25,
        "CloudWatch logs": 0.04 * 0.50,
    }
    assert lambda_ == pytest.approx(own | shared)
    # Four cores prepare 80 photos, 40 pairs, a second: 25,000 s of an instance.
    assert gpu == pytest.approx({"EC2, instances": 25_000 / 3_600 * 0.526} | shared)


def test_time_and_money_grow_with_the_pairs() -> None:
    small, large = (run(size, Target.LAMBDA, "AWS's defaults") for size in (10**8, 10**9))
    assert small.seconds is not None
    assert large.seconds == pytest.approx(10 * small.seconds, rel=0.001)
    assert large.total == pytest.approx(10 * small.total)


@pytest.mark.parametrize(
    ("change", "binding"),
    [
        ({}, "DynamoDB: writes of a new table"),
        ({"warm_write_units": 40_000}, "S3: reads of a prefix"),
        ({"s3_prefixes": 9, "warm_write_units": 40_000}, "DynamoDB: writes of an index partition"),
        ({"batch_concurrency": 100}, "our cap on Lambda workers"),
        ({"lambda_concurrency": 100}, "Lambda: the account's concurrency"),
        ({"queue_concurrency": 100}, "Lambda: one queue's concurrency"),
        ({"in_flight_messages": 100}, "SQS: messages in flight"),
        ({"table_write_units": 2_000}, "DynamoDB: writes of the table"),
    ],
)
def test_the_least_limit_binds(change: dict[str, int], binding: str) -> None:
    found = run(10**9, Target.LAMBDA, "raised", raised=replace(DEFAULTS, **change))
    assert found.binding.limit == binding


def test_a_small_batch_ends_while_workers_are_still_added() -> None:
    # 1,000 workers are there after 200 s, when 925,926 pairs are done; so 100,000 after 65.7 s.
    found = run(100_000, Target.LAMBDA, "raised")
    assert found.binding.limit == "Lambda: workers added a minute"
    assert found.seconds == pytest.approx(65.7, abs=0.1)
    assert found.workers == 329  # 300 a minute


def test_no_gpu_instance_starts_in_a_new_account() -> None:
    found = run(1_000_000, Target.GPU, "AWS's defaults")
    assert (found.workers, found.pairs_per_s, found.seconds) == (0, 0, None)
    assert found.binding.limit == "EC2: vCPUs of G and VT instances"


def test_the_cores_of_a_gpu_instance_bind_before_its_gpu() -> None:
    raised = run(1_000_000, Target.GPU, "raised", raised=replace(DEFAULTS, gpu_vcpus=9))
    assert (raised.workers, raised.pairs_per_s) == (2, 80)  # of 9 vCPUs, 4 each: 160 photos
    assert raised.seconds == pytest.approx(300 + 1_000_000 / 80)
    slow = replace(WORK, rates=replace(WORK.rates, gpu_photos_per_s=30))
    assert slow.worker_pairs_per_s[Target.GPU] == 15
    large = replace(WORK, instance="g4dn.4xlarge")
    assert large.worker_pairs_per_s[Target.GPU] == 16 * 20 / 2


def test_photos_that_a_message_shares_are_read_and_looked_at_once() -> None:
    shared = replace(WORK, photos_per_pair=1.0)
    assert shared.message_s == pytest.approx(1.45)
    assert dollars_a_pair(shared, Target.LAMBDA)["S3, photos sent"] == pytest.approx(5e-6)


def test_batches_that_would_outlive_the_queue_s_memory_are_counted() -> None:
    found = run(10**9, Target.LAMBDA, "as deployed")
    assert (found.batches, found.batches_waiting) == (1_000, 16)


def test_limits_are_changed_by_name() -> None:
    assert changed(RAISED, ["gpu_vcpus=64", "s3_prefixes=2"]) == replace(
        RAISED, gpu_vcpus=64, s3_prefixes=2
    )


@pytest.mark.parametrize("change", ["", "gpu", "gpu_vcpus", "gpu_vcpus=", "gpu_vcpus=0", "x=1"])
def test_a_limit_that_is_none_is_refused(change: str) -> None:
    with pytest.raises(BadField, match="--limit"):
        changed(RAISED, [change])


def test_the_second_network_s_part_is_told() -> None:
    second = SecondNetwork("sface", 0.404)
    told = "\nsface looks at every photo, too: 40% of the work on it.\n"
    work = replace(WORK, rates=replace(WORK.rates, second=second))
    assert told in plan_table(plan([10**6], work))
    assert told in cost_table(cost(100, 230_000, 3_538, second))
    assert "looks at every photo" not in plan_table(plan([10**6], WORK))
    assert "looks at every photo" not in cost_table(cost(100, 230_000, 3_538))


def test_the_second_network_s_part_changes_no_rate() -> None:
    """It is in the time of a photo already."""
    work = replace(WORK, rates=replace(WORK.rates, second=SecondNetwork("sface", 0.404)))
    assert plan([10**6], work).runs == plan([10**6], WORK).runs


class Kept(DynamoTable):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def put(self, writes: Sequence[Item]) -> None:
        self.items += [write["Item"] for write in writes]


def test_a_record_is_as_large_as_the_plan_takes_it_to_be() -> None:
    table = Kept()
    DynamoLog(table).put(record(1, distance=1 / 3, caller="front-desk", batch_id="b" * 32))
    (item,) = table.items
    size = sum(len(name) + len(str(*value.values())) for name, value in item.items())
    assert RECORD_BYTES - 200 < size < RECORD_BYTES < RECORD_UNITS * 1_024


def test_the_plan_knows_what_is_deployed() -> None:
    settings = DeploySettings()
    assert DEPLOYED.index_shards == SHARDS
    assert DEPLOYED.batch_concurrency == settings.batch_concurrency
    assert DEPLOYED.gpu_max == settings.gpu_max
    assert settings.compare_memory_mb == DEFAULT_MEMORY_MB
    assert replace(WORK, memory_mb=DEFAULT_MEMORY_MB).vcpus == pytest.approx(1.7, abs=0.001)
    assert set(VCPUS) == set(GPU_HOUR)


@pytest.mark.parametrize(
    ("memory_mb", "threads", "slowdown"),
    [
        (1_024, 1, MB_PER_VCPU / 1_024),
        (MB_PER_VCPU, 1, 1),
        (2_048, 1, 1),
        (NEW_ACCOUNT_MEMORY_MB, 2, 2 * MB_PER_VCPU / NEW_ACCOUNT_MEMORY_MB),
        (2 * MB_PER_VCPU, 2, 1),
        (10_240, 6, 6 * MB_PER_VCPU / 10_240),
    ],
)
def test_a_part_of_a_vcpu_is_a_thread_from_a_half_on(
    memory_mb: int, threads: int, slowdown: float
) -> None:
    assert threads_for_memory(memory_mb) == threads
    assert slowdown_for_memory(memory_mb) == pytest.approx(slowdown)


def test_batches_leave_a_new_accounts_api_half_of_what_it_may_run() -> None:
    assert 2 <= DEPLOYED.batch_concurrency <= NEW_ACCOUNT_CONCURRENCY / 2
