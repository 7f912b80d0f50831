"""The functions, and the HTTP API before them."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

import facecompare
from infra.batch_function import BatchFunction
from infra.batch_metrics import BatchMetrics
from infra.compare_function import CompareFunction
from infra.data_stack import DataStack
from infra.function_environment import FunctionEnvironment
from infra.http_api import HttpApi
from infra.metrics import Metrics
from infra.monitoring import Monitoring
from infra.origin_authorizer import OriginAuthorizer
from infra.permissions import (
    allow_batch_requests,
    allow_batch_work,
    allow_comparing,
    allow_records,
)
from infra.records_function import RecordsFunction
from infra.settings import DeploySettings
from infra.upload_bucket import upload_bucket_name
from infra.weekly_ping import WeeklyPing


class ApiStack(Stack):
    """Deployed on the data stack."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, data: DataStack, **more: Any
    ) -> None:
        super().__init__(scope, id, **more)
        self._settings, self._data = settings, data
        self._uploads = s3.Bucket.from_bucket_name(
            self, "UploadBucket", upload_bucket_name(settings)
        )
        self._make_functions()
        self._origin = OriginAuthorizer(
            self, "OriginAuthorizer", settings=settings, accepted=data.origin_secret.accepted(self)
        )
        self.http_api = HttpApi(
            self,
            "HttpApi",
            settings=settings,
            compare=self._compare.invoked,
            records=self._records.function,
            origin=self._origin,
        )
        WeeklyPing(
            self,
            "WeeklyPing",
            functions={
                CompareFunction.SERVICE: self._compare.invoked,
                BatchFunction.SERVICE: self._batch.function,
            },
        )
        self.monitoring = Monitoring(self, "Monitoring", settings=settings, metrics=self._metrics())
        self._allow()
        # Not as a tag, which would touch every resource at each release.
        CfnOutput(self, "Version", value=facecompare.__version__)
        if settings.has_addresses:
            CfnOutput(self, "ApiUrl", value=self.http_api.api.api_endpoint)

    def _make_functions(self) -> None:
        given: dict[str, Any] = {"settings": self._settings, "environment": self._environment()}
        models, queues = self._data.models.bucket.bucket_name, self._data.batches
        self._compare = CompareFunction(self, "CompareFunction", model_bucket=models, **given)
        self._records = RecordsFunction(
            self, "RecordsFunction", batch_queue=queues.queue.queue_url, **given
        )
        self._batch = BatchFunction(
            self, "BatchFunction", model_bucket=models, queues=queues, **given
        )

    def _environment(self) -> FunctionEnvironment:
        return FunctionEnvironment(
            settings=self._settings,
            records_table=self._data.comparison_table.table.table_name,
            upload_bucket=self._uploads.bucket_name,
        )

    def _metrics(self) -> Metrics:
        table = self._data.comparison_table.table
        return Metrics(
            api=self.http_api.api,
            compare=self._compare,
            records=self._records,
            worker=self._batch,
            origin=self._origin,
            table=table,
            batches=BatchMetrics(
                settings=self._settings, queues=self._data.batches, worker=self._batch, table=table
            ),
        )

    def _allow(self) -> None:
        allow_comparing(self._compare.identity.role, self._data, self._uploads)
        allow_records(self._records.identity.role, self._data, self._uploads)
        allow_batch_requests(self._records.identity.role, self._data, self._uploads)
        allow_batch_work(self._batch.identity.role, self._data, self._uploads)
