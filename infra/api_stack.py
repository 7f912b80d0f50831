"""What answers: the functions, the HTTP API, and who may do what."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from facecompare.uploads.grants import KEY_PREFIX as UPLOADS
from facecompare.uploads.grants import MANIFESTS_PREFIX as MANIFESTS
from facecompare.uploads.grants import PHOTOS_PREFIX as PHOTOS
from infra.batch_function import BatchFunction
from infra.batch_metrics import BatchMetrics
from infra.compare_function import CompareFunction
from infra.data_stack import DataStack
from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity
from infra.http_api import HttpApi
from infra.metrics import Metrics
from infra.monitoring import Monitoring
from infra.records_function import RecordsFunction
from infra.rights import allow_batches
from infra.settings import DeploySettings
from infra.upload_bucket import upload_bucket_name


class ApiStack(Stack):
    """Deployed on the data stack."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        data: DataStack,
        **options: Any,
    ) -> None:
        super().__init__(scope, id, **options)
        table, models = data.comparison_log.table, data.models.bucket
        uploads = s3.Bucket.from_bucket_name(self, "UploadBucket", upload_bucket_name(settings))
        environment = FunctionEnvironment(
            settings=settings,
            records_table=table.table_name,
            upload_bucket=uploads.bucket_name,
            origin_secret=data.origin_secret.reference,
        )
        compare = CompareFunction(
            self,
            "CompareFunction",
            settings=settings,
            environment=environment,
            model_bucket=models.bucket_name,
        )
        records = RecordsFunction(
            self,
            "RecordsFunction",
            settings=settings,
            environment=environment,
            batch_queue=data.batches.queue.queue_url,
        )
        batch = BatchFunction(
            self,
            "BatchFunction",
            settings=settings,
            environment=environment,
            model_bucket=models.bucket_name,
            batches=data.batches,
        )
        self.http_api = HttpApi(
            self, "HttpApi", settings=settings, compare=compare.invoked, records=records.function
        )
        metrics = Metrics(
            api=self.http_api.api,
            compare=compare,
            records=records,
            table=table,
            batches=BatchMetrics(settings=settings, queues=data.batches, worker=batch, table=table),
        )
        Monitoring(self, "Monitoring", settings=settings, metrics=metrics)

        models_arn = data.export_value(models.bucket_arn)  # a name that cdk-nag's finding has, too
        compare_may, records_may = compare.identity, records.identity
        compare_may.do(["s3:GetObject"], f"{models_arn}/*")
        compare_may.do(["s3:GetObject"], f"{uploads.bucket_arn}/{UPLOADS}*")
        # Without this one S3 answers 403 where there is no such object, and not 404.
        compare_may.do(["s3:ListBucket"], models_arn, uploads.bucket_arn)
        compare_may.do(["dynamodb:GetItem", "dynamodb:PutItem"], table.table_arn)
        records_may.do(["dynamodb:GetItem", "dynamodb:DeleteItem"], table.table_arn)
        records_may.do(["dynamodb:Query"], *data.comparison_log.index_arns)
        # A grant is signed with the function's own right to put the object.
        records_may.do(["s3:PutObject"], f"{uploads.bucket_arn}/{UPLOADS}*")
        self._allow_orders(data, uploads, records_may)
        allow_batches(batch.identity.role, data, uploads)

        if settings.has_addresses:
            CfnOutput(self, "ApiUrl", value=self.http_api.api.api_endpoint)

    def _allow_orders(
        self, data: DataStack, uploads: s3.IBucket, records_may: FunctionIdentity
    ) -> None:
        """Orders of batches are checked, and sent on their way to the workers."""
        table, queues = data.comparison_log.table.table_arn, data.batches
        photos = [f"{uploads.bucket_arn}/{prefix}*" for prefix in (UPLOADS, PHOTOS)]
        manifests = f"{uploads.bucket_arn}/{MANIFESTS}*"
        records_may.do(["s3:GetObject"], *photos)
        records_may.do(["s3:ListBucket"], uploads.bucket_arn)
        records_may.do(["s3:PutObject", "s3:DeleteObject"], manifests)
        records_may.do(["sqs:SendMessage"], queues.queue.queue_arn)
        records_may.do(["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], table)
