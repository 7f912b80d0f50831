"""What an operator sees of batches, and which alarms there are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from facecompare.config import CHECKOUT
from facecompare.planning.prices import DYNAMODB_WRITE, LAMBDA_GB_SECOND, SQS_REQUEST
from infra.settings import DeploySettings
from tests.support.assembly import Assembly, Properties

ROW = [
    "Batches: backlog, messages",
    "Batches: age of the oldest message, s",
    "Batches: pairs a second",
    "Batches: US dollars a million pairs",
]


def widgets(assembly: Assembly) -> list[Properties]:
    """Of the dashboard, with a word for what only CloudFormation knows."""
    body = assembly.one("AWS::CloudWatch::Dashboard").properties["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "known" for part in body["Fn::Join"][1])
    found: list[Properties] = json.loads(text)["widgets"]
    return found


def metrics(assembly: Assembly, title: str) -> list[Any]:
    """What the widget of this title draws."""
    (widget,) = (each for each in widgets(assembly) if each["properties"]["title"] == title)
    found: list[Any] = widget["properties"]["metrics"]
    return found


def expression(assembly: Assembly, title: str) -> str:
    (found,) = (
        each[0]["expression"] for each in metrics(assembly, title) if "expression" in each[0]
    )
    return str(found)


def alarm(assembly: Assembly, metric: str, queue: str) -> Properties:
    """The one on the maximum of this metric of the queue of this construct."""
    (found,) = (
        each.properties
        for each in assembly.all("AWS::CloudWatch::Alarm")
        for query in each.properties.get("Metrics", ())
        if "MetricStat" in query
        and query["MetricStat"]["Metric"]["MetricName"] == metric
        and query["MetricStat"]["Stat"] == "Maximum"
        and queue in str(query["MetricStat"]["Metric"]["Dimensions"])
    )
    return found


def test_batches_have_a_row_of_their_own(either: Assembly) -> None:
    *_, a, b, c, d = widgets(either)
    row = [a, b, c, d]
    assert [each["properties"]["title"] for each in row] == ROW
    assert len({each["y"] for each in row}) == 1
    assert sum(each["width"] for each in row) == 24


def test_the_backlog_is_what_waits_and_what_is_worked_on(standard: Assembly) -> None:
    names = [each[1] for each in metrics(standard, ROW[0])]
    assert names == ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"]


def test_the_rate_is_of_all_workers_together(standard: Assembly) -> None:
    assert expression(standard, ROW[2]) == "pairs / PERIOD(pairs)"
    (pairs,) = (each for each in metrics(standard, ROW[2]) if "expression" not in each[0])
    assert pairs[:4] == ["facecompare", "Pairs", "service", "worker"]


@pytest.mark.parametrize("price", [LAMBDA_GB_SECOND, SQS_REQUEST, DYNAMODB_WRITE])
def test_the_cost_of_a_million_is_made_of_the_prices(standard: Assembly, price: float) -> None:
    formula = expression(standard, ROW[3])
    assert f"* {price:.10f}" in formula
    assert f"{DeploySettings().compare_memory_mb / 1024:.3f}" in formula
    assert formula.endswith(" / pairs * 1000000")


def test_a_dead_letter_wakes_someone(either: Assembly) -> None:
    rule = alarm(either, "ApproximateNumberOfMessagesVisible", "DeadLetters")
    assert (rule["Threshold"], rule["EvaluationPeriods"]) == (0, 1)
    assert rule["AlarmActions"]


def test_a_batch_that_does_not_get_on_wakes_someone(either: Assembly) -> None:
    rule = alarm(either, "ApproximateAgeOfOldestMessage", "BatchesQueue")
    assert rule["Threshold"] == 6 * 3_600
    assert rule["AlarmActions"]


def test_the_runbook_has_every_alarm_and_no_other(either: Assembly) -> None:
    runbook = (CHECKOUT / "infra" / "README.md").read_text("utf-8").partition("## Runbook")[2]
    described = set(re.findall(r"^\| `(\w+)` \|", runbook, re.MULTILINE))
    ids = (each.id for each in either.all("AWS::CloudWatch::Alarm"))
    assert described == {re.sub(r"^Monitoring|[0-9A-F]{8}$", "", id) for id in ids}
