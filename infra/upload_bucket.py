"""The bucket for photos that are too large for a request."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from facecompare.uploads.grants import OBJECT_DAYS
from infra.private_bucket import PrivateBucket
from infra.settings import ALL_ALARMS, DeploySettings

PREFLIGHT_AGE_H = 1
# Twice the photos of a batch of a million pairs, of 115 KB each: what is more nobody meant. It
# would cost some $12 a month.
ALARM_BYTES = 500_000_000_000
ALARM_DAYS = 3  # S3 tells a bucket's size once a day, some hours later


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
        alarms: sns.ITopic,
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
        if settings.alarms == ALL_ALARMS:
            self._size_alarm().add_alarm_action(actions.SnsAction(alarms))

    def _size_alarm(self) -> cloudwatch.Alarm:
        """Grants are free for everybody in public mode, and nothing counts what is stored."""
        return cloudwatch.Alarm(
            self,
            "StoredBytes",
            metric=cloudwatch.Metric(
                namespace="AWS/S3",
                metric_name="BucketSizeBytes",
                dimensions_map={
                    "BucketName": self.bucket.bucket_name,
                    "StorageType": "StandardStorage",
                },
                statistic="Maximum",
                period=Duration.days(1),
            ),
            threshold=ALARM_BYTES,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=ALARM_DAYS,
            datapoints_to_alarm=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
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


def upload_host(settings: DeploySettings) -> str:
    """Where a presigned POST goes: the region's host, see `facecompare.aws_client.S3_HOSTS`."""
    return f"{upload_bucket_name(settings)}.s3.{Aws.REGION}.{Aws.URL_SUFFIX}"
