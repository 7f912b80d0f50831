"""What the functions' log lines add up to: CloudWatch Logs Insights, saved where one looks for it.

The fields are those of facecompare.aws_lambda.telemetry and of Lambda's own lines. A saved query
costs nothing, running it half a cent for each GB that it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from facecompare.errors import NoFace
from facecompare.telemetry import STAGES

_ANSWERED = 'message = "answered"'
_ENDED = 'message in ["answered", "refused"]'
_FIVE_MINUTES = "by bin(5m)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Of these logs; with a time axis it can be drawn."""

    title: str
    groups: Sequence[logs.ILogGroup]
    filter: str
    stats: str

    def save(self, scope: Construct, id: str, folder: str) -> None:
        """Offer it in the console under this folder."""
        logs.QueryDefinition(
            scope,
            id,
            query_definition_name=f"{folder}/{self.title}",
            query_string=logs.QueryString(
                filter_statements=[self.filter], stats_statements=[self.stats]
            ),
            log_groups=list(self.groups),
        )

    def widget(self, width: int) -> cloudwatch.LogQueryWidget:
        """Its line on a dashboard."""
        return cloudwatch.LogQueryWidget(
            title=self.title,
            log_group_names=[group.log_group_name for group in self.groups],
            query_lines=[f"filter {self.filter}", f"stats {self.stats}"],
            view=cloudwatch.LogQueryVisualizationType.LINE,
            width=width,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQueries:
    """What the functions tell of themselves; `compare` looks at photos."""

    compare: logs.ILogGroup
    every: Sequence[logs.ILogGroup]

    def all(self) -> dict[str, LogQuery]:
        """By the id of each."""
        return {
            "WholeComparison": self._of_compare(
                "A whole comparison, ms", _ANSWERED, _percentiles("total_ms", "total")
            ),
            "Stages": self._of_compare("Stages, ms", _ANSWERED, _stages()),
            "Outcomes": self._of_compare("Outcomes", _ENDED, _outcomes()),
            "ColdStarts": LogQuery(
                title="Cold starts",
                groups=self.every,
                filter='@type = "REPORT"',
                stats=f"count(@initDuration) as cold, count(*) as calls {_FIVE_MINUTES}",
            ),
            "ErrorLines": LogQuery(
                title="Errors in the logs",
                groups=self.every,
                filter='level = "ERROR" or @message like /Task timed out|Runtime exited/',
                stats=f"count(*) as errors {_FIVE_MINUTES}",
            ),
        }

    def _of_compare(self, title: str, filter: str, stats: str) -> LogQuery:
        return LogQuery(title=title, groups=[self.compare], filter=filter, stats=stats)


def _percentiles(field: str, name: str) -> str:
    parts = (f"pct({field}, {percent}) as {name}_p{percent}" for percent in (50, 95))
    return f"{', '.join(parts)} {_FIVE_MINUTES}"


def _stages() -> str:
    """The median and the slow end of each."""
    parts = (
        f"pct(stages_ms.{stage}, {percent}) as {stage}_p{percent}"
        for stage in STAGES
        for percent in (50, 95)
    )
    return f"{', '.join(parts)} {_FIVE_MINUTES}"


def _outcomes() -> str:
    """Photos without a face apart, for they tell of the camera."""
    return (
        'sum(strcontains(message, "answered")) as answered, '
        'sum(strcontains(message, "refused")) as refused, '
        f'sum(strcontains(code, "{NoFace.code}")) as no_face {_FIVE_MINUTES}'
    )
