"""Workers with a GPU, only deployed with `-c gpu=on`."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.batch_function import BatchFunction
from infra.data_stack import DataStack
from infra.function_environment import FunctionEnvironment
from infra.gpu.machines import GpuMachines
from infra.gpu.network import GpuNetwork
from infra.gpu.scaling import GpuScaling
from infra.gpu.service import GpuService, gpu_cluster_name
from infra.gpu.task import GpuTask
from infra.permissions import allow, allow_batch_work
from infra.settings import DeploySettings
from infra.upload_bucket import upload_bucket_name

TAKE_MESSAGES = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]


class GpuStack(Stack):
    """Deployed on the data stack. Its workers take from the same queue as the batch function."""

    def __init__(
        self, scope: Construct, id: str, *, settings: DeploySettings, data: DataStack, **more: Any
    ) -> None:
        super().__init__(scope, id, **more)
        self._settings, self._data = settings, data
        network = GpuNetwork(self, "Network", settings=settings)
        machines = GpuMachines(
            self,
            "Machines",
            settings=settings,
            network=network,
            cluster_name=gpu_cluster_name(settings),
        )
        workers = GpuService(
            self,
            "Service",
            settings=settings,
            network=network,
            machines=machines,
            task=self._task(),
        )
        queue = data.batches.queue
        GpuScaling(self, "Scaling", settings=settings, workers=workers, queue=queue)

    def _task(self) -> GpuTask:
        uploads = s3.Bucket.from_bucket_name(
            self, "UploadBucket", upload_bucket_name(self._settings)
        )
        task = GpuTask(
            self, "Task", settings=self._settings, environment=self._environment(uploads)
        )
        allow_batch_work(task.role, self._data, uploads)
        allow(task.role, TAKE_MESSAGES, self._data.batches.queue.queue_arn)
        return task

    def _environment(self, uploads: s3.IBucket) -> dict[str, str]:
        environment = FunctionEnvironment(
            settings=self._settings,
            records_table=self._data.comparison_table.table.table_name,
            upload_bucket=uploads.bucket_name,
        )
        return environment.variables(
            BatchFunction.SERVICE,
            model_bucket=self._data.models.bucket.bucket_name,
            events="on",
            **self._data.batches.addresses(),
        )
