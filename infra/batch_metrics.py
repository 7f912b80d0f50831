"""The numbers about batches, which several functions and machines work on."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb

from facecompare.batches.chunk import PAIRS_PER_MESSAGE
from facecompare.planning.prices import (
    DYNAMODB_WRITE,
    GPU_HOUR,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    MILLION,
    SQS_REQUEST,
)
from infra.batch_function import BatchFunction
from infra.batch_queues import BatchQueues
from infra.gpu.machines import gpu_group_name
from infra.settings import DeploySettings

PERIOD = Duration.minutes(5)
HOUR = Duration.hours(1)  # of which a cost is the average
MB_PER_GB = 1_024
# Of five messages some four hold pairs, and one is divided into others (a test has the exact
# numbers). SQS counts deletions for nothing; a count of our own would be a custom metric.
PAIRS_A_DELETION = PAIRS_PER_MESSAGE * 4 // 5
_PAIRS = f"deleted * {PAIRS_A_DELETION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchMetrics:
    """What waits, how fast it gets less, and what it costs."""

    settings: DeploySettings
    queues: BatchQueues
    worker: BatchFunction
    table: dynamodb.ITable

    def backlog(self) -> list[cloudwatch.IMetric]:
        """Messages, of several pairs each."""
        queue = self.queues.queue
        return [
            queue.metric_approximate_number_of_messages_visible(
                period=PERIOD, statistic="Maximum", label="waiting"
            ),
            queue.metric_approximate_number_of_messages_not_visible(
                period=PERIOD, statistic="Maximum", label="being worked on"
            ),
        ]

    def age(self) -> cloudwatch.IMetric:
        """Seconds since the oldest message that is not deleted was sent."""
        return self.queues.queue.metric_approximate_age_of_oldest_message(
            period=PERIOD, statistic="Maximum", label="seconds"
        )

    def dead(self) -> cloudwatch.IMetric:
        """Messages that no worker could deal with."""
        return self.queues.dead_letters.metric_approximate_number_of_messages_visible(
            period=PERIOD, statistic="Maximum", label="dead letters"
        )

    def pairs_per_second(self) -> cloudwatch.IMetric:
        """Of all workers, wherever they run."""
        return cloudwatch.MathExpression(
            expression=f"{_PAIRS} / PERIOD(deleted)",
            using_metrics={"deleted": self._deleted(PERIOD)},
            period=PERIOD,
            label="pairs a second, about",
        )

    def usd_per_million(self) -> list[cloudwatch.IMetric]:
        """At the present price of everything, and without the machines with a GPU if there are any.

        The table's writes are all there are, also those of single comparisons.
        """
        without_gpu = self._usd_per_million("US dollars", self._usd(), self._counted())
        if not self.settings.gpu:
            return [without_gpu]
        hourly = GPU_HOUR[self.settings.gpu_instance]
        with_gpu = self._usd_per_million(
            "US dollars with GPU machines, not spot",
            f"{self._usd()} + FILL(machines, 0) * PERIOD(machines) / 3600 * {hourly}",
            self._counted() | {"machines": self._machines()},
        )
        return [with_gpu, without_gpu]

    def _usd(self) -> str:
        gb = self.settings.compare_memory_mb / MB_PER_GB
        return (
            f"FILL(milliseconds, 0) / 1000 * {gb:.3f} * {LAMBDA_GB_SECOND:.10f}"
            f" + FILL(calls, 0) * {LAMBDA_REQUEST:.10f}"
            f" + (FILL(sent, 0) + FILL(received, 0) + FILL(deleted, 0)) * {SQS_REQUEST:.10f}"
            f" + FILL(writes, 0) * {DYNAMODB_WRITE:.10f}"
        )

    def _counted(self) -> dict[str, cloudwatch.IMetric]:
        function, queue = self.worker.function, self.queues.queue
        return {
            "milliseconds": function.metric_duration(period=HOUR, statistic="Sum"),
            "calls": function.metric_invocations(period=HOUR, statistic="Sum"),
            "sent": queue.metric_number_of_messages_sent(period=HOUR, statistic="Sum"),
            "received": queue.metric_number_of_messages_received(period=HOUR, statistic="Sum"),
            "deleted": self._deleted(HOUR),
            "writes": self.table.metric_consumed_write_capacity_units(period=HOUR, statistic="Sum"),
        }

    def _usd_per_million(
        self, label: str, usd: str, metrics: dict[str, cloudwatch.IMetric]
    ) -> cloudwatch.MathExpression:
        return cloudwatch.MathExpression(
            expression=f"({usd}) / ({_PAIRS}) * {MILLION}",
            using_metrics=metrics,
            period=HOUR,
            label=label,
        )

    def _machines(self) -> cloudwatch.Metric:
        """How many machines with a GPU there are, on an average."""
        return cloudwatch.Metric(
            namespace="AWS/AutoScaling",
            metric_name="GroupInServiceInstances",
            dimensions_map={"AutoScalingGroupName": gpu_group_name(self.settings)},
            statistic="Average",
            period=HOUR,
        )

    def _deleted(self, period: Duration) -> cloudwatch.Metric:
        """Messages whose pairs have ended: whoever worked on them deletes them."""
        return self.queues.queue.metric_number_of_messages_deleted(period=period, statistic="Sum")
