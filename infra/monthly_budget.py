"""A budget of the whole account: AWS writes when a month is going to cost more."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from infra.settings import DeploySettings


class MonthlyBudget(Construct):
    """Mail when the month's bill is forecast to be above it, and when it is.

    Of the account and not of this installation: AWS can tell them apart only where somebody has
    activated the tags for cost allocation. The first two budgets of an account are free.
    """

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=settings.budget_usd, unit="USD"
                ),
            ),
            notifications_with_subscribers=[
                _mail(kind, settings.alarm_email) for kind in ("FORECASTED", "ACTUAL")
            ],
        )


def _mail(kind: str, address: str) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold_type="PERCENTAGE",
            threshold=100,
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(address=address, subscription_type="EMAIL")
        ],
    )
