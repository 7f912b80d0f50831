"""The numbers that dashboard and alarms are made of, five minutes each."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_

from facecompare.planning.prices import (
    DYNAMODB_WRITE,
    HTTP_API_REQUEST,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
)
from infra.batch_metrics import MB_PER_GB, PERIOD, BatchMetrics
from infra.compare_function import CompareFunction
from infra.records_function import RecordsFunction
from infra.settings import PROJECT

STAGES = ("Decode", "Detect", "Align", "Embed", "Match")
TABLE_OPERATIONS = [
    dynamodb.Operation.PUT_ITEM,
    dynamodb.Operation.GET_ITEM,
    dynamodb.Operation.QUERY,
    dynamodb.Operation.DELETE_ITEM,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What is counted and timed, by AWS and by the functions themselves."""

    api: apigatewayv2.HttpApi
    compare: CompareFunction
    records: RecordsFunction
    table: dynamodb.Table
    batches: BatchMetrics

    @property
    def functions(self) -> tuple[tuple[str, lambda_.Function], ...]:
        """The functions, each with its name in logs and metrics."""
        return (
            (CompareFunction.SERVICE, self.compare.function),
            (RecordsFunction.SERVICE, self.records.function),
        )

    def requests(self) -> cloudwatch.Metric:
        """Requests to the API."""
        return self.api.metric_count(period=PERIOD, statistic="Sum", label="requests")

    def server_errors(self) -> cloudwatch.Metric:
        """The API's responses with a status of 5xx."""
        return self.api.metric_server_error(period=PERIOD, statistic="Sum", label="answers 5xx")

    def latency(self, statistic: str) -> cloudwatch.Metric:
        """Milliseconds from a request's arrival at the API to the last byte of the response."""
        return self.api.metric_latency(period=PERIOD, statistic=statistic, label=statistic)

    def stages(self, statistic: str) -> list[cloudwatch.IMetric]:
        """Milliseconds of each stage of a comparison."""
        return [self._own(stage, statistic) for stage in STAGES]

    def total(self, statistic: str) -> cloudwatch.Metric:
        """Milliseconds of a whole comparison."""
        return self._own("Total", statistic)

    def outcomes(self) -> list[cloudwatch.IMetric]:
        """How requests with photos ended."""
        return [self._own("Answered", "Sum"), self._own("Refused", "Sum")]

    def no_face_percent(self) -> cloudwatch.MathExpression:
        """Requests of a hundred in which a photo shows no face."""
        return cloudwatch.MathExpression(
            expression="100 * noFace / (answered + refused)",
            using_metrics={
                "noFace": self._own("NoFace", "Sum"),
                "answered": self._own("Answered", "Sum"),
                "refused": self._own("Refused", "Sum"),
            },
            period=PERIOD,
            label="no face, %",
        )

    def cold_starts(self) -> list[cloudwatch.IMetric]:
        """Containers started, as Powertools counts them."""
        return [
            cloudwatch.Metric(
                namespace=PROJECT,
                metric_name="ColdStart",
                dimensions_map={"function_name": function.function_name, "service": service},
                statistic="Sum",
                period=PERIOD,
                label=service,
            )
            for service, function in self.functions
        ]

    def errors(self) -> list[cloudwatch.IMetric]:
        """Crashes and timeouts of each function."""
        return [
            function.metric_errors(period=PERIOD, statistic="Sum", label=f"errors, {service}")
            for service, function in self.functions
        ]

    def throttles(self) -> list[cloudwatch.IMetric]:
        """Calls that Lambda refused for want of concurrency."""
        return [
            function.metric_throttles(period=PERIOD, statistic="Sum", label=f"throttles, {service}")
            for service, function in self.functions
        ]

    def table_throttles(self) -> cloudwatch.IMetric:
        """Requests that DynamoDB refused."""
        return self.table.metric_throttled_requests_for_operations(
            operations=TABLE_OPERATIONS, period=PERIOD, label="throttles, table"
        )

    def usd_per_day(self, compare_memory_mb: int) -> cloudwatch.MathExpression:
        """What a day costs, as far as it grows with use; storage and CloudFront are not in it."""
        day = Duration.days(1)
        gb = compare_memory_mb / MB_PER_GB
        return cloudwatch.MathExpression(
            expression=f"milliseconds / 1000 * {gb:.3f} * {LAMBDA_GB_SECOND:.10f}"
            f" + requests * {LAMBDA_REQUEST + HTTP_API_REQUEST:.10f}"
            f" + writes * {DYNAMODB_WRITE:.10f}",
            using_metrics={
                "milliseconds": self.compare.function.metric_duration(period=day, statistic="Sum"),
                "requests": self.api.metric_count(period=day, statistic="Sum"),
                "writes": self.table.metric_consumed_write_capacity_units(
                    period=day, statistic="Sum"
                ),
            },
            period=day,
            label="US dollars a day",
        )

    def _own(self, name: str, statistic: str) -> cloudwatch.Metric:
        """A metric that the compare function writes to its log in embedded metric format."""
        return cloudwatch.Metric(
            namespace=PROJECT,
            metric_name=name,
            dimensions_map={"service": CompareFunction.SERVICE},
            statistic=statistic,
            period=PERIOD,
            label=name,
        )
