"""The alarms, the saved queries and the dashboard; infra/README.md says what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from infra.alarm_topic import AlarmTopic
from infra.global_names import global_name
from infra.metrics import Metrics
from infra.settings import ALL_ALARMS, DeploySettings

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
    """Alarms that write to a topic, queries of the logs, and a dashboard where one is wanted."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, metrics: Metrics
    ) -> None:
        super().__init__(scope, id)
        self._metrics = metrics
        self.topic = AlarmTopic(self, "Alarms", email=settings.alarm_email)
        for rule in self._rules(settings):
            self._alarm(rule)
        for name, query in metrics.logged.all().items():
            query.save(self, name, settings.prefix)
        if settings.dashboard:
            self._dashboard(settings)

    def _rules(self, settings: DeploySettings) -> Iterator[_Rule]:
        yield from self._symptoms()
        if settings.alarms == ALL_ALARMS:
            yield from self._causes()

    def _symptoms(self) -> Iterator[_Rule]:
        """Whatever fails ends as one of these: a caller gets a 5xx, or a message grows old or is
        given up."""
        yield _Rule("ServerErrors", self._metrics.server_errors())
        yield _Rule("DeadLetters", self._metrics.batches.dead())
        yield _Rule("OldMessages", self._metrics.batches.age(), OLD_MESSAGE_S)

    def _causes(self) -> Iterator[_Rule]:
        """Sooner and more exactly, at 0.10 dollars a month for each metric that is looked at."""
        metrics = self._metrics
        yield _Rule("SlowAnswers", metrics.latency("p95"), LATENCY_ALARM_MS, LATENCY_ALARM_PERIODS)
        yield _Rule("TableThrottles", metrics.table_throttles())
        for service, errors in metrics.errors().items():
            yield _Rule(f"{service.capitalize()}Errors", errors)
        for service, throttles in metrics.throttles().items():
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

    def _dashboard(self, settings: DeploySettings) -> None:
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=global_name(self, "dashboard"),
            widgets=[*_rows(list(self._widgets(settings)), WIDGETS_A_ROW), self._batches()],
        )

    def _widgets(self, settings: DeploySettings) -> Iterator[cloudwatch.IWidget]:
        metrics = self._metrics
        yield _graph("Requests", metrics.requests(), metrics.server_errors())
        yield _graph("Latency of the API, ms", metrics.latency("p50"), metrics.latency("p95"))
        yield _graph("Errors", *metrics.errors().values())
        yield _graph("Throttles", metrics.table_throttles(), *metrics.throttles().values())
        yield _graph("Cost", metrics.usd_per_day(settings.compare_memory_mb))
        yield from (query.widget(WIDGET_WIDTH) for query in metrics.logged.all().values())

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
