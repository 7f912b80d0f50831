"""Who a function is: its role and its log."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
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
        acknowledge(self, "X-Ray's actions take no resource", "IAM5[Resource::*]")

    def allow(self, actions: list[str], *resource_arns: str) -> None:
        """Allow these actions on these resources."""
        allow(self.role, actions, *resource_arns)
