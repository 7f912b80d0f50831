"""The queue of the batches' chunks, and the one for what workers cannot deal with."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from facecompare.batches.batch import LIFETIME
from infra.settings import DeploySettings

# AWS asks for six times the function's timeout (Lambda Developer Guide, "Using Lambda with SQS").
WORK_TIMEOUT_S = 120
VISIBILITY_TIMEOUT_S = 6 * WORK_TIMEOUT_S
# The worker itself gives up after three attempts; beyond them is what it cannot even begin with.
MAX_RECEIVES = 10
DEAD_LETTER_DAYS = 14  # the longest that SQS keeps a message


class BatchQueue(Construct):
    """Both encrypted, over TLS only. Messages hold names of batches and numbers of pairs."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(DEAD_LETTER_DAYS),
            removal_policy=settings.removal_policy,
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(VISIBILITY_TIMEOUT_S),
            retention_period=Duration.days(LIFETIME.days),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
            removal_policy=settings.removal_policy,
        )
