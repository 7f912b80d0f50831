"""The function that works on batches: the compare function's image with another handler."""

from __future__ import annotations

from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from facecompare.planning.prices import MB_PER_VCPU
from infra.batch_queue import WORK_TIMEOUT_S, BatchQueue
from infra.compare_function import DISK_MB, compare_image
from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity
from infra.settings import DeploySettings

MESSAGES_AT_ONCE = 1  # some seconds' work; what a function dies of takes nothing else along


class BatchFunction(Construct):
    """Called by Lambda's own poller of the queue, at most `batch_concurrency` at a time."""

    SERVICE = "worker"  # its name in logs and metrics

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        environment: FunctionEnvironment,
        model_bucket: str,
        batches: BatchQueue,
    ) -> None:
        super().__init__(scope, id)
        self.identity = FunctionIdentity(self, "Identity", settings=settings)
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            description="compares the pairs of batches",
            code=compare_image("batch_handler.handler"),
            architecture=lambda_.Architecture.X86_64,
            memory_size=settings.compare_memory_mb,
            ephemeral_storage_size=Size.mebibytes(DISK_MB),
            timeout=Duration.seconds(WORK_TIMEOUT_S),
            tracing=lambda_.Tracing.ACTIVE,
            role=self.identity.role,
            log_group=self.identity.log,
            environment=environment.variables(
                self.SERVICE,
                model_bucket=model_bucket,
                threads=max(1, settings.compare_memory_mb // MB_PER_VCPU),
                batch_queue=batches.queue.queue_url,
                dead_letter_queue=batches.dead_letters.queue_url,
            ),
        )
        self.identity.do(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            batches.queue.queue_arn,
        )
        lambda_.EventSourceMapping(
            self,
            "Messages",
            target=self.function,
            event_source_arn=batches.queue.queue_arn,
            batch_size=MESSAGES_AT_ONCE,
            max_concurrency=settings.batch_concurrency,
            report_batch_item_failures=True,
            enabled=settings.polls_queues,
        )
