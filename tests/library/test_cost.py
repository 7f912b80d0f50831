"""The cost's arithmetic, beside figures that were worked out by hand."""

from __future__ import annotations

import pytest

from facecompare.planning.cost import Cost, cost, cost_table
from facecompare.planning.installation import RELEASE_0_6, Installation

# 85 ms and the 15 around them at 1 GB are 0.1 GB-seconds.
COSTS: Cost = cost(85, 230_000, 1_024)


def test_a_million_comparisons_are_the_sum_of_their_items() -> None:
    assert COSTS.million == {
        "Lambda, duration": pytest.approx(1.66667),
        "Lambda, requests": pytest.approx(0.20),
        "HTTP API": pytest.approx(1.00),  # half of what it meters as one
        "CloudFront, requests": pytest.approx(1.00),
        "CloudFront, function": pytest.approx(0.10),
        "CloudFront, responses": pytest.approx(6 * 0.085),  # GB
        "CloudFront, photos": pytest.approx(231 * 0.02),  # GB
        "DynamoDB": pytest.approx(3 * 0.625),
        "DynamoDB, a month's storage": pytest.approx(2.4 * 0.25),  # GB, in three places
        "DynamoDB, a month's backups": pytest.approx(0.8 * 0.20),
        "CloudWatch logs": pytest.approx(1.4 * 0.50),
        "X-Ray": 0,
        "CloudWatch, own metrics": 0,
        "CloudWatch, metrics of routes": 0,
    }
    assert COSTS.total == pytest.approx(sum(COSTS.million.values()))


def test_what_cloudwatch_took_is_in_the_cost_of_before() -> None:
    before = COSTS.million_before
    assert before["X-Ray"] == pytest.approx(5.00)
    assert before["CloudWatch, own metrics"] == pytest.approx(17 * 0.30)
    assert before["CloudWatch, metrics of routes"] == pytest.approx(6 * 0.30)
    assert before.keys() == COSTS.million.keys()


def test_a_month_at_rest_costs_less_than_a_dollar() -> None:
    assert Installation().month_at_rest == {
        "origin secret": pytest.approx(0.40),
        "alarms": pytest.approx(0.30),
        "dashboard": 0,
        "polling of the queue": pytest.approx(5 * 3 * 60 * 730 * 0.40e-6),  # three polls a minute
        "image and models": pytest.approx(0.0167, abs=0.0001),
    }
    assert sum(Installation().month_at_rest.values()) < 1
    assert sum(RELEASE_0_6.month_at_rest.values()) == pytest.approx(4.88, abs=0.005)


def test_the_table_has_every_item_and_the_sums() -> None:
    table = cost_table(COSTS)
    for item in (*COSTS.million, *COSTS.month_at_rest):
        assert f"\n| {item} | " in table
    now, before = COSTS.total, sum(COSTS.million_before.values())
    assert f"| **all of it** | **{before:.2f}** | **{now:.2f}** |" in table
    assert "| **all of it** | **4.88** | **0.98** |" in table
    assert "| Lambda on arm64, if a core is as fast | −0.33 |" in table
