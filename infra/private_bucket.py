"""What all of this project's buckets have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.log import Log
from infra.settings import DeploySettings

INCOMPLETE_UPLOAD_DAYS = 1  # parts of an upload that was given up cost money and cannot be seen


class PrivateBucket(s3.Bucket):
    """Encrypted, over TLS only, closed to the public; goes when its stack goes, unless `keep`.

    `object_days` says for how long objects are kept whose keys begin so.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        keep: bool = False,
        bucket_name: str | None = None,
        versioned: bool = False,
        cors: Sequence[s3.CorsRule] | None = None,
        object_days: Mapping[str, int] | None = None,
        log_bucket: s3.IBucket | None = None,
        object_ownership: s3.ObjectOwnership = s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ) -> None:
        emptied = settings.empties_buckets and not keep
        super().__init__(
            scope,
            id,
            bucket_name=bucket_name,
            versioned=versioned,
            cors=cors,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            object_ownership=object_ownership,
            removal_policy=RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
            auto_delete_objects=emptied,
            server_access_logs_bucket=log_bucket,
            server_access_logs_prefix=f"{scope.node.id.lower()}/" if log_bucket else None,
        )
        self.add_lifecycle_rule(
            abort_incomplete_multipart_upload_after=Duration.days(INCOMPLETE_UPLOAD_DAYS)
        )
        for prefix, days in (object_days or {}).items():
            self.add_lifecycle_rule(prefix=prefix or None, expiration=Duration.days(days))
        if emptied:
            _log_emptying(self, settings)
        if log_bucket is None:
            acknowledge(self, "requests are logged for the site only, and if access_logs=on", "S1")


def _log_emptying(bucket: s3.Bucket, settings: DeploySettings) -> None:
    """Lambda would make a log group for CDK's emptying function, and no stack would remove it."""
    provider = Stack.of(bucket).node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
    handler = cast(CfnResource, provider.node.find_child("Handler"))
    log = Log.of_stack(bucket, "EmptyingLog", settings=settings)
    handler.add_property_override("LoggingConfig.LogGroup", log.log_group_name)
