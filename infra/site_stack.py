"""What visitors see: the page and, on the same host, the API; and where large photos go."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.api_stack import ApiStack
from infra.data_stack import DataStack
from infra.edge_stack import EdgeStack
from infra.log_bucket import LogBucket
from infra.settings import DeploySettings
from infra.upload_bucket import PhotoUploads, upload_host
from infra.website import Website

LOCAL_ORIGIN = "http://127.0.0.1:8000"  # where `facecompare serve` has the page


class SiteStack(Stack):
    """Deployed last, because it names the API."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        data: DataStack,
        api: ApiStack,
        edge: EdgeStack | None,
        **options: Any,
    ) -> None:
        super().__init__(scope, id, **options)
        self._settings = settings
        logs = LogBucket(self, "LogBucket", settings=settings) if settings.access_logs else None
        self._log_bucket = logs.bucket if logs else None
        website = self._website(data, api, edge)
        site_url = f"https://{website.host}"
        self._add_uploads(site_url if settings.has_addresses else LOCAL_ORIGIN, api)
        if settings.has_addresses:
            CfnOutput(self, "SiteUrl", value=site_url)

    def _website(self, data: DataStack, api: ApiStack, edge: EdgeStack | None) -> Website:
        return Website(
            self,
            "Website",
            settings=self._settings,
            api_host=api.http_api.host,
            origin_secret=data.origin_secret.sent(self),
            upload_hosts=[upload_host(self._settings)],
            log_bucket=self._log_bucket,
            web_acl_arn=edge.web_acl_arn if edge else None,
        )

    def _add_uploads(self, site_origin: str, api: ApiStack) -> None:
        uploads = PhotoUploads(
            self,
            "UploadBucket",
            settings=self._settings,
            origins=[site_origin, *self._settings.allowed_origins],
            log_bucket=self._log_bucket,
            alarms=api.monitoring.topic,
        )
        CfnOutput(self, "UploadBucketName", value=uploads.bucket.bucket_name)
