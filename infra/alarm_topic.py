"""Whom alarms tell."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlarmTopic(sns.Topic):
    """Over TLS only, and open to this account's alarms; with a subscription if an address is given.

    A topic has a policy that lets its account's services publish until it gets one of its own. The
    rule about TLS is one, so what CloudWatch may do must be said beside it.
    """

    def __init__(self, scope: Construct, id: str, *, email: str) -> None:
        super().__init__(scope, id, enforce_ssl=True)
        if email:
            self.add_subscription(subscriptions.EmailSubscription(email))
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
