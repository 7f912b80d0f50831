"""What an operator sees of batches, and which alarms there are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from facecompare.aws_lambda.telemetry import CloudWatchTelemetry
from facecompare.batches.chunk import MAX_PAIRS, PAIRS_PER_MESSAGE, Chunk
from facecompare.config import CHECKOUT
from facecompare.planning.prices import DYNAMODB_WRITE, LAMBDA_GB_SECOND, SQS_REQUEST
from facecompare.telemetry import Timing
from infra.batch_metrics import PAIRS_A_DELETION
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
        and queue in str(query["MetricStat"]["Metric"].get("Dimensions"))
    )
    return found


def test_there_is_a_dashboard_where_one_is_wanted(standard: Assembly, everything: Assembly) -> None:
    assert standard.all("AWS::CloudWatch::Dashboard") == []
    assert len(everything.all("AWS::CloudWatch::Dashboard")) == 1


def test_batches_have_a_row_of_their_own(everything: Assembly) -> None:
    *_, a, b, c, d = widgets(everything)
    row = [a, b, c, d]
    assert [each["properties"]["title"] for each in row] == ROW
    assert len({each["y"] for each in row}) == 1
    assert sum(each["width"] for each in row) == 24


def test_the_backlog_is_what_waits_and_what_is_worked_on(everything: Assembly) -> None:
    names = [each[1] for each in metrics(everything, ROW[0])]
    assert names == ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"]


def test_the_rate_is_of_all_workers_together(everything: Assembly) -> None:
    """Whoever compares the pairs of a message deletes it."""
    assert expression(everything, ROW[2]) == "deleted * 20 / PERIOD(deleted)"
    (deleted,) = (each for each in metrics(everything, ROW[2]) if "expression" not in each[0])
    assert deleted[:3] == ["AWS/SQS", "NumberOfMessagesDeleted", "QueueName"]


@pytest.mark.parametrize("pairs", [100, 250, 1_000, 10_000, MAX_PAIRS])
def test_pairs_are_about_as_many_as_the_messages_deleted_tell(pairs: int) -> None:
    waiting, messages = [Chunk("batch", 0, pairs - 1)], 0
    while waiting:
        chunk = waiting.pop()
        messages += 1
        if chunk.size > PAIRS_PER_MESSAGE:
            waiting += chunk.split()
    assert messages * PAIRS_A_DELETION == pytest.approx(pairs, rel=0.15)


@pytest.mark.parametrize("price", [LAMBDA_GB_SECOND, SQS_REQUEST, DYNAMODB_WRITE])
def test_the_cost_of_a_million_is_made_of_the_prices(everything: Assembly, price: float) -> None:
    formula = expression(everything, ROW[3])
    assert f"* {price:.10f}" in formula
    assert f"{DeploySettings().compare_memory_mb / 1024:.3f}" in formula
    assert formula.endswith(" / (deleted * 20) * 1000000")


def test_a_dead_letter_wakes_someone(either: Assembly) -> None:
    rule = alarm(either, "ApproximateNumberOfMessagesVisible", "DeadLetters")
    assert (rule["Threshold"], rule["EvaluationPeriods"]) == (0, 1)
    assert rule["AlarmActions"]


def test_a_batch_that_does_not_get_on_wakes_someone(either: Assembly) -> None:
    rule = alarm(either, "ApproximateAgeOfOldestMessage", "BatchesQueue")
    assert rule["Threshold"] == 6 * 3_600
    assert rule["AlarmActions"]


def test_the_runbook_has_every_alarm_and_no_other(everything: Assembly) -> None:
    runbook = (CHECKOUT / "infra" / "README.md").read_text("utf-8").partition("## Runbook")[2]
    described = set(re.findall(r"^\| `(\w+)` \|", runbook, re.MULTILINE))
    ids = (each.id for each in everything.all("AWS::CloudWatch::Alarm"))
    assert described == {re.sub(r"^Monitoring|[0-9A-F]{8}$", "", id) for id in ids}


# The names of what Lambda itself writes, and of what Powertools adds to each line.
LAMBDA_FIELDS = {"@type", "@initDuration", "@message", "level", "message"}
FUNCTIONS = {"count", "pct", "sum", "strcontains", "bin"}


def queries(assembly: Assembly) -> dict[str, str]:
    """Text by title, without the folder."""
    found = assembly.all("AWS::Logs::QueryDefinition")
    return {
        each.properties["Name"].partition("/")[2]: each.properties["QueryString"] for each in found
    }


def test_queries_are_saved_with_and_without_a_dashboard(either: Assembly) -> None:
    assert set(queries(either)) == {
        *("A whole comparison, ms", "Stages, ms", "Outcomes", "Cold starts", "Errors in the logs")
    }


def test_a_dashboard_draws_what_is_saved(everything: Assembly) -> None:
    drawn = {
        each["properties"]["title"]: each["properties"]["query"].partition("filter")[2]
        for each in widgets(everything)
        if each["type"] == "log"
    }
    saved = {title: text.removeprefix("filter") for title, text in queries(everything).items()}
    assert drawn == saved


def test_queries_ask_for_fields_that_the_functions_write(
    standard: Assembly, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every name in a query is a field of a line, what is made of one, or Logs Insights' own."""
    written = LAMBDA_FIELDS | logged_fields(capsys)
    for query in queries(standard).values():
        text = re.sub(r'"[^"]*"|/[^/]*/', "", query)
        made = set(re.findall(r" as (\w+)", text))
        names = set(re.findall(r"@?[A-Za-z][\w.]*", text)) - made
        assert names - FUNCTIONS - KEYWORDS - written == set(), query


KEYWORDS = {"filter", "stats", "as", "by", "in", "or", "like", "5m", "m"}


def logged_fields(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Of the lines about an operation, a refusal and pairs; those inside others with a dot."""
    telemetry = CloudWatchTelemetry()
    telemetry.operation_completed("compare", Timing())
    telemetry.request_refused("no_face")
    telemetry.pairs_compared(25)
    telemetry.flush()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == ["answered", "refused", "compared"]
    inner = {f"stages_ms.{stage}" for line in lines for stage in line.get("stages_ms", ())}
    return inner | {name for line in lines for name in line}
