"""Chunks of batches on their way to workers: SQS, with a dead-letter queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from facecompare.aws_client import aws_errors, client
from facecompare.batches.chunk import PARTS, Chunk, PackingOrder
from facecompare.errors import QueueUnavailable

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import BatchResultErrorEntryTypeDef, MessageTypeDef

T = TypeVar("T")

REASON_ATTRIBUTE = "Reason"  # of a message in the dead-letter queue
MAX_REASON_CHARACTERS = 256
# After which what failed is delivered again: twice as long each time, as an outage may last.
FIRST_RETRY_S, LONGEST_RETRY_S = 30, 720


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery: what was sent, its receipt handle, and how often it was delivered so far: also
    to functions that could not begin, so it says nothing about attempts."""

    body: str
    receipt: str
    deliveries: int


class BatchQueue:
    """Both queues, by their URLs; safe to share by threads.

    Every method raises QueueUnavailable when SQS cannot be reached.
    """

    def __init__(self, queue_url: str, dead_letter_url: str) -> None:
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    @cached_property
    def _sqs(self) -> SQSClient:
        return client("sqs")

    def check(self) -> None:
        """Ask for the queue: it is there, and this program may look at it."""
        with _errors():
            self._sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=["QueueArn"])

    def send(self, orders: Iterable[Chunk | PackingOrder]) -> None:
        """Put these orders on the queue."""
        for group in _groups(orders):
            with _errors():
                response = self._sqs.send_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {"Id": str(number), "MessageBody": order.to_message()}
                        for number, order in enumerate(group)
                    ],
                )
            _check_all(response.get("Failed", ()), len(group))

    def receive(self, limit: int, wait_s: int, visibility_s: int) -> list[Message]:
        """Up to `limit` (at most 10) messages, invisible to other workers for `visibility_s`.

        When there is none, one is waited for, 20 seconds at most.
        """
        with _errors():
            response = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=limit,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=visibility_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [_message(found) for found in response.get("Messages", ())]

    def change_visibility(self, messages: Sequence[Message], seconds: int) -> None:
        """Hide them from other workers for so long from now; 0 returns them to the queue.

        A message whose receipt handle has expired stays as it is.
        """
        for group in _groups(messages):
            with _errors():
                self._sqs.change_message_visibility_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {
                            "Id": str(number),
                            "ReceiptHandle": message.receipt,
                            "VisibilityTimeout": seconds,
                        }
                        for number, message in enumerate(group)
                    ],
                )

    def retry_soon(self, message: Message) -> None:
        """Return it before its visibility times out, which is set for the longest work."""
        doubled = min(message.deliveries - 1, 9)
        self.change_visibility([message], min(FIRST_RETRY_S * 2**doubled, LONGEST_RETRY_S))

    def delete(self, messages: Sequence[Message]) -> None:
        """Remove them from the queue."""
        for group in _groups(messages):
            with _errors():
                response = self._sqs.delete_message_batch(
                    QueueUrl=self._queue_url,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": message.receipt}
                        for number, message in enumerate(group)
                    ],
                )
            _check_all(response.get("Failed", ()), len(group))

    def send_to_dead_letter_queue(self, message: Message, reason: str) -> None:
        """Move it to the queue that nobody works on, for an operator to look at."""
        value = reason[:MAX_REASON_CHARACTERS]
        with _errors():
            self._sqs.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=message.body,
                MessageAttributes={REASON_ATTRIBUTE: {"DataType": "String", "StringValue": value}},
            )
        self.delete([message])


def _errors() -> AbstractContextManager[None]:
    return aws_errors(QueueUnavailable, "queue")


def _check_all(failed: Sequence[BatchResultErrorEntryTypeDef], sent: int) -> None:
    if failed:
        raise QueueUnavailable(f"queue: {len(failed)} of {sent} entries failed: {failed[0]}")


def _message(found: MessageTypeDef) -> Message:
    deliveries = int(found["Attributes"]["ApproximateReceiveCount"])
    return Message(found["Body"], found["ReceiptHandle"], deliveries)


def _groups(of: Iterable[T]) -> Iterator[list[T]]:
    """As many as SQS takes in one request."""
    left = iter(of)
    while group := list(islice(left, PARTS)):
        yield group
