"""The buckets for access logs: one of site and uploads, one of models."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.private_bucket import PrivateBucket
from infra.settings import DeploySettings


class LogBucket(Construct):
    """Forgets after `log_days`, as the log groups do."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            settings=settings,
            keep=settings.keep_data,
            object_days={"": settings.log_days},
            # CloudFront's standard logs are written with an access control list.
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        )
        acknowledge(self, "the log of the log would log itself", "S1")
