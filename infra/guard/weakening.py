"""What an installation has that a deployment would take away or make weaker.

Read from templates, the deployed one and the one to be deployed, so that it holds for installations
of older versions and for what was changed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from facecompare.config import ENV_PREFIX, PUBLIC
from infra.stack_names import API, DATA, EDGE, SITE

Template = Mapping[str, Any]
Found = Any  # None where a template says nothing about it


@dataclass(frozen=True, slots=True)
class Strength:
    """What an option does to a template, and when that has become less."""

    stack: str
    found: Callable[[Template], Found]
    is_less: Callable[[Found, Found], bool]
    """of what is deployed, and of what would be"""


def weakenings(
    deployed: Mapping[str, Template], next_ones: Mapping[str, Template]
) -> Iterator[tuple[str, Found, Found]]:
    """Option, what is deployed and what would be, of each that becomes less."""
    for option, strength in STRENGTHS.items():
        templates = deployed.get(strength.stack), next_ones.get(strength.stack)
        if None not in templates:
            before, after = (strength.found(template) for template in templates if template)
            if before is not None and strength.is_less(before, after):
                yield option, before, after


def _all(template: Template, kind: str) -> list[Mapping[str, Any]]:
    """The properties of all resources of this type."""
    return [
        each.get("Properties", {})
        for each in template["Resources"].values()
        if each["Type"] == kind
    ]


def _of_functions(setting: str) -> Callable[[Template], Found]:
    """A setting of the functions; the first one that has it stands for all."""
    name = ENV_PREFIX + setting

    def found(template: Template) -> Found:
        functions = _all(template, "AWS::Lambda::Function")
        variables = (each.get("Environment", {}).get("Variables", {}) for each in functions)
        return next((each[name] for each in variables if name in each), None)

    return found


def _of_table(property_of: Callable[[Mapping[str, Any]], Found]) -> Callable[[Template], Found]:
    def found(template: Template) -> Found:
        for each in template["Resources"].values():
            if each["Type"] == "AWS::DynamoDB::Table":
                return property_of(each)
        return None

    return found


def _property(*path: str) -> Callable[[Mapping[str, Any]], Found]:
    def found(resource: Mapping[str, Any]) -> Found:
        value: Any = resource.get("Properties", {})
        for name in path:
            value = value.get(name, {})
        return bool(value)

    return found


def _aliases(template: Template) -> Found:
    configs = [
        each["DistributionConfig"] for each in _all(template, "AWS::CloudFront::Distribution")
    ]
    return {alias for each in configs for alias in each.get("Aliases", ())}


def _mailed(template: Template) -> Found:
    return {
        str(each["Endpoint"])
        for each in _all(template, "AWS::SNS::Subscription")
        if each["Protocol"] == "email"
    }


def _origins(template: Template) -> Found:
    configured = [each.get("CorsConfiguration", {}) for each in _all(template, API_TYPE)]
    return {origin for each in configured for origin in each.get("AllowOrigins", ())}


def _boundaries(template: Template) -> Found:
    roles = _all(template, "AWS::IAM::Role")
    return {str(each["PermissionsBoundary"]) for each in roles if "PermissionsBoundary" in each}


def _firewall(template: Template) -> Found:
    limits = [
        rule["Statement"]["RateBasedStatement"]["Limit"]
        for each in _all(template, "AWS::WAFv2::WebACL")
        for rule in each["Rules"]
        if "RateBasedStatement" in rule["Statement"]
    ]
    return min(limits, default=None)


def _budget(template: Template) -> Found:
    return len(_all(template, "AWS::Budgets::Budget")) or None


def _log_days(template: Template) -> Found:
    groups = _all(template, "AWS::Logs::LogGroup")
    return min(
        (each["RetentionInDays"] for each in groups if "RetentionInDays" in each), default=None
    )


def _keeps(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("DeletionPolicy", "")).startswith("Retain")


def _is_gone(before: Found, after: Found) -> bool:
    return bool(before) and not after


def _has_lost(before: set[str], after: set[str]) -> bool:
    return bool(before - after)


def _is_fewer(before: Found, after: Found) -> bool:
    return after is None or int(after) < int(before)


def _is_open(before: Found, after: Found) -> bool:
    return bool(before != PUBLIC and after == PUBLIC)


def _is_wider(before: int, after: int | None) -> bool:
    return after is None or after > before


API_TYPE = "AWS::ApiGatewayV2::Api"
STRENGTHS: Mapping[str, Strength] = {
    "access": Strength(API, _of_functions("ACCESS"), _is_open),
    "permissions_boundary": Strength(API, _boundaries, _has_lost),
    "records_days": Strength(API, _of_functions("RECORDS_DAYS"), _is_fewer),
    "keep_data": Strength(DATA, _of_table(_keeps), _is_gone),
    "deletion_protection": Strength(
        DATA, _of_table(_property("DeletionProtectionEnabled")), _is_gone
    ),
    "point_in_time_recovery": Strength(
        DATA,
        _of_table(_property("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")),
        _is_gone,
    ),
    "table_key": Strength(DATA, _of_table(_property("SSESpecification", "SSEEnabled")), _is_gone),
    "waf_requests_per_5_minutes": Strength(EDGE, _firewall, _is_wider),
    "budget_usd": Strength(EDGE, _budget, _is_gone),
    "domain": Strength(SITE, _aliases, _has_lost),
    "alarm_email": Strength(API, _mailed, _has_lost),
    "allowed_origins": Strength(API, _origins, _has_lost),
    "log_days": Strength(API, _log_days, _is_fewer),
}
