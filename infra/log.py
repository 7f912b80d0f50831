"""Where functions and the API write what they did."""

from __future__ import annotations

from typing import cast

from aws_cdk import CfnResource, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from infra.choices import LOG_DAYS
from infra.late_changes import change_late
from infra.settings import DeploySettings


class Log(logs.LogGroup):
    """A log group that forgets after `log_days`, and goes with its stack."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(
            scope, id, retention=LOG_DAYS[settings.log_days], removal_policy=RemovalPolicy.DESTROY
        )

    @classmethod
    def of_stack(cls, scope: Construct, id: str, *, settings: DeploySettings) -> Log:
        """The stack's one log of this id: for functions that CDK makes once per stack."""
        stack = Stack.of(scope)
        made = stack.node.try_find_child(id)
        return cast(Log, made) if made else cls(stack, id, settings=settings)


def own_export_log(stack: Stack, settings: DeploySettings) -> None:
    """Give the stack the log of the function by which CDK carries values from region to region."""
    log = Log(stack, "ExportLog", settings=settings)

    def set_log(provider: IConstruct) -> None:
        handler = provider.node.try_find_child("Handler")
        if handler is not None and provider.node.id.startswith("Custom::CrossRegionExport"):
            cast(CfnResource, handler).add_property_override(
                "LoggingConfig.LogGroup", log.log_group_name
            )

    change_late(stack, set_log)
