"""Findings of cdk-nag that are meant to be so, each with its reason."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(scope: IConstruct, reason: str, *findings: str) -> None:
    """Let these findings stand, on this construct and what is in it."""
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-{finding}", reason=reason) for finding in findings)
    )


def spelled(scope: IConstruct, arn: str) -> str:
    """The ARN as cdk-nag spells it in the id of a finding."""
    return _text(Stack.of(scope).resolve(arn))


def _text(value: Any) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_text(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::ImportValue": name}:
            return str(name)
    return str(value)
