"""Chunks, and a batch's progress."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facecompare.batches.batch import LIFETIME, Batch, BatchState, Counts, progress_of
from facecompare.batches.chunk import MAX_PAIRS, PAIRS_PER_MESSAGE, PARTS, Chunk

MADE = datetime(2026, 11, 23, 9, tzinfo=UTC)
BATCH = Batch(
    "b" * 32, "2026-11-23T09:00:00.000000Z", "ann", 100, "dlib-fast", 0.5, "largest", "0" * 64
)


@given(st.integers(1, MAX_PAIRS), st.integers(0, MAX_PAIRS))
def test_parts_are_the_chunk_together_and_few_enough_for_one_request(size: int, after: int) -> None:
    chunk = Chunk("b", after + 1, after + size)
    parts = chunk.split()
    assert len(parts) <= PARTS
    assert parts[0].first == chunk.first
    assert parts[-1].last == chunk.last
    assert all(one.last + 1 == other.first for one, other in pairwise(parts))
    assert size == 1 or max(part.size for part in parts) < size


@given(st.integers(1, 60_000))
def test_messages_hold_as_many_pairs_as_they_may(total: int) -> None:
    messages = list(Chunk("b", 1, total).messages())
    assert sum(chunk.size for chunk in messages) == total
    assert {chunk.size for chunk in messages[:-1]} <= {PAIRS_PER_MESSAGE}
    assert all(chunk.first % PAIRS_PER_MESSAGE == 1 for chunk in messages)


def test_a_message_says_which_pairs() -> None:
    chunk = Chunk("b" * 32, 26, 50)
    assert Chunk.from_message(chunk.to_message()) == chunk


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"batch": "b", "first": 1}',
        '{"batch": "b", "first": 0, "last": 1}',
        '{"batch": "b", "first": 2, "last": 1}',
        '{"batch": "b", "first": true, "last": 1}',
        '{"batch": 7, "first": 1, "last": 1}',
        '{"batch": "b", "first": 1, "last": 1, "more": 1}',
        json.dumps({"batch": "b", "first": 1.0, "last": 2}),
    ],
)
def test_what_is_no_chunk_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Chunk.from_message(body)


def test_progress_has_rate_and_time_left() -> None:
    now = MADE + timedelta(seconds=10)
    running = progress_of(BATCH, Counts(18, 2, "2026-11-23T09:00:09.000000Z"), now)
    assert (running.state, running.pairs_per_s, running.seconds_left) == (
        BatchState.RUNNING,
        2.0,
        40,
    )
    assert running.finished_at is None


def test_a_batch_without_results_has_no_rate_yet() -> None:
    new = progress_of(BATCH, Counts(), MADE)
    assert (new.state, new.pairs_per_s, new.seconds_left) == (BatchState.RUNNING, None, None)


def test_a_batch_is_done_when_every_pair_has_ended() -> None:
    done = progress_of(BATCH, Counts(90, 10, "2026-11-23T09:00:50.000000Z"), MADE + LIFETIME)
    assert (done.state, done.pairs_per_s, done.seconds_left) == (BatchState.DONE, 2.0, 0)
    assert done.finished_at == "2026-11-23T09:00:50.000000Z"


def test_every_batch_ends() -> None:
    counts = Counts(90, 9, "2026-11-23T09:00:50.000000Z")
    after = MADE + LIFETIME + timedelta(seconds=1)
    assert progress_of(BATCH, counts, after).state is BatchState.EXPIRED
    cancelled = replace(BATCH, cancelled_at="2026-11-23T09:00:40.000000Z")
    assert progress_of(cancelled, counts, MADE).state is BatchState.CANCELLED
