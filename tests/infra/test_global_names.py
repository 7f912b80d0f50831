"""Names that an account has once, over all regions and environments: two of the same, and the
second deployment fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from infra.contradictions import OPT_IN_REGIONS
from infra.limits import EDGE_REGION
from tests.support.assembly import Assembly, Resource
from tests.support.resolved_values import resolved
from tests.support.variants import VARIANTS, Variants

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-3")
OTHER = {"dev": "prod", "prod": "dev"}

# Where each type that is not of a region keeps its name, and the one of its counts in CloudWatch.
GLOBAL = {
    "AWS::Budgets::Budget": ("Budget.BudgetName",),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name",),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudFront::KeyGroup": ("KeyGroupConfig.Name",),
    "AWS::CloudFront::KeyValueStore": ("Name",),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name",),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig.Name",),
    "AWS::CloudFront::PublicKey": ("PublicKeyConfig.Name",),
    "AWS::CloudFront::RealtimeLogConfig": ("Name",),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig.Name",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::IAM::Group": ("GroupName",),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::IAM::User": ("UserName",),
    "AWS::S3::Bucket": ("BucketName",),  # of all accounts, even
    "AWS::WAFv2::WebACL": ("Name", "VisibilityConfig.MetricName"),  # CloudFront's are in us-east-1
}
# Without a name here AWS makes one; for the others it is an error.
MAY_BE_UNNAMED = {
    "AWS::Budgets::Budget",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::S3::Bucket",
    "AWS::WAFv2::WebACL",
}
# Named by region or not at all: of these services all types, and one type.
REGIONAL_SERVICES = {
    *("AWS::ApiGatewayV2", "AWS::ApplicationAutoScaling", "AWS::AutoScaling", "AWS::DynamoDB"),
    *("AWS::EC2", "AWS::ECS", "AWS::Events", "AWS::KMS", "AWS::Lambda", "AWS::Logs", "AWS::SNS"),
    *("AWS::SQS", "AWS::SSM", "AWS::Scheduler", "AWS::SecretsManager", "Custom"),
}
REGIONAL_TYPES = {
    "AWS::CloudFront::Distribution",  # its domain names are the caller's to choose
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Policy",  # a part of its role
    "AWS::S3::BucketPolicy",
}


class Place(NamedTuple):
    region: str
    env: str


class Name(NamedTuple):
    kind: str
    text: str


def places(context: Mapping[str, str]) -> list[Place]:
    """The three regions of its own environment, and one of them in another."""
    env = context.get("env", "dev")
    return [*(Place(region, env) for region in REGIONS), Place(REGIONS[0], OTHER[env])]


def at(path: str, properties: Any) -> Any:
    for word in path.split("."):
        properties = properties.get(word, {})
    return properties


def names(assembly: Assembly, region: str) -> Iterator[Name]:
    """All that are known before a deployment."""
    for stack, template in assembly.templates.items():
        where = EDGE_REGION if stack == "edge" else region
        yield Name(f"stack in {where}", f"{assembly.stack_names[stack]}")
        for id, definition in template["Resources"].items():
            yield from own_names(Resource(stack, id, definition), where)


def own_names(resource: Resource, region: str) -> Iterator[Name]:
    kind = resource.definition["Type"]
    for path in GLOBAL.get(kind, ()):
        value = at(path, resource.definition.get("Properties", {}))
        if value:
            yield Name(kind, resolved(value, region))
        else:
            assert kind in MAY_BE_UNNAMED, (kind, resource.id)


@pytest.fixture(scope="module")
def found(variants: Variants) -> dict[Name, set[Place]]:
    """Of all variants in all their places."""
    found = defaultdict(set)
    for name, context in VARIANTS.items():
        for place in places(context):
            chosen = {**context, "region": place.region, "env": place.env}
            if place.region in OPT_IN_REGIONS:
                chosen.pop("access_logs", None)  # refused there
            assembly = variants.made(f"{name}-{place.region}-{place.env}", chosen)
            for each in names(assembly, place.region):
                found[each].add(place)
    return found


def test_no_name_of_an_account_is_there_twice(found: dict[Name, set[Place]]) -> None:
    assert {name: where for name, where in found.items() if len(where) > 1} == {}


def test_the_names_are_those_that_were_looked_for(found: dict[Name, set[Place]]) -> None:
    assert {
        "AWS::CloudFront::Function",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CloudWatch::Dashboard",
        "AWS::S3::Bucket",
        "AWS::WAFv2::WebACL",
        "stack in us-east-1",
    } <= {name.kind for name in found}
    assert {place for where in found.values() for place in where} == {
        Place(region, env) for region in REGIONS for env in OTHER
    }


def test_of_every_type_it_is_known_whether_its_name_is_the_regions(variant: Assembly) -> None:
    kinds = {each.definition["Type"] for each in variant.resources()}
    regional = {kind for kind in kinds if kind.rpartition("::")[0] in REGIONAL_SERVICES}
    assert kinds - regional - REGIONAL_TYPES - GLOBAL.keys() == set()


def test_a_name_without_a_region_would_be_found(standard: Assembly) -> None:
    """The names as they were: of the construct's path alone."""
    policy = standard.one("AWS::CloudFront::ResponseHeadersPolicy")
    definition = {
        **policy.definition,
        "Properties": {"ResponseHeadersPolicyConfig": {"Name": "facecompare-dev-site-Headers"}},
    }
    here, there = (
        set(own_names(Resource(policy.stack, policy.id, definition), region))
        for region in REGIONS[:2]
    )
    assert here == there
    assert not set(own_names(policy, REGIONS[0])) & set(own_names(policy, REGIONS[1]))
