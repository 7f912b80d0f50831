"""CloudFront's firewall: it counts each visitor's requests."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

WINDOW_S = 300


class Firewall(Construct):
    """Blocks an address while it sends more requests than this."""

    def __init__(self, scope: Construct, id: str, *, requests_per_5_minutes: int) -> None:
        super().__init__(scope, id)
        # CloudWatch keeps the counts of all firewalls of CloudFront in us-east-1, by this name.
        name = Stack.of(self).stack_name
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(name),
            rules=[_rate(requests_per_5_minutes, f"{name}-rate")],
        )


def _rate(limit: int, metric: str) -> wafv2.CfnWebACL.RuleProperty:
    rate = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=limit, evaluation_window_sec=WINDOW_S
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="rate",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=rate),
        visibility_config=_visible(metric),
    )


def _visible(metric: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        metric_name=metric, cloud_watch_metrics_enabled=True, sampled_requests_enabled=True
    )
