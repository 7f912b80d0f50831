"""The policies of the roles that an application synthesizes, under the names that a deployment of
it has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.assembly import Assembly, Properties, Resource, actions_of
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION

Names = Mapping[tuple[str, str], str]  # (stack, logical id) → physical name
_PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
_ARNS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
}


@dataclass(frozen=True)
class RolePolicies:
    """What each role may do: `names` are those of what was deployed; what was not has its logical
    id for a name."""

    assembly: Assembly
    names: Names

    def of_function(self, construct: str) -> list[Properties]:
        """The statements of this construct's function."""
        function = self.assembly.one("AWS::Lambda::Function", construct)
        return self._of_role(function.stack, function.properties["Role"]["Fn::GetAtt"][0])

    def of_task(self) -> list[Properties]:
        """The statements of the container on GPU machines."""
        task = self.assembly.one("AWS::ECS::TaskDefinition")
        return self._of_role(task.stack, task.properties["TaskRoleArn"]["Fn::GetAtt"][0])

    def of_bucket(self, name: str) -> Properties | None:
        """The policy of the bucket of this name, if it has one."""
        for policy in self.assembly.all("AWS::S3::BucketPolicy"):
            if self.resolved(policy.properties["Bucket"], policy.stack) == name:
                found: Properties = self.resolved(policy.properties["PolicyDocument"], policy.stack)
                return found
        return None

    def _of_role(self, stack: str, role: str) -> list[Properties]:
        definition = self.assembly.templates[stack]["Resources"][role]["Properties"]
        assert not definition.keys() & {"ManagedPolicyArns", "Policies"}
        return [
            {**self.resolved(statement, stack), "Action": [action]}
            for policy in self.assembly.all("AWS::IAM::Policy")
            if policy.stack == stack and {"Ref": role} in policy.properties["Roles"]
            for statement in policy.properties["PolicyDocument"]["Statement"]
            for action in actions_of(statement)
        ]

    def resolved(self, value: Any, stack: str) -> Any:
        """The value with all its references followed.

        Raises  ValueError for an intrinsic function that no policy has had so far.
        """
        match value:
            case {"Ref": name}:
                return _PSEUDO.get(name) or self._name(stack, name)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._arn(Resource(stack, name, self._resources(stack)[name]))
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.resolved(part, stack) for part in parts)
            case {"Fn::ImportValue": name}:
                return self._exported(name)
            case dict():
                if any(name.startswith("Fn::") for name in value):
                    raise ValueError(f"found {value}; expected references and joins")
                return {name: self.resolved(each, stack) for name, each in value.items()}
            case list():
                return [self.resolved(each, stack) for each in value]
        return value

    def _exported(self, name: str) -> Any:
        for stack, template in self.assembly.templates.items():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == name:
                    return self.resolved(output["Value"], stack)
        raise ValueError(f"found no export {name}")

    def _resources(self, stack: str) -> Properties:
        found: Properties = self.assembly.templates[stack]["Resources"]
        return found

    def _name(self, stack: str, logical: str) -> str:
        return self.names.get((stack, logical), logical)

    def _arn(self, resource: Resource) -> str:
        kind = resource.definition["Type"]
        name = self._name(resource.stack, resource.id).rpartition("/")[2]  # a queue's is a URL
        if kind == "AWS::Logs::LogGroup":
            name = self._name(resource.stack, resource.id)
        pattern = _ARNS.get(kind, "arn:aws:unknown:{region}:{account}:{name}")
        return pattern.format(region=REGION, account=ACCOUNT, name=name)
