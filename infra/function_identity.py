"""Who a function is: its role and its log."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.log import Log
from infra.permissions import allow
from infra.settings import DeploySettings


class FunctionIdentity(Construct):
    """A role that may write this log; its other permissions are granted in infra.permissions."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.log = Log(self, "Log", settings=settings)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log.grant_write(self.role)
        if settings.tracing:
            acknowledge(self, "X-Ray's actions take no resource", "IAM5[Resource::*]")

    def allow(self, actions: list[str], *resource_arns: str) -> None:
        """Allow these actions on these resources."""
        allow(self.role, actions, *resource_arns)


def tracing_of(settings: DeploySettings) -> lambda_.Tracing:
    """X-Ray charges by the trace; the log has each request's times without it."""
    return lambda_.Tracing.ACTIVE if settings.tracing else lambda_.Tracing.DISABLED
