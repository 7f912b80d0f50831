"""The numbers of AWS's own, which cost nothing, that dashboard and alarms are made of, five minutes
each; what the functions tell of themselves is in infra.log_queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

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
from facecompare.records.schema import INDEXES
from infra.batch_function import BatchFunction
from infra.batch_metrics import MB_PER_GB, PERIOD, BatchMetrics
from infra.compare_function import CompareFunction
from infra.log_queries import LogQueries
from infra.origin_authorizer import OriginAuthorizer
from infra.records_function import RecordsFunction

# Whatever the operation was, transactions and batches of items included.
THROTTLE_EVENTS = ("ReadThrottleEvents", "WriteThrottleEvents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What is counted and timed by AWS, and the queries of what the functions log."""

    api: apigatewayv2.HttpApi
    compare: CompareFunction
    records: RecordsFunction
    worker: BatchFunction
    origin: OriginAuthorizer
    table: dynamodb.ITable
    batches: BatchMetrics

    @property
    def functions(self) -> Mapping[str, lambda_.Function]:
        """The functions, by the name of each in logs."""
        return {
            CompareFunction.SERVICE: self.compare.function,
            RecordsFunction.SERVICE: self.records.function,
            BatchFunction.SERVICE: self.worker.function,
            OriginAuthorizer.SERVICE: self.origin.function,
        }

    @property
    def logged(self) -> LogQueries:
        """What the functions tell of themselves."""
        every = (self.compare, self.records, self.worker, self.origin)
        return LogQueries(
            compare=self.compare.identity.log, every=[each.identity.log for each in every]
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

    def errors(self) -> dict[str, cloudwatch.IMetric]:
        """Crashes and timeouts of each function."""
        return {
            service: function.metric_errors(
                period=PERIOD, statistic="Sum", label=f"errors, {service}"
            )
            for service, function in self.functions.items()
        }

    def throttles(self) -> dict[str, cloudwatch.IMetric]:
        """Calls of each function that Lambda refused for want of concurrency."""
        return {
            service: function.metric_throttles(
                period=PERIOD, statistic="Sum", label=f"throttles, {service}"
            )
            for service, function in self.functions.items()
        }

    def table_throttles(self) -> cloudwatch.MathExpression:
        """Requests that DynamoDB refused, of the table and of each index."""
        metrics = {
            f"m{number}": self._throttles(event, index)
            for number, (event, index) in enumerate(
                product(THROTTLE_EVENTS, ("", *(index.name for index in INDEXES)))
            )
        }
        return cloudwatch.MathExpression(
            expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
            using_metrics=metrics,
            period=PERIOD,
            label="throttles, table",
        )

    def _throttles(self, event: str, index: str) -> cloudwatch.IMetric:
        """Of the table itself where no index is named."""
        dimensions = {"GlobalSecondaryIndexName": index} if index else {}
        return cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=event,
            dimensions_map={"TableName": self.table.table_name, **dimensions},
            statistic="Sum",
            period=PERIOD,
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
