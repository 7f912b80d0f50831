"""Workers with a GPU, only there when they are asked for: `-c gpu=on`."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.batch_function import BatchFunction
from infra.data_stack import DataStack
from infra.function_environment import FunctionEnvironment
from infra.gpu_machines import GpuMachines
from infra.gpu_network import GpuNetwork
from infra.gpu_scaling import GpuScaling
from infra.gpu_service import GpuService, gpu_cluster_name
from infra.gpu_task import GpuTask
from infra.rights import allow, allow_batches
from infra.settings import DeploySettings
from infra.upload_bucket import upload_bucket_name


class GpuStack(Stack):
    """Deployed on the data stack. Its workers take from the same queue as the batch function."""

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
        uploads = s3.Bucket.from_bucket_name(self, "UploadBucket", upload_bucket_name(settings))
        environment = FunctionEnvironment(
            settings=settings,
            records_table=data.comparison_log.table.table_name,
            upload_bucket=uploads.bucket_name,
        )
        network = GpuNetwork(self, "Network", settings=settings)
        machines = GpuMachines(
            self,
            "Machines",
            settings=settings,
            network=network,
            cluster_name=gpu_cluster_name(settings),
        )
        queues = data.batches
        task = GpuTask(
            self,
            "Task",
            settings=settings,
            environment=environment.variables(
                BatchFunction.SERVICE,
                model_bucket=data.models.bucket.bucket_name,
                batch_queue=queues.queue.queue_url,
                dead_letter_queue=queues.dead_letters.queue_url,
            ),
        )
        allow_batches(task.role, data, uploads)
        allow(
            task.role,
            [f"sqs:{action}Message" for action in ("Receive", "Delete")]
            + ["sqs:ChangeMessageVisibility"],
            queues.queue.queue_arn,
        )
        service = GpuService(
            self, "Service", settings=settings, network=network, machines=machines, task=task
        )
        GpuScaling(self, "Scaling", settings=settings, workers=service, queue=queues.queue)
