"""From a submission to results, with everything that can happen to a message."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest

from facecompare.access import OWNER, Caller, Role
from facecompare.batches.batch import Progress
from facecompare.batches.chunk import ATTEMPTS, Chunk
from facecompare.batches.pair_result import PairResult
from facecompare.batches.queue import Message
from facecompare.batches.service import BatchRequest, BatchService
from facecompare.batches.worker import RETRIES
from facecompare.engines.cards import CARDS, SWITCHED_BY
from facecompare.engines.protocol import Engine
from facecompare.errors import MtcnnOff, RecordsUnavailable
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.match import Match
from facecompare.records.dynamo import DynamoLog
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.record import ComparisonRecord, Selection, every_record
from tests.batches.conftest import Installation
from tests.support import pictures

SWITCHED_ENGINES = {card.id for card in CARDS if not SWITCHED_BY.keys().isdisjoint(card.models)}
TOTAL = 30  # pairs of most batches here: two messages


def manifest(*pairs: Sequence[str]) -> str:
    return "".join(f"{image1},{image2}\n" for image1, image2 in (("image1", "image2"), *pairs))


def submit(
    installation: Installation, *pairs: Sequence[str], caller: Caller = OWNER, **options: Any
) -> Progress:
    return installation.service.submit(
        BatchRequest(manifest(*pairs), None, RequestOptions(**options)), caller
    )


def results(installation: Installation, batch: Progress) -> list[PairResult]:
    return list(installation.service.results(batch.batch_id, OWNER, 1, 10_000)[1])


def records(table: DynamoTable, batch: Progress) -> list[Any]:
    return list(every_record(DynamoLog(table), Selection(batch_id=batch.batch_id)))


def now(installation: Installation, batch: Progress) -> Progress:
    return installation.service.find(batch.batch_id, OWNER)


@pytest.fixture
def portraits(installation: Installation) -> list[str]:
    return installation.portraits()


def many(installation: Installation, count: int = TOTAL) -> list[tuple[str, str]]:
    """So many different pairs of two portraits under many names."""
    data = [pictures.OBAMA.read_bytes(), pictures.OBAMA2.read_bytes()]
    side = math.isqrt(count) + 1
    ones, others = ([installation.upload(each) for _ in range(side)] for each in data)
    return [(one, other) for one in ones for other in others][:count]


def test_every_pair_has_a_verdict_and_a_record(
    installation: Installation, portraits: list[str], moto_table: DynamoTable
) -> None:
    obama, obama2, biden = portraits
    batch = submit(installation, (obama, obama2), (obama, biden), (biden, biden))
    assert (batch.state, batch.total, batch.done) == ("running", 3, 0)
    assert installation.work_all() == 1
    found = results(installation, batch)
    assert [result.same_person for result in found] == [True, False, True]
    assert [round(result.distance or 0, 2) for result in found] == [0.34, 0.84, 0.0]
    assert [result.pair for result in found] == [1, 2, 3]
    scores = [result.score or 0 for result in found]
    assert scores[0] > 90
    assert scores[1] < 10
    kept = {record.comparison_id: record for record in records(moto_table, batch)}
    assert [kept[result.comparison_id or ""].distance for result in found] == [
        result.distance for result in found
    ]
    ended = now(installation, batch)
    assert (ended.state, ended.done, ended.failed, ended.seconds_left) == ("done", 3, 0, 0)
    assert installation.seen.pairs == 3


def test_of_a_reference_s_photos_all_faces_but_one_are_left_out(
    installation: Installation, portraits: list[str]
) -> None:
    obama, obama2, _ = portraits
    group = installation.upload(pictures.group_of(pictures.OBAMA, pictures.BIDEN))
    lines = f"image1,image1_2,image2\n{obama2},{group},{obama}\n{group},,{obama}\n"
    options = RequestOptions(face=FacePolicy.BEST_MATCH)
    batch = installation.service.submit(BatchRequest(lines, None, options), OWNER)
    installation.work_all()
    found = results(installation, batch)
    assert [(each.face_pairs, each.not_compared) for each in found] == [(1, 1), (2, 0)]


def test_photos_that_are_unfit_are_reasons(
    installation: Installation, portraits: list[str]
) -> None:
    wall, text = installation.upload(pictures.plain(200, 150)), installation.upload(b"no photo")
    gone = installation.upload(b"soon gone")
    obama, *_ = portraits
    batch = submit(installation, (obama, wall), (text, obama), (obama, gone), (obama, obama))
    installation.files._bucket.delete(gone)
    installation.work_all()
    found = [(each.error_code, each.error_image) for each in results(installation, batch)]
    assert found == [
        ("no_face", "image2"),
        ("unsupported_image", "image1"),
        ("upload_not_found", "image2"),
        (None, None),
    ]
    ended = now(installation, batch)
    assert (ended.state, ended.done, ended.failed) == ("done", 1, 3)


def test_a_batch_keeps_its_own_threshold(installation: Installation, portraits: list[str]) -> None:
    obama, obama2, _ = portraits
    batch = submit(installation, (obama, obama2), threshold=0.2)
    installation.work_all()
    (result,) = results(installation, batch)
    assert (result.same_person, result.threshold) == (False, 0.2)


def test_two_networks_decide_and_both_distances_are_kept(
    installation: Installation, portraits: list[str], moto_table: DynamoTable, engine: Engine
) -> None:
    second = engine.card.second
    assert second is not None
    obama, obama2, biden = portraits
    batch = submit(installation, (obama, obama2), (obama, biden))
    assert (batch.threshold, batch.combined_threshold) == (0.5, second.threshold)
    installation.work_all()
    found = results(installation, batch)
    kept = {record.comparison_id: record for record in records(moto_table, batch)}
    assert len(kept) == len(found) == 2
    for result in found:
        assert result.distance is not None
        assert result.second_distance is not None
        assert result.combined_distance == second.combined(result.distance, result.second_distance)
        assert result.same_person is (result.combined_distance < second.threshold)
        assert (result.decided_by, result.uncertain) == (engine.card.id, False)
        assert verdict_of(kept[result.comparison_id or ""]) == verdict_of(result)


def test_a_threshold_lets_the_first_network_decide_alone(
    installation: Installation, portraits: list[str], moto_table: DynamoTable
) -> None:
    obama, obama2, biden = portraits
    batch = submit(installation, (obama, obama2), (obama, biden), threshold=0.3)
    assert (batch.threshold, batch.combined_threshold) == (0.3, None)
    installation.work_all()
    found = results(installation, batch)
    assert [result.same_person for result in found] == [False, False]
    kept = {record.comparison_id: record for record in records(moto_table, batch)}
    for result in found:
        assert (result.decided_by, result.threshold) == ("dlib-yunet", 0.3)
        assert (result.second_distance, result.combined_distance) == (None, None)
        assert (result.combined_threshold, result.uncertain) == (None, False)
        assert verdict_of(kept[result.comparison_id or ""]) == verdict_of(result)


def verdict_of(kept: PairResult | ComparisonRecord) -> dict[str, object]:
    """What a match says, as a result or a record keeps it."""
    return {field.name: getattr(kept, field.name) for field in fields(Match)}


def test_a_false_match_rate_becomes_a_threshold_of_the_combined_distance(
    installation: Installation, portraits: list[str]
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]), fmr=0.001)
    assert (batch.threshold, batch.combined_threshold) == (0.5, pytest.approx(0.618, abs=0.002))
    installation.work_all()
    (result,) = results(installation, batch)
    assert result.combined_threshold == batch.combined_threshold


def test_a_false_match_rate_becomes_a_threshold_of_one_network(
    installation: Installation, portraits: list[str]
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]), fmr=0.001, engine="dlib-fast")
    assert (batch.threshold, batch.combined_threshold) == (pytest.approx(0.526, abs=0.002), None)


def test_a_batch_by_an_engine_that_is_switched_off_is_not_made(
    installation: Installation, portraits: list[str]
) -> None:
    with pytest.raises(MtcnnOff, match="FACECOMPARE_MTCNN=on"):
        submit(installation, (portraits[0], portraits[1]), engine="mtcnn-dlib")
    assert installation.waiting() == 0


@pytest.mark.parametrize("ordered", sorted(SWITCHED_ENGINES))
def test_a_batch_whose_engine_was_switched_off_since_fails_its_pairs(
    installation: Installation, portraits: list[str], moto_table: DynamoTable, ordered: str
) -> None:
    """Nobody can work on it any more, so nothing is tried again."""
    allowing = replace(installation.settings, mtcnn=True)
    service = BatchService(allowing, installation.store, installation.queue, installation.files)
    order = replace(installation, settings=allowing, service=service)
    pairs = (portraits[0], portraits[1]), (portraits[0], portraits[2])
    batch = submit(order, *pairs, engine=ordered)
    assert installation.work_all() == 1
    found = results(installation, batch)
    assert [(each.pair, each.error_code) for each in found] == [(1, "mtcnn_off"), (2, "mtcnn_off")]
    assert now(installation, batch).state == "done"
    assert (now(installation, batch).done, now(installation, batch).failed) == (0, 2)
    assert (installation.waiting(), installation.dead_letters()) == (0, [])
    assert records(moto_table, batch) == []


def test_large_chunks_spread_over_the_queue(
    installation: Installation, moto_table: DynamoTable
) -> None:
    batch = submit(installation, *many(installation))
    assert installation.waiting() == 1
    (root,) = installation.receive()
    assert installation.worker.work([root]) == [root]
    installation.queue.delete([root])
    assert installation.waiting() == 2
    installation.work_all()
    assert now(installation, batch).done == TOTAL
    assert len(records(moto_table, batch)) == TOTAL
    assert [result.pair for result in results(installation, batch)] == list(range(1, TOTAL + 1))
    total, some = installation.service.results(batch.batch_id, OWNER, 24, 4)
    assert total == TOTAL
    assert [result.pair for result in some] == [24, 25, 26, 27]


def test_messages_that_come_again_change_nothing(
    installation: Installation, portraits: list[str], moto_table: DynamoTable
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    (message,) = installation.receive()
    for _ in range(3):
        assert installation.worker.work([message]) == [message]
    assert now(installation, batch).done == 1
    assert len(records(moto_table, batch)) == 1
    assert installation.seen.pairs == 1


def test_of_two_workers_at_once_one_is_kept(
    installation: Installation, portraits: list[str], moto_table: DynamoTable
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    chunk = Chunk(batch.batch_id, 1, 1)
    stored = installation.store.find(batch.batch_id)
    compared, kept = installation.worker._compare(chunk, stored)
    assert installation.store.keep(chunk, compared, kept)
    late, others = installation.worker._compare(chunk, stored)
    assert not installation.store.keep(chunk, late, others)
    assert not installation.store.mark_split(chunk)
    assert now(installation, batch).done == 1
    assert len(records(moto_table, batch)) == 1


def test_what_was_tried_too_often_is_split_and_then_given_up(
    installation: Installation, portraits: list[str]
) -> None:
    """As if each worker that received the second pair had died of it."""
    obama, obama2, biden = portraits
    batch = submit(installation, (obama, obama2), (obama, biden))
    (message,) = installation.receive()
    again = tried_in_vain(installation, message)
    assert installation.worker.work([again]) == [again]
    installation.queue.delete([again])
    halves = sorted(installation.receive(), key=lambda each: each.body)
    assert [Chunk.from_message(half.body).size for half in halves] == [1, 1]
    # The whole chunk that another worker still held changes nothing any more.
    installation.worker.work([message])
    assert now(installation, batch).done == 0
    installation.queue.delete(installation.worker.work([halves[0]]))
    poison = tried_in_vain(installation, halves[1])
    assert installation.worker.work([poison]) == [poison]
    given_up = results(installation, batch)
    assert [result.error_code for result in given_up] == [None, "pair_given_up"]
    assert given_up[1].image2 == biden
    ended = now(installation, batch)
    assert (ended.state, ended.done, ended.failed) == ("done", 1, 1)
    (letter,) = installation.dead_letters()
    assert letter["Body"] == poison.body
    assert "3 times" in letter["MessageAttributes"]["Reason"]["StringValue"]


def tried_in_vain(installation: Installation, message: Message) -> Message:
    """The message, of which as many workers have died as may."""
    chunk = Chunk.from_message(message.body)
    for _ in range(ATTEMPTS):
        installation.store.begin_attempt(chunk.batch_id, chunk.work)
    return message


@pytest.mark.parametrize("deliveries", [ATTEMPTS + 1, 50])
def test_deliveries_for_which_no_function_was_free_lose_nothing(
    installation: Installation, portraits: list[str], deliveries: int
) -> None:
    obama, obama2, biden = portraits
    batch = submit(installation, (obama, obama2), (obama, biden))
    for _ in range(deliveries):
        installation.queue.change_visibility(installation.receive(), 0)  # as Lambda's poller does
    (message,) = installation.receive()
    assert message.deliveries == deliveries + 1
    assert installation.worker.work([message]) == [message]
    assert [each.same_person for each in results(installation, batch)] == [True, False]
    assert installation.dead_letters() == []


def test_attempts_that_a_service_ended_are_none(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    (message,) = installation.receive()
    with monkeypatch.context() as down:
        down.setattr(installation.store, "keep", failing)
        for _ in range(ATTEMPTS + 1):
            assert installation.worker.work([message]) == []
    installation.worker.work([message])
    assert [each.error_code for each in results(installation, batch)] == [None]


def test_what_failed_comes_back_soon_and_later_each_time(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(installation, (portraits[0], portraits[1]))
    (message,) = installation.receive()
    hidden: list[int] = []
    monkeypatch.setattr(
        installation.queue, "change_visibility", lambda _messages, seconds: hidden.append(seconds)
    )
    monkeypatch.setattr(installation.store, "keep", failing)
    for deliveries in (1, 2, 3, 20):
        installation.worker.work([replace(message, deliveries=deliveries)])
    assert hidden == [30, 60, 120, 720]


def test_parts_of_a_split_chunk_are_sent_again_until_they_were_sent(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(installation, (portraits[0], portraits[1]), (portraits[0], portraits[2]))
    (message,) = installation.receive()
    again = tried_in_vain(installation, message)
    with monkeypatch.context() as broken:
        broken.setattr(installation.queue, "send", failing)
        assert installation.worker.work([again]) == []
    assert installation.worker.work([again]) == [again]
    assert len(installation.receive()) == 2


def test_a_chunk_whose_split_was_written_but_not_confirmed_sends_its_parts(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(installation, (portraits[0], portraits[1]), (portraits[0], portraits[2]))
    (message,) = installation.receive()
    mark, lost = installation.store.mark_split, [1]

    def mark_and_lose_the_response(chunk: Chunk) -> bool:
        marked = mark(chunk)
        if lost:
            lost.pop()
            failing()
        return marked

    monkeypatch.setattr(installation.store, "mark_split", mark_and_lose_the_response)
    again = tried_in_vain(installation, message)
    assert installation.worker.work([again]) == [again]
    installation.queue.delete([again])
    assert len(installation.receive()) == 2


def failing(*_: object) -> None:
    raise RecordsUnavailable("throttled")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("nonsense", "not of a batch"),
        (Chunk("f" * 32, 1, 1).to_message(), "there is no batch"),
    ],
)
def test_a_poison_message_goes_to_the_dead_letter_queue(
    installation: Installation, body: str, reason: str
) -> None:
    message = Message(body, "a receipt", 1)
    # moto does not know the receipt, as SQS does not when it was deleted in the meantime
    installation.queue.delete = lambda messages: None  # type: ignore[method-assign]
    assert installation.worker.work([message]) == [message]
    (letter,) = installation.dead_letters()
    assert letter["Body"] == body
    assert reason in letter["MessageAttributes"]["Reason"]["StringValue"]


def test_a_chunk_beyond_the_batch_goes_to_the_dead_letter_queue(
    installation: Installation, portraits: list[str]
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    installation.work_all()
    installation.queue.send([Chunk(batch.batch_id, 1, 2)])
    assert installation.work_all() == 1
    (letter,) = installation.dead_letters()
    assert "1 pairs" in letter["MessageAttributes"]["Reason"]["StringValue"]
    assert now(installation, batch).done == 1


def test_throttling_is_waited_for(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    keep, failures = installation.store.keep, [1, 2, 3]

    def throttled(*arguments: Any) -> bool:
        if failures:
            failures.pop()
            failing()
        return keep(*arguments)

    monkeypatch.setattr(installation.store, "keep", throttled)
    installation.work_all()
    assert now(installation, batch).state == "done"
    most = (0.1, 0.2, 0.4)
    assert len(installation.waits) == len(most)
    assert all(s / 2 <= wait <= s for wait, s in zip(installation.waits, most, strict=True))


def test_a_table_that_stays_down_gives_the_message_back(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]))
    (message,) = installation.receive()
    with monkeypatch.context() as down:
        down.setattr(installation.store, "keep", failing)
        assert installation.worker.work([message]) == []
    assert len(installation.waits) == RETRIES.attempts - 1
    assert sum(installation.waits) <= RETRIES.total_s
    installation.worker.work([message])
    assert now(installation, batch).state == "done"


def test_an_unforeseen_error_of_one_message_ends_no_other(
    installation: Installation, portraits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submit(installation, (portraits[0], portraits[1]))
    second = submit(installation, (portraits[0], portraits[2]))
    compared = installation.worker._compare

    def broken(chunk: Chunk, batch: Any) -> Any:
        if chunk.batch_id == first.batch_id:
            raise ZeroDivisionError
        return compared(chunk, batch)

    monkeypatch.setattr(installation.worker, "_compare", broken)
    messages = installation.receive()
    assert len(installation.worker.work(messages)) == 1
    assert now(installation, first).done == 0
    assert now(installation, second).done == 1


def test_nothing_more_of_a_cancelled_batch_is_worked_on(installation: Installation) -> None:
    batch = submit(installation, *many(installation))
    (root,) = installation.receive()
    installation.queue.delete(installation.worker.work([root]))
    installation.service.cancel(batch.batch_id, OWNER)
    installation.worker._cached = {}  # ten seconds later
    assert installation.work_all() == 2
    ended = now(installation, batch)
    assert (ended.state, ended.done, ended.seconds_left) == ("cancelled", 0, 0)
    assert ended.finished_at


def test_an_expired_manifest_fails_its_pairs(
    installation: Installation, portraits: list[str]
) -> None:
    batch = submit(installation, (portraits[0], portraits[1]), (portraits[0], portraits[2]))
    installation.files.delete_manifest(batch.batch_id)
    installation.work_all()
    assert [each.error_code for each in results(installation, batch)] == ["upload_not_found"] * 2
    assert now(installation, batch).state == "done"


def test_a_callers_records_name_the_caller(
    installation: Installation, portraits: list[str], moto_table: DynamoTable
) -> None:
    ann = Caller("ann", Role.CALLER)
    batch = submit(installation, (portraits[0], portraits[1]), caller=ann)
    installation.work_all()
    (record,) = records(moto_table, batch)
    assert (record.caller, record.batch_id) == ("ann", batch.batch_id)
