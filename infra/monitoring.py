"""The dashboard and the alarms; infra/README.md says what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.metrics import Metrics
from infra.settings import DeploySettings

LATENCY_ALARM_MS = 10_000  # a cold start with models from the bucket takes less
LATENCY_ALARM_PERIODS = 3  # so that a single cold start raises no alarm
OLD_MESSAGE_S = 6 * 3_600  # a batch that does not get on
WIDGETS_A_ROW = 3
WIDGET_WIDTH = 24 // WIDGETS_A_ROW  # a dashboard is 24 wide
BATCH_WIDGET_WIDTH = 24 // 4


@dataclass(frozen=True, slots=True)
class _Rule:
    """Raises an alarm when the metric is above the limit for so many periods."""

    id: str
    metric: cloudwatch.IMetric
    limit: float = 0
    periods: int = 1


class Monitoring(Construct):
    """A dashboard, and alarms that write to a topic."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, metrics: Metrics
    ) -> None:
        super().__init__(scope, id)
        self._metrics = metrics
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        if settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        for rule in self._rules():
            self._alarm(rule)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=settings.prefix,
            widgets=[*_rows(list(self._widgets(settings)), WIDGETS_A_ROW), self._batches()],
        )

    def _rules(self) -> Iterator[_Rule]:
        metrics = self._metrics
        yield _Rule("ServerErrors", metrics.server_errors())
        yield _Rule("SlowAnswers", metrics.latency("p95"), LATENCY_ALARM_MS, LATENCY_ALARM_PERIODS)
        yield _Rule("DeadLetters", metrics.batches.dead())
        yield _Rule("OldMessages", metrics.batches.age(), OLD_MESSAGE_S)
        yield _Rule("TableThrottles", metrics.table_throttles())
        for (service, _), errors, throttles in zip(
            metrics.functions, metrics.errors(), metrics.throttles(), strict=True
        ):
            yield _Rule(f"{service.capitalize()}Errors", errors)
            yield _Rule(f"{service.capitalize()}Throttles", throttles)

    def _alarm(self, rule: _Rule) -> None:
        alarm = cloudwatch.Alarm(
            self,
            rule.id,
            metric=rule.metric,
            threshold=rule.limit,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=rule.periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,  # no request came
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))

    def _widgets(self, settings: DeploySettings) -> Iterator[cloudwatch.IWidget]:
        metrics = self._metrics
        yield _graph("Requests", metrics.requests(), *metrics.outcomes())
        yield _graph("Latency of the API, ms", metrics.latency("p50"), metrics.latency("p95"))
        yield _graph("A whole comparison, ms", metrics.total("p50"), metrics.total("p95"))
        yield _graph("Stages, p50, ms", *metrics.stages("p50"))
        yield _graph("Stages, p95, ms", *metrics.stages("p95"))
        yield _graph("Cold starts", *metrics.cold_starts())
        yield _graph("Photos without a face, %", metrics.no_face_percent())
        yield _graph("Errors", metrics.server_errors(), *metrics.errors())
        yield _graph("Throttles", metrics.table_throttles(), *metrics.throttles())
        yield _graph("Cost", metrics.usd_per_day(settings.compare_memory_mb))

    def _batches(self) -> list[cloudwatch.IWidget]:
        """A row of its own."""
        batches, width = self._metrics.batches, BATCH_WIDGET_WIDTH
        return [
            _graph("Batches: backlog, messages", *batches.backlog(), width=width),
            _graph("Batches: age of the oldest message, s", batches.age(), width=width),
            _graph("Batches: pairs a second", batches.pairs_per_second(), width=width),
            _graph("Batches: US dollars a million pairs", *batches.usd_per_million(), width=width),
        ]


def _rows(widgets: list[cloudwatch.IWidget], length: int) -> Iterator[list[cloudwatch.IWidget]]:
    return (widgets[start : start + length] for start in range(0, len(widgets), length))


def _graph(
    title: str, *metrics: cloudwatch.IMetric, width: int = WIDGET_WIDTH
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)
