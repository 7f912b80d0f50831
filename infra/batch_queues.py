"""The queue of the batches' chunks, and the dead-letter queue for what workers give up."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from facecompare.batches.batch import LIFETIME
from infra.settings import DeploySettings

# AWS asks for six times the function's timeout (Lambda Developer Guide, "Using Lambda with SQS").
WORK_TIMEOUT_S = 120
VISIBILITY_TIMEOUT_S = 6 * WORK_TIMEOUT_S
# The most that SQS takes. Workers count attempts themselves, and give up what they cannot do; a
# receive may be one of Lambda's poller, for whose message no function was free, and of these no
# number may cost a pair: at a visibility timeout each, the retention ends before so many.
MAX_RECEIVES = 1_000
DEAD_LETTER_DAYS = 14  # the longest that SQS keeps a message


class BatchQueues(Construct):
    """Both encrypted, over TLS only. Messages hold ids of batches and numbers of pairs."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.dead_letters = self._queue("DeadLetters", Duration.days(DEAD_LETTER_DAYS))
        self.queue = self._queue(
            "Queue",
            Duration.days(LIFETIME.days),
            visibility_timeout=Duration.seconds(VISIBILITY_TIMEOUT_S),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )

    def _queue(self, id: str, retention: Duration, **options: Any) -> sqs.Queue:
        return sqs.Queue(
            self,
            id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=retention,
            removal_policy=self._settings.removal_policy,
            **options,
        )

    def addresses(self) -> dict[str, str]:
        """The settings by which workers find both."""
        return {
            "batch_queue": self.queue.queue_url,
            "dead_letter_queue": self.dead_letters.queue_url,
        }
