"""POST /api/batches and its kind: every wrong request is refused, and leaves nothing behind."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from facecompare.api.app import local_app
from facecompare.api.dependencies import Services
from facecompare.api.routes.batches import BatchFields
from facecompare.aws_client import client as aws_client
from facecompare.batches.batch import Batch
from facecompare.batches.chunk import MAX_PAIRS
from facecompare.batches.packed_manifest import pack_manifest
from facecompare.batches.pair_result import PairResult
from facecompare.batches.pairs_file import Pair
from facecompare.batches.service import MAX_ROWS
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.errors import BadManifest, QueueUnavailable, RecordsUnavailable
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from facecompare.uploads.grants import new_upload
from infra.limits import MAX_RESPONSE_BYTES
from tests.batches.conftest import BUCKET, Callers, Installation
from tests.support.dynamo_tables import TABLE

HEADER = "image1,image2\n"
A, B, C = (f"uploads/{letter * 32}" for letter in "abc")


def submitted(callers: Callers, who: str = "caller", **body: Any) -> Any:
    return callers.client.post("/api/batches", json=body, headers=getattr(callers, who))


def left_behind(installation: Installation) -> tuple[int, int, int]:
    """Messages, manifests and items of the table."""
    found = aws_client("s3").list_objects_v2(Bucket=BUCKET, Prefix="batches/")
    items = aws_client("dynamodb").scan(TableName=TABLE)["Items"]
    return installation.waiting(), found["KeyCount"], len(items)


def test_a_batch_is_submitted_watched_and_fetched(
    installation: Installation, callers: Callers
) -> None:
    one, other, third = installation.portraits()
    answer = submitted(callers, manifest=f"{HEADER}{one},{other}\n{one},{third}\n")
    assert answer.status_code == 202
    batch = answer.json()
    assert (batch["state"], batch["total"], batch["caller"]) == ("running", 2, "ann")
    address = f"/api/batches/{batch['batch_id']}"
    installation.work_all()
    ended = callers.client.get(address, headers=callers.caller).json()
    assert (ended["state"], ended["done"], ended["failed"]) == ("done", 2, 0)
    text = callers.client.get(f"{address}/results.csv", headers=callers.caller).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["pair"], row["image1"], row["same_person"]) for row in rows] == [
        ("1", one, "true"),
        ("2", one, "false"),
    ]
    page = callers.client.get(f"{address}/results.csv?limit=1", headers=callers.caller)
    assert page.headers["Link"] == '<?first=2&limit=1>; rel="next"'
    second = callers.client.get(
        f"{address}/results.csv{page.links['next']['url']}", headers=callers.caller
    )
    assert [row["pair"] for row in csv.DictReader(io.StringIO(second.text))] == ["2"]
    assert "Link" not in second.headers


def test_json_lines_and_an_uploaded_pairs_file(
    installation: Installation, callers: Callers
) -> None:
    one, other, _ = installation.portraits()
    lines = json.dumps({"image1": one, "image2": f"s3://{BUCKET}/{other}"}) + "\n"
    assert submitted(callers, manifest=lines).json()["total"] == 1
    upload = installation.upload(lines.encode())
    assert submitted(callers, upload=upload).json()["total"] == 1


def test_an_admins_key_may_name_objects_below_photos(
    installation: Installation, callers: Callers
) -> None:
    installation.put("photos/ann/1.jpg", b"a photo")
    manifest = f"{HEADER}photos/ann/1.jpg,{A}\n"
    installation.put(A, b"another")
    assert submitted(callers, "admin", manifest=manifest).status_code == 202
    assert submitted(callers, "caller", manifest=manifest).json()["code"] == "bad_manifest"


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ("", "the pairs file is empty"),
        (HEADER, "a header and no pairs"),
        ("image1,photo\na,b\n", "line 1 has the fields image1, photo"),
        (f"image1,image2,name\n{A},{B},x\n", "line 1 has the fields image1, image2, name"),
        (f"{HEADER}{A}\n", "line 2 has 1 cells"),
        (f"{HEADER}{A},\n", "line 2: image2 is ''"),
        (f'{HEADER}"{A},{B}\n', "no CSV"),
        (f'{{"image1": "{A}", "image2": "{B}", "note": 1}}\n', "line 1 has the fields"),
        ('{"image1": "a"\n', "line 1 is no JSON"),
        (
            f"{HEADER}ann.jpg,{A}\n",
            "pair 1: image1 is 'ann.jpg'; expected a name that POST /api/uploads",
        ),
        (f"{HEADER}{A},../{B}\n", "pair 1: image2 is"),
        (f"{HEADER}{A},s3://elsewhere/{B}\n", "pair 1: image2 lies in 's3://elsewhere'"),
        (f"{HEADER}https://a.example/1.jpg,{B}\n", "lies in 'https://a.example'"),
        (f"{HEADER}{A},{B}\n{A},{C}\n{A},{B}\n", "pair 3 is pair 1 again"),
        (f"{HEADER}{A},{B}\n{B},{A}\n", "pair 2 is pair 1 again"),
        (f"{HEADER}{A},{B}\n{A},{C}\n", f"pair 2: there is no '{C}' in the upload bucket"),
    ],
)
def test_a_wrong_pairs_file_is_refused_and_nothing_is_left(
    manifest: str, complaint: str, installation: Installation, callers: Callers
) -> None:
    installation.put(A, b"a photo")
    installation.put(B, b"a photo")
    answer = submitted(callers, manifest=manifest)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_manifest")
    assert complaint in answer.json()["message"]
    assert left_behind(installation) == (0, 0, 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_field"),
        ({"manifest": HEADER, "upload": A}, "bad_field"),
        ({"upload": new_upload()}, "bad_manifest"),
        ({"manifest": 7}, "bad_field"),
        ({"manifest": HEADER, "pairs": 1}, "bad_field"),
        ({"manifest": HEADER, "threshold": 3}, "bad_threshold"),
        ({"manifest": HEADER, "fmr": 0.001, "threshold": 0.5}, "bad_field"),
        ({"manifest": HEADER, "fmr": 1e-12}, "far_not_calibrated"),
        ({"manifest": HEADER, "engine": "facenet"}, "unknown_engine"),
        ({"manifest": HEADER, "face": "prettiest"}, "bad_field"),
    ],
)
def test_a_wrong_field_is_named(
    body: dict[str, Any], code: str, installation: Installation, callers: Callers
) -> None:
    answer = submitted(callers, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert left_behind(installation) == (0, 0, 0)


def test_an_uploaded_pairs_file_that_is_no_text(
    installation: Installation, callers: Callers
) -> None:
    upload = installation.upload(b"\xff\xd8\xff\xe0 \x81 a photo")
    assert "no text in UTF-8" in submitted(callers, upload=upload).json()["message"]


def test_a_million_pairs_are_packed() -> None:
    names = [f"uploads/{number:032x}" for number in range(1_500)]
    pairs = (
        f"{names[first]},{names[second]}\n"
        for first in range(len(names))
        for second in range(first + 1, len(names))
    )
    lines = [HEADER, *(next(pairs) for _ in range(MAX_PAIRS))]
    manifest = pack_manifest("".join(lines), BUCKET, any_key=False, photo_limit=200)
    assert (manifest.total, len(manifest.first_photos)) == (MAX_PAIRS, 200)


def test_one_pair_more_than_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facecompare.batches.packed_manifest.MAX_PAIRS", 2)
    lines = (HEADER, f"{A},{B}\n", f"{A},{C}\n", f"{B},{C}\n")
    with pytest.raises(BadManifest, match="more than 2 pairs; send it as several batches"):
        pack_manifest("".join(lines), BUCKET, any_key=False, photo_limit=200)
    assert pack_manifest("".join(lines[:-1]), BUCKET, any_key=False, photo_limit=200).total == 2


@pytest.mark.parametrize("broken", ["queue.send", "store.create", "files.put_manifest"])
def test_a_submission_that_fails_half_way_leaves_nothing(
    broken: str, installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, method = broken.split(".")
    monkeypatch.setattr(getattr(installation, part), method, unavailable)
    one, other, _ = installation.portraits()
    answer = submitted(callers, manifest=f"{HEADER}{one},{other}\n")
    assert answer.status_code == 503
    assert left_behind(installation) == (0, 0, 0)


def test_a_request_that_is_sent_again_makes_one_batch(
    installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, third = installation.portraits()
    once = callers.caller | {"Idempotency-Key": "a-key"}

    def sent(body: dict[str, Any], headers: dict[str, str] = once) -> Any:
        return callers.client.post("/api/batches", json=body, headers=headers)

    body = {"manifest": f"{HEADER}{one},{other}\n"}
    with monkeypatch.context() as broken:
        broken.setattr(installation.queue, "send", unavailable)
        assert sent(body).status_code == 503
    first, again = sent(body).json(), sent(body).json()
    assert first == again
    assert installation.waiting() == 1
    assert sent(body, callers.admin | {"Idempotency-Key": "a-key"}).json() != first
    changed = sent(body | {"threshold": 0.3})
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_conflict")
    others = sent({"manifest": f"{HEADER}{one},{third}\n"})
    assert others.json()["code"] == "idempotency_conflict"


CHANGED = {  # each way to compare, otherwise than by default
    "threshold": 0.3,
    "fmr": 0.001,
    "face": "best-match",
    "engine": "dlib-fast",
}


def test_whatever_else_a_submission_says_it_is_another_one(
    installation: Installation, callers: Callers
) -> None:
    one, other, third = installation.portraits()
    pairs, others = f"{HEADER}{one},{other}\n", f"{HEADER}{one},{third}\n"
    first = once(callers, {"manifest": pairs})
    contents = {"manifest": others, "upload": installation.upload(others.encode())}
    assert contents.keys() | CHANGED.keys() == BatchFields.model_fields.keys()
    answers = {}
    for field, value in {**contents, **CHANGED}.items():
        body = {field: value} if field in contents else {"manifest": pairs, field: value}
        answers[field] = once(callers, body).json().get("code")
    assert answers == dict.fromkeys(answers, "idempotency_conflict")
    for same in (
        {"manifest": pairs, "face": "largest", "threshold": None},
        {"upload": installation.upload(pairs.encode())},
    ):
        assert once(callers, same).json()["batch_id"] == first.json()["batch_id"]
    assert left_behind(installation) == (1, 1, 1)


def test_a_batch_of_an_older_version_is_found_by_what_that_kept(
    installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, _ = installation.portraits()
    body = {"manifest": f"{HEADER}{one},{other}\n"}
    with monkeypatch.context() as former:
        former.setattr("facecompare.batches.service.request_digest", lambda *_: "")
        first = once(callers, body)
    assert once(callers, body).json()["batch_id"] == first.json()["batch_id"]
    changed = once(callers, body | {"threshold": 0.3})
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_conflict")


def unavailable(*_: object) -> None:
    raise QueueUnavailable("down")


@pytest.fixture
def simultaneous(
    installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What the caller submits at the same moment as what a test submits, with one key: its batch
    is made when the test's request has found none and is about to make its own."""
    one, other, _ = installation.portraits()
    body = {"manifest": f"{HEADER}{one},{other}\n"}
    create = installation.store.create

    def make_the_other_first(batch: Batch) -> bool:
        monkeypatch.setattr(installation.store, "create", create)
        assert once(callers, body).status_code == 202
        monkeypatch.setattr(installation.queue, "send", unavailable)
        return create(batch)

    monkeypatch.setattr(installation.store, "create", make_the_other_first)
    return body


def once(callers: Callers, body: dict[str, Any]) -> Any:
    headers = callers.caller | {"Idempotency-Key": "a-key"}
    return callers.client.post("/api/batches", json=body, headers=headers)


def test_of_two_submissions_with_one_key_at_once_the_second_gets_the_firsts_batch(
    installation: Installation, callers: Callers, simultaneous: dict[str, Any]
) -> None:
    answer = once(callers, simultaneous)
    assert answer.status_code == 202
    assert left_behind(installation) == (1, 1, 1)
    assert installation.work_all() == 1
    address = f"/api/batches/{answer.json()['batch_id']}"
    ended = callers.client.get(address, headers=callers.caller).json()
    assert (ended["state"], ended["done"]) == ("done", 1)


def test_another_request_with_that_key_at_once_changes_nothing_of_the_first(
    installation: Installation, callers: Callers, simultaneous: dict[str, Any]
) -> None:
    one, _, third = installation.portraits()
    answer = once(callers, {"manifest": f"{HEADER}{one},{third}\n"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")
    assert left_behind(installation) == (1, 1, 1)
    installation.work_all()
    (batch,) = callers.client.get("/api/batches", headers=callers.caller).json()["batches"]
    text = callers.client.get(
        f"/api/batches/{batch['batch_id']}/results.csv", headers=callers.caller
    ).text
    (row,) = csv.DictReader(io.StringIO(text))
    assert f"{row['image1']},{row['image2']}" in simultaneous["manifest"]


def test_a_submission_whose_twin_was_undone_may_be_sent_again(
    installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, _ = installation.portraits()
    body = {"manifest": f"{HEADER}{one},{other}\n"}
    with monkeypatch.context() as raced:
        raced.setattr(installation.store, "create", lambda _batch: False)
        answer = once(callers, body)
    assert (answer.status_code, answer.json()["code"]) == (503, "records_unavailable")
    assert left_behind(installation) == (0, 0, 0)
    assert once(callers, body).status_code == 202


@pytest.mark.parametrize("failure", [None, RecordsUnavailable("timed out")])
def test_a_batch_whose_write_was_not_confirmed_is_submitted_or_undone(
    failure: RecordsUnavailable | None,
    installation: Installation,
    callers: Callers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """botocore writes again when the first response is lost, and finds its own first write."""
    one, other, _ = installation.portraits()
    create = installation.store.create

    def unconfirmed(batch: Batch) -> bool:
        assert create(batch)
        if failure is not None:
            raise failure
        return create(batch)

    monkeypatch.setattr(installation.store, "create", unconfirmed)
    answer = once(callers, {"manifest": f"{HEADER}{one},{other}\n"})
    assert answer.status_code == (202 if failure is None else 503)
    assert left_behind(installation) == ((1, 1, 1) if failure is None else (0, 0, 0))


def test_the_key_of_an_expired_batch_never_gives_its_results_to_another(
    installation: Installation, callers: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB deletes what has expired within days, and a batch's results not with the batch."""
    one, other, third = installation.portraits()
    assert once(callers, {"manifest": f"{HEADER}{one},{other}\n"}).status_code == 202
    before = left_behind(installation)
    monkeypatch.setattr(installation.store, "_now", lambda: 1e11)
    answer = once(callers, {"manifest": f"{HEADER}{one},{third}\n"})
    assert (answer.status_code, answer.json()["code"]) == (503, "records_unavailable")
    assert left_behind(installation) == before


def test_a_caller_sees_its_own_batches_and_an_admin_all(
    installation: Installation, callers: Callers
) -> None:
    one, other, third = installation.portraits()
    own = submitted(callers, manifest=f"{HEADER}{one},{other}\n").json()["batch_id"]
    others = submitted(callers, "admin", manifest=f"{HEADER}{one},{third}\n").json()["batch_id"]

    def listed(who: dict[str, str], query: str = "") -> tuple[list[str], str | None]:
        answer = callers.client.get(f"/api/batches{query}", headers=who).json()
        return [each["batch_id"] for each in answer["batches"]], answer["next_before"]

    assert listed(callers.caller)[0] == [own]
    assert listed(callers.admin)[0] == [others, own]
    first, cursor = listed(callers.admin, "?limit=1")
    assert first == [others]
    assert listed(callers.admin, f"?limit=1&before={cursor}")[0] == [own]
    for method, address in (
        ("get", f"/api/batches/{others}"),
        ("get", f"/api/batches/{others}/results.csv"),
        ("delete", f"/api/batches/{others}"),
    ):
        answer = callers.client.request(method, address, headers=callers.caller)
        assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")


def test_a_batch_is_cancelled_once(installation: Installation, callers: Callers) -> None:
    one, other, _ = installation.portraits()
    batch_id = submitted(callers, manifest=f"{HEADER}{one},{other}\n").json()["batch_id"]
    address = f"/api/batches/{batch_id}"
    cancelled = callers.client.delete(address, headers=callers.caller).json()
    assert (cancelled["state"], cancelled["seconds_left"]) == ("cancelled", 0)
    again = callers.client.delete(address, headers=callers.caller).json()
    assert again["finished_at"] == cancelled["finished_at"]
    installation.work_all()
    assert callers.client.get(address, headers=callers.caller).json()["done"] == 0


def test_batches_need_a_key(callers: Callers) -> None:
    for method, address in (("post", "/api/batches"), ("get", "/api/batches")):
        answer = callers.client.request(method, address, json={"manifest": HEADER})
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")


def test_where_there_is_no_queue_it_is_said(
    settings: Settings, log: SqliteLog, engine: Engine
) -> None:
    service = FaceService(settings, log, [engine])
    app = local_app(settings, log, SqliteKeys(settings.records), service)
    with TestClient(app) as testing:
        answer = testing.post("/api/batches", json={"manifest": HEADER})
        assert (answer.status_code, answer.json()["code"]) == (400, "batches_off")
        assert testing.get("/api/batches/1").json()["code"] == "batches_off"


def test_no_more_rows_than_an_answer_holds(installation: Installation, callers: Callers) -> None:
    one, other, _ = installation.portraits()
    batch_id = submitted(callers, manifest=f"{HEADER}{one},{other}\n").json()["batch_id"]
    for query in (f"limit={MAX_ROWS + 1}", "first=0"):
        answer = callers.client.get(
            f"/api/batches/{batch_id}/results.csv?{query}", headers=callers.caller
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_results_with_long_names_come_in_parts_that_lambda_returns(
    installation: Installation, callers: Callers
) -> None:
    """As many rows as one response may have, with names that make them more than 6 MB."""
    one, other, _ = installation.portraits()
    submitted(callers, manifest=f"{HEADER}{one},{other}\n")
    (stored,) = installation.store.newest(1, None, "")
    batch = replace(stored, batch_id="b" * 32, total=MAX_ROWS)
    installation.store.create(batch)
    long = "photos/" + "é" * 200
    for chunk in batch.all_pairs.messages():
        rows = [
            PairResult.failed(Pair(number, long, long), "no_face", "none was found")
            for number in range(chunk.first, chunk.last + 1)
        ]
        installation.store.keep(chunk, rows, [])
    services: Services = callers.client.app.state.services  # type: ignore[attr-defined]
    settings = replace(services.settings, max_response_bytes=MAX_RESPONSE_BYTES)
    callers.client.app.state.services = replace(services, settings=settings)  # type: ignore[attr-defined]
    numbers, query = list[int](), "?first=1"
    while query:
        address = f"/api/batches/{batch.batch_id}/results.csv{query}"
        part = callers.client.get(address, headers=callers.admin)
        assert len(json.dumps(part.text)) <= MAX_RESPONSE_BYTES
        numbers += [int(row["pair"]) for row in csv.DictReader(io.StringIO(part.text))]
        query = part.links.get("next", {}).get("url", "")
    assert numbers == list(range(1, MAX_ROWS + 1))


def test_a_batch_that_expired_is_not_there(
    installation: Installation, callers: Callers, moto_table: DynamoTable
) -> None:
    one, other, _ = installation.portraits()
    batch_id = submitted(callers, manifest=f"{HEADER}{one},{other}\n").json()["batch_id"]
    installation.store._now = lambda: 1e11
    answer = callers.client.get(f"/api/batches/{batch_id}", headers=callers.caller)
    assert answer.json()["code"] == "batch_not_found"
    assert callers.client.get("/api/batches", headers=callers.admin).json()["batches"] == []
