"""What is deployed of an environment, as CloudFormation tells it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from facecompare.errors import BadSetting
from infra.account.account import Account, region_of
from infra.settings import DeploySettings
from infra.stack_names import region_of_stack, stack_names


class DeployedStacks:
    """The stacks of one environment, asked for once. Its methods raise what botocore does.

    `names` are those of all stacks that there can be, by what is in them.
    """

    def __init__(self, account: Account, settings: DeploySettings) -> None:
        self.region = account.region
        self._account = account
        self.names = stack_names(settings)

    @classmethod
    def of(cls, settings: DeploySettings) -> DeployedStacks:
        """Those of this environment, where CDK would deploy it. Raises  BadSetting."""
        return cls(Account(required_region(settings)), settings)

    @cached_property
    def found(self) -> Mapping[str, Mapping[str, Any]]:
        """Those that are there, by what is in them, in the order of deployment."""
        asked = {
            stack: self._account.stack(name, region_of_stack(stack, self.region))
            for stack, name in self.names.items()
        }
        return {stack: answer for stack, answer in asked.items() if answer is not None}

    def outputs(self) -> dict[str, str]:
        """The outputs of all of them, by name."""
        return {
            each["OutputKey"]: each["OutputValue"]
            for stack in self.found.values()
            for each in stack.get("Outputs", ())
        }

    def template(self, stack: str) -> Mapping[str, Any]:
        """Of one that is there."""
        answer = self._account.ask(
            *("cloudformation", "get_template", region_of_stack(stack, self.region)),
            StackName=self.names[stack],
        )
        body = answer["TemplateBody"]
        template: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
        return template

    def protected(self) -> list[str]:
        """The names of those that CloudFormation refuses to delete."""
        return [
            self.names[stack]
            for stack, found in self.found.items()
            if found.get("EnableTerminationProtection")
        ]


def required_region(settings: DeploySettings) -> str:
    """Where this installation is. Raises  BadSetting where nothing says it."""
    region = region_of(settings.region, os.environ)
    if not region:
        raise BadSetting("found no region; expected one; set AWS_REGION, or -c region=…")
    return region
