"""What a company's account asks of every stack: its permissions boundary, its own bootstrap, its
tags."""

from __future__ import annotations

from functools import partial
from typing import cast

from aws_cdk import App, CfnResource, DefaultStackSynthesizer, Stack, Tags
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from infra.late_changes import change_late
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
        change_late(stack, partial(_bound_role, arn))


def _bound_role(boundary: str, provider: IConstruct) -> None:
    """That of a function which CDK has made after boundaries were set."""
    for child in provider.node.children:
        if CfnResource.is_cfn_resource(child):
            resource = cast(CfnResource, child)
            if resource.cfn_resource_type == ROLE:
                resource.add_property_override("PermissionsBoundary", boundary)
