"""The function that works on batches: the compare function's image with another handler."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.batch_queues import WORK_TIMEOUT_S, BatchQueues
from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity
from infra.image_function import image_function, threads_of
from infra.settings import DeploySettings

MESSAGES_AT_ONCE = 1  # some seconds' work; a message that kills the function harms no other
# For which a function that has begun holds its message, again and again while it lives. The queue's
# own timeout, twelve minutes, is for messages that wait for a function to be free.
HOLD_S = 45
# The poller's, and what the function itself does with the timeout.
QUEUE_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")


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
        queues: BatchQueues,
    ) -> None:
        super().__init__(scope, id)
        self.identity = FunctionIdentity(self, "Identity", settings=settings)
        variables = environment.variables(
            self.SERVICE,
            model_bucket=model_bucket,
            threads=threads_of(settings),
            hold_s=HOLD_S,
            events="on",
            **queues.addresses(),
        )
        self.function = self._function(settings, variables)
        self._take_messages(settings, queues.queue)

    def _function(
        self, settings: DeploySettings, variables: dict[str, str]
    ) -> lambda_.DockerImageFunction:
        return image_function(
            self,
            settings=settings,
            identity=self.identity,
            handler="batch_handler.handler",
            description="compares the pairs of batches",
            timeout=Duration.seconds(WORK_TIMEOUT_S),
            environment=variables,
        )

    def _take_messages(self, settings: DeploySettings, queue: sqs.IQueue) -> None:
        self.identity.allow([f"sqs:{action}" for action in QUEUE_ACTIONS], queue.queue_arn)
        lambda_.EventSourceMapping(
            self,
            "Messages",
            target=self.function,
            event_source_arn=queue.queue_arn,
            batch_size=MESSAGES_AT_ONCE,
            max_concurrency=settings.batch_concurrency,
            report_batch_item_failures=True,
            enabled=settings.polls_queues,
        )
