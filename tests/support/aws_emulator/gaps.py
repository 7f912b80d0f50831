"""Properties that moto's CloudFormation drops and moto's own APIs know; the code relies on them.

Bucket policies are not among them: moto ignores conditions, so "only over TLS" would mean "never".
"""

from __future__ import annotations

from typing import Any

Properties = dict[str, Any]


def fill_table(dynamodb: Any, name: str, properties: Properties) -> None:
    """Expiry and backups of a table."""
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
    )
    dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
    )


def fill_bucket(s3: Any, name: str, properties: Properties) -> None:
    """Protection, versions, expiry and CORS of a bucket."""
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"],
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={
            "Rules": [
                _lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]
            ]
        },
    )
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(
            Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"]
        )
    if "CorsConfiguration" in properties:
        rules = [_cors_rule(rule) for rule in properties["CorsConfiguration"]["CorsRules"]]
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})


def _lifecycle_rule(rule: Properties) -> Properties:
    """CloudFormation's spelling → the API's."""
    known = ("Status", "AbortIncompleteMultipartUpload")
    translated: Properties = {key: rule[key] for key in known if key in rule}
    if "ExpirationInDays" in rule:
        translated["Expiration"] = {"Days": rule["ExpirationInDays"]}
    return translated | {"Filter": {"Prefix": rule.get("Prefix", "")}}


def _cors_rule(rule: Properties) -> Properties:
    return {("MaxAgeSeconds" if key == "MaxAge" else key): value for key, value in rule.items()}
