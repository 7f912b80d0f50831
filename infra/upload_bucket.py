"""The bucket for photos that are too large for a request."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from facecompare.uploads.grants import OBJECT_DAYS
from infra.private_bucket import PrivateBucket
from infra.settings import DeploySettings

PREFLIGHT_AGE_H = 1


class PhotoUploads(Construct):
    """Takes presigned POSTs from the site's pages, and forgets within days."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        origins: list[str],
        log_bucket: s3.IBucket | None,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            settings=settings,
            bucket_name=upload_bucket_name(settings),
            object_days=OBJECT_DAYS,
            log_bucket=log_bucket,
            cors=[_posts_from(origins)],
        )


def _posts_from(origins: list[str]) -> s3.CorsRule:
    return s3.CorsRule(
        allowed_methods=[s3.HttpMethods.POST],
        allowed_origins=origins,
        allowed_headers=["*"],
        max_age=Duration.hours(PREFLIGHT_AGE_H).to_seconds(),
    )


def upload_bucket_name(settings: DeploySettings) -> str:
    """Known before the bucket is: the API is made first, and the bucket names the site's origin."""
    return f"{settings.prefix}-uploads-{Aws.ACCOUNT_ID}-{Aws.REGION}"


def upload_hosts(settings: DeploySettings) -> list[str]:
    """Where a presigned POST goes; us-east-1's signers leave the region out."""
    name = upload_bucket_name(settings)
    return [f"{name}.s3.{suffix}" for suffix in (f"{Aws.REGION}.{Aws.URL_SUFFIX}", Aws.URL_SUFFIX)]
