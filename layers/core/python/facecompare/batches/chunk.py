"""The chunks of a batch: what a message on the queue names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

# Some seconds' work; with its record each, its marker and its counter, well below the 100 writes
# of one transaction (AWS, DynamoDB Developer Guide, "Amazon DynamoDB Transactions").
PAIRS_PER_MESSAGE = 25
PARTS = 10  # into which a chunk is split: messages in one SendMessageBatch, the most that SQS takes
MAX_PAIRS = 1_000_000
ATTEMPTS = 3  # at a chunk before it is split or, with one pair, given up


@dataclass(frozen=True, slots=True)
class Chunk:
    """The pairs from `first` to `last`, both included, of a batch."""

    batch_id: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many pairs."""
        return self.last - self.first + 1

    def split(self) -> list[Chunk]:
        """At most PARTS chunks that are this one together; always the same ones."""
        unit = PAIRS_PER_MESSAGE if self.size > PAIRS_PER_MESSAGE else 1
        step = -(-self.size // (unit * PARTS)) * unit
        return [
            Chunk(self.batch_id, first, min(first + step - 1, self.last))
            for first in range(self.first, self.last + 1, step)
        ]

    def messages(self) -> Iterator[Chunk]:
        """The chunks of a message's size that this one is split into in the end."""
        if self.size <= PAIRS_PER_MESSAGE:
            yield self
            return
        for part in self.split():
            yield from part.messages()

    @property
    def work(self) -> str:
        """What attempts at it are counted under."""
        return f"{self.first}-{self.last}"

    def to_message(self) -> str:
        """The body of its message on the queue."""
        return json.dumps({"batch": self.batch_id, "first": self.first, "last": self.last})

    @classmethod
    def from_message(cls, body: str) -> Chunk:
        """The chunk of a message's body. Raises  ValueError for another body."""
        content = json.loads(body)
        if not isinstance(content, dict) or sorted(content) != ["batch", "first", "last"]:
            raise ValueError("expected the JSON of a chunk: batch, first and last")
        chunk = cls(content["batch"], content["first"], content["last"])
        numbers = all(type(number) is int for number in (chunk.first, chunk.last))
        if not isinstance(chunk.batch_id, str) or not numbers or not 1 <= chunk.first <= chunk.last:
            raise ValueError("expected pair numbers with 1 <= first <= last, and a batch's id")
        return chunk


@dataclass(frozen=True, slots=True)
class PackingOrder:
    """A batch whose pairs file is to be checked and packed."""

    batch_id: str

    def to_message(self) -> str:
        """The body of its message on the queue."""
        return json.dumps({"pack": self.batch_id})


def order_of_message(body: str) -> Chunk | PackingOrder:
    """What a message asks for. Raises  ValueError."""
    content = json.loads(body)
    match content:
        case {"pack": str(batch_id), **others} if not others:
            return PackingOrder(batch_id)
    return Chunk.from_message(body)
