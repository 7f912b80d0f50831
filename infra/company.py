"""What a company's account asks of every stack: its permissions boundary, its own bootstrap, its
tags."""

from __future__ import annotations

from typing import cast

import jsii
from aws_cdk import App, CfnResource, DefaultStackSynthesizer, Stack, Tags
from aws_cdk import aws_iam as iam
from constructs import IValidation

from infra.settings import PROJECT, DeploySettings

ROLE = "AWS::IAM::Role"


def synthesizer_of(settings: DeploySettings) -> DefaultStackSynthesizer:
    """By the roles and the bucket of this bootstrap, one for each stack."""
    return DefaultStackSynthesizer(
        qualifier=settings.bootstrap_qualifier,
        generate_bootstrap_version_rule=settings.checks_bootstrap,
    )


def add_tags(app: App, settings: DeploySettings) -> None:
    """Ours, and those that the company's rules ask for."""
    ours = (("project", PROJECT), ("environment", settings.env))
    for name, value in (*ours, *settings.tags):
        Tags.of(app).add(name, value)


def bound_roles(app: App, settings: DeploySettings) -> None:
    """Every role has the boundary, those of CDK's own functions too."""
    arn = settings.permissions_boundary
    for stack in (each for each in app.node.children if arn and isinstance(each, Stack)):
        boundary = iam.ManagedPolicy.from_managed_policy_arn(stack, "PermissionsBoundary", arn)
        iam.PermissionsBoundary.of(stack).apply(boundary)
        stack.node.add_validation(_LateRoles(stack, arn))


@jsii.implements(IValidation)
class _LateRoles:
    """The roles that CDK makes while it resolves references from region to region, when boundaries
    have been set; validations come after that, so this is one that finds no fault."""

    def __init__(self, stack: Stack, boundary: str) -> None:
        self._stack, self._boundary = stack, boundary

    def validate(self) -> list[str]:
        for provider in self._stack.node.children:
            for child in provider.node.children:
                if CfnResource.is_cfn_resource(child):
                    resource = cast(CfnResource, child)
                    if resource.cfn_resource_type == ROLE:
                        resource.add_property_override("PermissionsBoundary", self._boundary)
        return []
