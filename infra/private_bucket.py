"""What all of this project's buckets have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.log import Log
from infra.settings import DeploySettings

INCOMPLETE_UPLOAD_DAYS = 1  # parts of an upload that was given up cost money and cannot be seen
_LOCKED: dict[str, Any] = {
    "encryption": s3.BucketEncryption.S3_MANAGED,
    "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
    "enforce_ssl": True,
    "object_ownership": s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
}


class PrivateBucket(s3.Bucket):
    """Encrypted, over TLS only, closed to the public; goes when its stack goes, unless `keep`.

    `object_days` says for how long objects are kept whose keys begin so; `options` are further ones
    of CDK's Bucket.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        keep: bool = False,
        object_days: Mapping[str, int] | None = None,
        log_bucket: s3.IBucket | None = None,
        **options: Any,
    ) -> None:
        emptied = settings.empties_buckets and not keep
        super().__init__(
            scope,
            id,
            removal_policy=settings.kept if keep else RemovalPolicy.DESTROY,
            auto_delete_objects=emptied,
            **_LOCKED | _logged(scope, log_bucket) | options,
        )
        self._expire(object_days or {})
        if emptied:
            _log_emptying(self, settings)
        if log_bucket is None:
            acknowledge(self, "requests are logged where access_logs=on", "S1")

    def _expire(self, object_days: Mapping[str, int]) -> None:
        self.add_lifecycle_rule(
            abort_incomplete_multipart_upload_after=Duration.days(INCOMPLETE_UPLOAD_DAYS)
        )
        for prefix, days in object_days.items():
            self.add_lifecycle_rule(prefix=prefix or None, expiration=Duration.days(days))


def _logged(scope: Construct, log_bucket: s3.IBucket | None) -> dict[str, Any]:
    if log_bucket is None:
        return {}
    prefix = f"{scope.node.id.lower()}/"
    return {"server_access_logs_bucket": log_bucket, "server_access_logs_prefix": prefix}


def _log_emptying(bucket: s3.Bucket, settings: DeploySettings) -> None:
    """Lambda would make a log group for CDK's emptying function, and no stack would remove it."""
    provider = Stack.of(bucket).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
    handler = cast(CfnResource, provider.node.find_child("Handler"))
    log = Log.of_stack(bucket, "EmptyingLog", settings=settings)
    handler.add_property_override("LoggingConfig.LogGroup", log.log_group_name)
