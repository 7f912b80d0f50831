"""What AWS wants in us-east-1, wherever everything else is: CloudFront's firewall, and budgets."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.firewall import Firewall
from infra.monthly_budget import MonthlyBudget
from infra.settings import DeploySettings


class EdgeStack(Stack):
    """Only there when there is a firewall or a budget; without a firewall no ACL has an ARN."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, **options: Any
    ) -> None:
        super().__init__(scope, id, **options)
        self.web_acl_arn: str | None = None
        if settings.waf_requests_per_5_minutes:
            firewall = Firewall(
                self, "Firewall", requests_per_5_minutes=settings.waf_requests_per_5_minutes
            )
            self.web_acl_arn = firewall.acl.attr_arn
        if settings.budget_usd:
            MonthlyBudget(self, "Budget", settings=settings)
