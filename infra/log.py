"""Where functions and the API write what they did."""

from __future__ import annotations

from typing import cast

import jsii
from aws_cdk import CfnResource, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct, IValidation

from infra.choices import LOG_DAYS
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
    """Give the stack the log of the function by which CDK carries values from region to region.

    CDK makes that function after everything else, while it resolves references; validations come
    after that, so this is one that finds no fault.
    """
    stack.node.add_validation(_ExportLog(stack, Log(stack, "ExportLog", settings=settings)))


@jsii.implements(IValidation)
class _ExportLog:
    def __init__(self, stack: Stack, log: Log) -> None:
        self._stack, self._log = stack, log

    def validate(self) -> list[str]:
        for provider in self._stack.node.children:
            if provider.node.id.startswith("Custom::CrossRegionExport"):
                handler = provider.node.try_find_child("Handler")
                if handler is not None:
                    cast(CfnResource, handler).add_property_override(
                        "LoggingConfig.LogGroup", self._log.log_group_name
                    )
        return []
