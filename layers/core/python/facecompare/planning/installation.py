"""What of an installation has a price of its own, whether or not somebody comes."""

from __future__ import annotations

from dataclasses import dataclass

from facecompare.planning import prices

SECONDS_A_MONTH = 2_628_000  # of 730 hours
METRICS_A_ROUTE = 6  # count, 4xx, 5xx, latency, integration latency, bytes
# AWS, Lambda Developer Guide, "Using Lambda with Amazon SQS": five long polls at a time, which SQS
# answers after 20 s where there is nothing.
POLLERS, POLL_S = 5, 20
IMAGE_GB, MODELS_GB = 0.15, 0.072  # the image compressed, as ECR keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """As `make deploy` makes it when nothing is chosen; tests hold the numbers to the templates.

    Custom metrics cost something in hours in which they are written: one of our own for each of its
    names, and six of API Gateway for each route that is called (detailed metrics).
    """

    secrets: int = 1
    alarm_metrics: int = 3
    dashboards: int = 0
    own_metrics: int = 0
    detailed_routes: int = 0
    traced: float = 0.0
    """requests of which X-Ray keeps a trace, from 0 to 1"""
    log_bytes: int = 1_400
    """of a comparison: its line, API Gateway's, and Lambda's three"""

    @property
    def month_at_rest(self) -> dict[str, float]:
        """US dollars of a month in which nothing happens, by item."""
        polls = SECONDS_A_MONTH / POLL_S * POLLERS
        return {
            "origin secret": self.secrets * prices.SECRET_MONTH,
            "alarms": self.alarm_metrics * prices.ALARM_MONTH,
            "dashboard": self.dashboards * prices.DASHBOARD_MONTH,
            "polling of the queue": polls * prices.SQS_REQUEST,
            "image and models": IMAGE_GB * prices.ECR_GB_MONTH + MODELS_GB * prices.S3_GB_MONTH,
        }

    @property
    def month_in_use(self) -> dict[str, float]:
        """US dollars that a month costs once it is used at all, by item."""
        routes = self.detailed_routes * METRICS_A_ROUTE
        return {
            "CloudWatch, own metrics": self.own_metrics * prices.CUSTOM_METRIC_MONTH,
            "CloudWatch, metrics of routes": routes * prices.CUSTOM_METRIC_MONTH,
        }


# Version 0.6.0: 17 metrics in embedded metric format, and X-Ray's default rule, which
# keeps the first request of each second: of a million spread over a month nearly every one.
RELEASE_0_6 = Installation(
    alarm_metrics=12,
    dashboards=1,
    own_metrics=17,
    detailed_routes=1,
    traced=1.0,
    log_bytes=2_000,
)
