"""What there is in an account, so that what a deployment leaves behind can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from infra.account.account import Account, refusal_of
from infra.limits import EDGE_REGION


@dataclass(frozen=True, slots=True)
class Listing:
    """An operation that lists resources, where they are in its answer, and where their name is."""

    service: str
    operation: str
    found: str
    name: str = ""
    """empty where the answer has names only"""
    region: str = ""


LISTINGS: Mapping[str, Listing] = {
    "stack": Listing("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "log group": Listing("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "bucket": Listing("s3", "list_buckets", "Buckets", "Name"),
    "table": Listing("dynamodb", "list_tables", "TableNames"),
    "role": Listing("iam", "list_roles", "Roles", "RoleName"),
    "queue": Listing("sqs", "list_queues", "QueueUrls"),
    "function": Listing("lambda", "list_functions", "Functions", "FunctionName"),
    "layer": Listing("lambda", "list_layers", "Layers", "LayerName"),
    "topic": Listing("sns", "list_topics", "Topics", "TopicArn"),
    "alarm": Listing("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "dashboard": Listing("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "secret": Listing("secretsmanager", "list_secrets", "SecretList", "Name"),
    "parameter": Listing("ssm", "describe_parameters", "Parameters", "Name"),
    "API": Listing("apigatewayv2", "get_apis", "Items", "Name"),
    "cluster": Listing("ecs", "list_clusters", "clusterArns"),
    "task definition": Listing("ecs", "list_task_definitions", "taskDefinitionArns"),
    "machine group": Listing(
        "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"
    ),
    "launch template": Listing(
        "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"
    ),
    "network": Listing("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    # Distributions, policies, firewalls and all else that has no listing of its own here.
    "tagged resource": Listing(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "ResourceARN"
    ),
    "tagged resource of the edge": Listing(
        *("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "ResourceARN"),
        region=EDGE_REGION,
    ),
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Kind and name of everything that could be listed, and what could not be."""

    resources: frozenset[tuple[str, str]]
    unlisted: Mapping[str, str]
    """kind → why"""

    @classmethod
    def of(cls, account: Account) -> Inventory:
        """What is there now."""
        resources: set[tuple[str, str]] = set()
        unlisted = {}
        for kind, listing in LISTINGS.items():
            try:
                resources.update((kind, name) for name in _names(account, listing))
            except (BotoCoreError, ClientError) as failure:
                unlisted[kind] = refusal_of(failure)
        return cls(frozenset(resources), unlisted)

    def new_since(self, before: Inventory) -> list[tuple[str, str]]:
        """What was not there before, by kind and name."""
        return sorted(self.resources - before.resources)


def _names(account: Account, listing: Listing) -> Iterator[str]:
    for page in account.pages(listing.service, listing.operation, listing.region):
        for each in page.get(listing.found) or ():
            yield each[listing.name] if listing.name else each
