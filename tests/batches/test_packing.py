"""A large pairs file: accepted at once, then checked and packed by a worker."""

from __future__ import annotations

from typing import Any

import pytest

from facecompare.aws_client import client as aws_client
from facecompare.batches.chunk import ATTEMPTS, PackingOrder, order_of_message
from facecompare.batches.packing import PACKING
from facecompare.errors import RecordsUnavailable
from tests.batches.conftest import BUCKET, Callers, Installation

HEADER = "image1,image2\n"
A, B = (f"uploads/{letter * 32}" for letter in "ab")


@pytest.fixture(autouse=True)
def _every_upload_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facecompare.batches.service.PACKED_AT_ONCE_BYTES", 0)


@pytest.fixture
def pairs(installation: Installation) -> str:
    one, other, third = installation.portraits()
    return f"{HEADER}{one},{other}\n{one},{third}\n"


def submitted(
    callers: Callers, installation: Installation, text: str, who: str = "caller", **more: Any
) -> dict[str, Any]:
    body = {"upload": installation.upload(text.encode()), **more}
    answer = callers.client.post("/api/batches", json=body, headers=getattr(callers, who))
    assert answer.status_code == 202, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


def state(callers: Callers, batch: dict[str, Any]) -> dict[str, Any]:
    address = f"/api/batches/{batch['batch_id']}"
    found: dict[str, Any] = callers.client.get(address, headers=callers.admin).json()
    return found


def work(installation: Installation) -> None:
    """The messages that there are at the moment."""
    messages = installation.receive()
    installation.queue.delete(installation.worker.work(messages))


def test_it_is_accepted_packed_and_run(
    installation: Installation, callers: Callers, pairs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submitted(callers, installation, pairs)
    assert (batch["state"], batch["total"], batch["seconds_left"]) == ("accepted", 0, None)
    csv = f"/api/batches/{batch['batch_id']}/results.csv"
    assert callers.client.get(csv, headers=callers.caller).text.count("\r\n") == 1
    seen: list[str] = []
    put = installation.files.put_manifest

    def put_and_look(*arguments: Any) -> None:
        seen.append(state(callers, batch)["state"])
        put(*arguments)

    monkeypatch.setattr(installation.files, "put_manifest", put_and_look)
    work(installation)
    assert seen == ["packing"]
    packed = state(callers, batch)
    assert (packed["state"], packed["total"]) == ("running", 2)
    work(installation)
    ended = state(callers, batch)
    assert (ended["state"], ended["done"], ended["failed"]) == ("done", 2, 0)
    assert callers.client.get(csv, headers=callers.caller).text.count("\r\n") == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"{HEADER}{A},{B}\nc\n", "line 3 has 1 cells; expected 2, as in the header"),
        (f"{HEADER}ann.jpg,bob.jpg\n", "pair 1: image1 is 'ann.jpg'"),
        (f"{HEADER}photos/ann.jpg,photos/bob.jpg\n", "pair 1: image1 is 'photos/ann.jpg'"),
        (f"{HEADER}{A},{B}\n", "pair 1: there is no 'uploads/"),
        ("\n", "the pairs file"),
    ],
)
def test_what_is_wrong_with_it_is_told_by_the_batch_with_its_line(
    text: str, complaint: str, installation: Installation, callers: Callers
) -> None:
    batch = submitted(callers, installation, text)
    installation.work_all()
    refused = state(callers, batch)
    assert (refused["state"], refused["total"]) == ("refused", 0)
    assert complaint in refused["error"]
    assert refused["finished_at"]
    assert (installation.waiting(), installation.dead_letters()) == (0, [])


def test_an_admins_may_name_what_an_operator_put_there(
    installation: Installation, callers: Callers
) -> None:
    for name in ("ann", "bob"):
        installation.put(f"photos/{name}.jpg", b"no photo")
    text = f"{HEADER}photos/ann.jpg,photos/bob.jpg\n"
    batch = submitted(callers, installation, text, "admin")
    installation.work_all()
    assert (state(callers, batch)["state"], state(callers, batch)["failed"]) == ("done", 1)


def test_a_request_that_is_sent_again_repeats_no_work(
    installation: Installation, callers: Callers, pairs: str
) -> None:
    body = {"upload": installation.upload(pairs.encode())}
    headers = callers.caller | {"Idempotency-Key": "a-key"}

    def sent(**more: Any) -> Any:
        return callers.client.post("/api/batches", json=body | more, headers=headers)

    first = sent().json()
    assert sent().json()["batch_id"] == first["batch_id"]
    assert installation.waiting() == 1
    work(installation)
    again = sent().json()
    assert (again["batch_id"], again["total"]) == (first["batch_id"], 2)
    assert sent(threshold=0.3).json()["code"] == "idempotency_conflict"
    assert installation.waiting() == 1
    aws_client("s3").put_object(Bucket=BUCKET, Key=body["upload"], Body=pairs.encode() + b"\n")
    assert sent().json()["code"] == "idempotency_conflict"


def test_an_order_that_comes_twice_is_packed_once(
    installation: Installation, callers: Callers, pairs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submitted(callers, installation, pairs)
    (order,) = installation.receive()
    with monkeypatch.context() as broken:
        broken.setattr(installation.queue, "send", unavailable)
        assert installation.worker.work([order]) == []
    before = state(callers, batch)
    monkeypatch.setattr(installation.files, "uploaded_text", unavailable)
    assert installation.worker.work([order]) == [order], "it is packed, and its pairs are sent"
    installation.queue.delete([order])
    assert state(callers, batch)["total"] == before["total"] == 2
    installation.work_all()
    assert state(callers, batch)["done"] == 2


def unavailable(*_: object) -> None:
    raise RecordsUnavailable("down")


def test_a_pairs_file_that_was_replaced_is_refused(
    installation: Installation, callers: Callers, pairs: str
) -> None:
    upload = installation.upload(pairs.encode())
    answer = callers.client.post("/api/batches", json={"upload": upload}, headers=callers.caller)
    installation.put(upload, f"{HEADER}{A},{B}\n".encode())
    installation.work_all()
    refused = state(callers, answer.json())
    assert (refused["state"], "was replaced" in refused["error"]) == ("refused", True)


def test_one_of_which_workers_die_is_refused(
    installation: Installation, callers: Callers, pairs: str
) -> None:
    batch = submitted(callers, installation, pairs)
    for _ in range(ATTEMPTS):
        installation.store.begin_attempt(batch["batch_id"], PACKING)
    installation.work_all()
    refused = state(callers, batch)
    assert (refused["state"], "workers ended" in refused["error"]) == ("refused", True)


def test_one_that_is_cancelled_is_not_packed(
    installation: Installation, callers: Callers, pairs: str
) -> None:
    batch = submitted(callers, installation, pairs)
    callers.client.delete(f"/api/batches/{batch['batch_id']}", headers=callers.caller)
    assert installation.work_all() == 1
    assert (state(callers, batch)["state"], state(callers, batch)["total"]) == ("cancelled", 0)


def test_a_submission_that_fails_half_way_leaves_nothing(
    installation: Installation, callers: Callers, pairs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.queue, "send", unavailable)
    body = {"upload": installation.upload(pairs.encode())}
    answer = callers.client.post("/api/batches", json=body, headers=callers.caller)
    assert answer.status_code == 503
    assert callers.client.get("/api/batches", headers=callers.admin).json()["batches"] == []


def test_one_that_is_too_large_is_refused_at_once(
    installation: Installation, callers: Callers, pairs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facecompare.batches.service.MAX_MANIFEST_BYTES", 10)
    body = {"upload": installation.upload(pairs.encode())}
    answer = callers.client.post("/api/batches", json=body, headers=callers.caller)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_manifest")
    assert "expected at most 10" in answer.json()["message"]


def test_a_message_says_which_batch_is_to_be_packed() -> None:
    order = PackingOrder("b" * 32)
    assert order_of_message(order.to_message()) == order
    for body in ('{"pack": 7}', '{"pack": "b", "first": 1}'):
        with pytest.raises(ValueError, match="expected the JSON of a chunk"):
            order_of_message(body)
