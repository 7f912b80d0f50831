"""Resources that hold data, and what would put another, empty one in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# The properties that CloudFormation cannot change in place, as the types' own schemas tell them
# (createOnlyProperties and conditionalCreateOnlyProperties); a test compares.
HOLD_DATA: Mapping[str, Sequence[str]] = {
    "AWS::DynamoDB::Table": ("ImportSourceSpecification", "KeySchema", "TableName"),
    "AWS::KMS::Key": (),
    "AWS::S3::Bucket": ("BucketName", "BucketNamePrefix", "BucketNamespace"),
    "AWS::SQS::Queue": ("FifoQueue", "QueueName"),
    "AWS::SecretsManager::Secret": ("Name",),
}


def replacements(
    deployed: Mapping[str, Any], next_one: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The logical id, and why, of each resource with data that the next template would not go on
    with."""
    for id, resource in deployed["Resources"].items():
        kind = resource["Type"]
        reason = kind in HOLD_DATA and _reason(resource, next_one["Resources"].get(id))
        if reason:
            yield id, reason


def _reason(before: Mapping[str, Any], after: Mapping[str, Any] | None) -> str:
    if after is None or after["Type"] != before["Type"]:
        return "is not in it any more"
    was, will_be = before.get("Properties", {}), after.get("Properties", {})
    changed = [name for name in HOLD_DATA[before["Type"]] if was.get(name) != will_be.get(name)]
    return f"is made anew where {changed[0]} changes" if changed else ""
