"""Pieces of batches on their way to workers: SQS, with a queue for what nobody can deal with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from facecompare.aws_client import FAILURES, client, error_code
from facecompare.batches.chunk import PARTS, Chunk
from facecompare.errors import QueueUnavailable

T = TypeVar("T")

REASON = "Reason"  # the attribute of a message in the dead-letter queue


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery: what was sent, the receipt that stands for it, and how often it came so far."""

    body: str
    receipt: str
    attempt: int


class BatchQueue:
    """Both queues, by their URLs; safe to share by threads.

    Every method raises QueueUnavailable when SQS cannot be reached.
    """

    def __init__(self, queue_url: str, dead_letter_url: str) -> None:
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    @cached_property
    def _sqs(self) -> Any:
        return client("sqs")

    def send(self, chunks: Iterable[Chunk]) -> None:
        """Put these chunks on the queue."""
        for some in _groups(chunks):
            entries = [
                {"Id": str(number), "MessageBody": chunk.to_message()}
                for number, chunk in enumerate(some)
            ]
            self._all(self._sqs.send_message_batch, entries)

    def receive(self, limit: int, wait_s: int, hold_s: int) -> list[Message]:
        """Up to `limit` (at most 10) messages, which no other worker sees for `hold_s` seconds.

        When there is none, one is waited for, 20 seconds at most.
        """
        with self._reached():
            answer = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=limit,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=hold_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Message(
                found["Body"],
                found["ReceiptHandle"],
                int(found["Attributes"]["ApproximateReceiveCount"]),
            )
            for found in answer.get("Messages", ())
        ]

    def hold(self, messages: Sequence[Message], seconds: int) -> None:
        """Keep them from other workers for so long from now; 0 gives them back.

        A message that is no longer ours stays as it is.
        """
        for some in _groups(messages):
            entries = [
                {"Id": str(number), "ReceiptHandle": each.receipt, "VisibilityTimeout": seconds}
                for number, each in enumerate(some)
            ]
            with self._reached():
                self._sqs.change_message_visibility_batch(QueueUrl=self._queue_url, Entries=entries)

    def delete(self, messages: Sequence[Message]) -> None:
        """They are done."""
        for some in _groups(messages):
            entries = [
                {"Id": str(number), "ReceiptHandle": each.receipt}
                for number, each in enumerate(some)
            ]
            self._all(self._sqs.delete_message_batch, entries)

    def bury(self, message: Message, reason: str) -> None:
        """Put it where nobody works on it and somebody may look at it."""
        with self._reached():
            self._sqs.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=message.body,
                MessageAttributes={REASON: {"DataType": "String", "StringValue": reason[:256]}},
            )
        self.delete([message])

    def _all(self, call: Callable[..., Any], entries: list[dict[str, Any]]) -> None:
        with self._reached():
            answer = call(QueueUrl=self._queue_url, Entries=entries)
        failed = answer.get("Failed", ())
        if failed:
            raise QueueUnavailable(f"{len(failed)} of {len(entries)} entries: {failed[0]}")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as exc:
            raise QueueUnavailable(f"queue: {error_code(exc)}: {exc}") from exc


def _groups(of: Iterable[T]) -> Iterator[list[T]]:
    """As many as SQS takes in one request."""
    left = iter(of)
    while some := list(islice(left, PARTS)):
        yield some
