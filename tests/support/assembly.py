"""A synthesized application, and questions to its templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from facecompare.config import CHECKOUT
from infra.app import build

Properties = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    id: str
    definition: Properties

    @property
    def properties(self) -> Properties:
        found: Properties = self.definition["Properties"]
        return found

    @property
    def arn(self) -> Properties:
        """How its own template refers to it."""
        return {"Fn::GetAtt": [self.id, "Arn"]}


@dataclass(frozen=True)
class Assembly:
    """Templates and whole names by the last word of the stack's name: data, api, site, edge."""

    folder: Path
    templates: Mapping[str, Properties]
    stack_names: Mapping[str, str]

    @classmethod
    def of(cls, context: Mapping[str, str], folder: Path) -> Assembly:
        """Synthesized with the feature flags of cdk.json and this context; cdk-nag has agreed."""
        flags = json.loads((CHECKOUT / "cdk.json").read_text("utf-8"))["context"]
        build(flags | dict(context), str(folder)).synth()
        paths = {
            path.name.removesuffix(".template.json"): path
            for path in sorted(folder.glob("*.template.json"))
        }
        return cls(
            folder,
            {_last(name): json.loads(path.read_text("utf-8")) for name, path in paths.items()},
            {_last(name): name for name in paths},
        )

    def all(self, kind: str) -> list[Resource]:
        """The resources of this type, of all stacks."""
        return [each for each in self.resources() if each.definition["Type"] == kind]

    def resources(self) -> Iterator[Resource]:
        for stack, template in self.templates.items():
            for id, definition in template["Resources"].items():
                yield Resource(stack, id, definition)

    def one(self, kind: str, construct: str = "") -> Resource:
        """The only resource of this type in the construct of this name."""
        (found,) = (each for each in self.all(kind) if each.id.startswith(construct))
        return found

    def functions_allowed(self, action: str) -> list[str]:
        """The service names of our functions whose role may do this to anything."""
        return sorted(
            service_of(function)
            for function in self.all("AWS::Lambda::Function")
            if any(_allows(statement, action) for statement in self.statements(function))
        )

    def statements(self, function: Resource) -> list[Properties]:
        """What the function's role may do."""
        role = {"Ref": function.properties["Role"]["Fn::GetAtt"][0]}
        return [
            statement
            for policy in self.all("AWS::IAM::Policy")
            if policy.stack == function.stack and role in policy.properties["Roles"]
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]


def _last(stack: str) -> str:
    return stack.rpartition("-")[2]


def service_of(function: Resource) -> str:
    """compare, records, or cdk for the functions that CDK brings along."""
    variables = function.properties.get("Environment", {}).get("Variables", {})
    name: str = variables.get("POWERTOOLS_SERVICE_NAME", "cdk")
    return name


def actions_of(statement: Properties) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else actions


def _allows(statement: Properties, action: str) -> bool:
    return statement["Effect"] == "Allow" and any(
        fnmatchcase(action, pattern) for pattern in actions_of(statement)
    )
