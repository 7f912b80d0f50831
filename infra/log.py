"""Where functions and the API write what they did."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import LOG_DAYS, DeploySettings


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
