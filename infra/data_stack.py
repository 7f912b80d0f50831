"""What lasts: models, records, batches, and the secret between CloudFront and the API."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.batch_queues import BatchQueues
from infra.comparison_table import ComparisonTable
from infra.log_bucket import LogBucket
from infra.model_bucket import ModelBucket
from infra.origin_secret import OriginSecret
from infra.settings import DeploySettings


class DataStack(Stack):
    """Deployed first; nothing in it changes when code does."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, **options: Any
    ) -> None:
        super().__init__(scope, id, **options)
        logs = LogBucket(self, "AccessLogs", settings=settings) if settings.access_logs else None
        self.models = ModelBucket(
            self, "ModelBucket", settings=settings, log_bucket=logs.bucket if logs else None
        )
        self.comparison_table = ComparisonTable(self, "ComparisonLog", settings=settings)
        self.batches = BatchQueues(self, "Batches", settings=settings)
        self.origin_secret = OriginSecret(self, "OriginSecret", settings=settings)
        CfnOutput(self, "ModelBucketName", value=self.models.bucket.bucket_name)
        CfnOutput(self, "BatchQueueUrl", value=self.batches.queue.queue_url)
        CfnOutput(self, "DeadLetterQueueUrl", value=self.batches.dead_letters.queue_url)
        CfnOutput(self, "TableName", value=self.comparison_table.table.table_name)
