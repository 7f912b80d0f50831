"""Who may do what, over HTTP: the modes of access, the roles, and the page's own address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from facecompare.access import ORIGIN_HEADER, Role, new_key
from facecompare.api.app import local_app
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.record import timestamp
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support import pictures
from tests.support.records import numbers, record

OBAMA, BIDEN = (path.read_bytes() for path in (pictures.OBAMA, pictures.BIDEN))
PAIR = {"image1": OBAMA, "image2": BIDEN}

Serve = Callable[..., TestClient]
SentBy = Callable[[str, Role], dict[str, str]]


@pytest.fixture
def keys(settings: Settings) -> SqliteKeys:
    return SqliteKeys(settings.records)


@pytest.fixture
def serve(settings: Settings, log: SqliteLog, keys: SqliteKeys, engine: Engine) -> Iterator[Serve]:
    """Makes a client of the service with these settings."""
    with ExitStack() as clients:

        def with_settings(**changes: Any) -> TestClient:
            changed = replace(settings, **changes)
            app = local_app(changed, log, keys, FaceService(changed, log, [engine]))
            return clients.enter_context(TestClient(app, raise_server_exceptions=False))

        yield with_settings


@pytest.fixture
def sent_by(keys: SqliteKeys) -> SentBy:
    """Makes a key and returns the header that carries it."""

    def header(name: str, role: Role) -> dict[str, str]:
        key, kept = new_key(name, role, timestamp())
        keys.add(kept)
        return {"Authorization": f"Bearer {key}"}

    return header


ROUTES = [
    ("POST", "/api/compare"),
    ("POST", "/api/verify"),
    ("POST", "/api/predict"),
    ("POST", "/api/detect"),
    ("POST", "/api/uploads"),
    ("GET", "/api/comparisons"),
    ("GET", "/api/comparisons.csv"),
    ("GET", "/api/comparisons/x"),
    ("DELETE", "/api/comparisons/x"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_keys_nothing_is_done_without_one(serve: Serve, method: str, path: str) -> None:
    answer = serve(access="keys").request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", ["x", "fck_ann.wrong", "fck_nobody.x", "fck_", "é"])
def test_a_key_that_is_none_is_refused(
    serve: Serve, sent_by: SentBy, method: str, path: str, key: str
) -> None:
    sent_by("ann", Role.ADMIN)
    header = {b"Authorization": f"Bearer {key}".encode()}
    answer = serve(access="public").request(method, path, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_refused")


def test_a_revoked_key_is_refused_at_once(serve: Serve, sent_by: SentBy, keys: SqliteKeys) -> None:
    client, header = serve(access="keys"), sent_by("ann", Role.CALLER)
    assert client.get("/api/comparisons", headers=header).status_code == 200
    keys.revoke("ann", timestamp())
    answer = client.get("/api/comparisons", headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_refused")


def test_in_public_anybody_compares_and_nobody_lists_without_a_key(serve: Serve) -> None:
    client = serve(access="public")
    assert client.post("/api/compare", files=PAIR).status_code == 200
    assert client.get("/api/comparisons").json()["code"] == "key_missing"
    assert client.get("/api/engines").status_code == 200


def test_a_record_names_its_caller(serve: Serve, sent_by: SentBy, log: SqliteLog) -> None:
    client = serve(access="public")
    client.post("/api/compare", files=PAIR, headers=sent_by("ann", Role.CALLER))
    client.post("/api/compare", files=PAIR)
    assert [kept.caller for kept in log.page(9).records] == ["", "ann"]


def test_a_caller_sees_their_own_records_and_an_admin_all(
    serve: Serve, sent_by: SentBy, log: SqliteLog
) -> None:
    log.put(record(1, caller="ann"), record(2, caller="bob"), record(3))
    client = serve(access="keys")
    ann, boss = sent_by("ann", Role.CALLER), sent_by("boss", Role.ADMIN)

    def listed(path: str, header: dict[str, str]) -> list[str]:
        rows = client.get(path, headers=header).json()["comparisons"]
        return [row["comparison_id"][-1] for row in rows]

    assert listed("/api/comparisons", ann) == ["1"]
    assert listed("/api/comparisons?caller=ann", ann) == ["1"]
    assert listed("/api/comparisons", boss) == ["3", "2", "1"]
    assert listed("/api/comparisons?caller=bob", boss) == ["2"]
    csv = client.get("/api/comparisons.csv", headers=ann).text
    assert csv.count("\r\n") == 2
    assert "bob" not in csv


def test_a_caller_sees_nothing_of_another(serve: Serve, sent_by: SentBy, log: SqliteLog) -> None:
    log.put(record(1, caller="bob"))
    client, ann = serve(access="keys"), sent_by("ann", Role.CALLER)
    for path in ("/api/comparisons?caller=bob", "/api/comparisons.csv?caller=bob"):
        assert client.get(path, headers=ann).json()["code"] == "not_allowed"
    one = client.get(f"/api/comparisons/{record(1).comparison_id}", headers=ann)
    assert one.json()["code"] == "comparison_not_found"


def test_only_an_admin_deletes(serve: Serve, sent_by: SentBy, log: SqliteLog) -> None:
    log.put(record(1, caller="ann"))
    client, path = serve(access="keys"), f"/api/comparisons/{record(1).comparison_id}"
    refused = client.delete(path, headers=sent_by("ann", Role.CALLER))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert numbers(log.page(9).records) == [1]
    assert client.delete(path, headers=sent_by("boss", Role.ADMIN)).status_code == 204
    assert log.page(9).records == ()


def test_the_slow_reference_is_for_ones_own_machine(serve: Serve) -> None:
    slow: dict[str, Any] = {"files": PAIR, "data": {"engine": "dlib-reference"}}
    client = serve(access="public")
    assert client.post("/api/compare", **slow).json()["code"] == "unknown_engine"
    offered = [engine["id"] for engine in client.get("/api/engines").json()["engines"]]
    assert offered == ["dlib-sface", "dlib-fast", "dlib-accurate", "dlib-yunet", "sface"]


def test_only_requests_through_the_site_are_served(serve: Serve) -> None:
    client = serve(origin_secret="s3cret")
    for guess in (
        [],
        [(ORIGIN_HEADER.encode(), b"guess")],
        [(ORIGIN_HEADER.encode(), "é".encode())],
    ):
        answer = client.get("/api/engines", headers=guess)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert client.get("/api/engines", headers={ORIGIN_HEADER: "s3cret"}).status_code == 200


def test_while_one_origin_secret_replaces_the_other_both_are_served(serve: Serve) -> None:
    client = serve(origin_secret="old new")
    answers = [
        client.get("/api/engines", headers={ORIGIN_HEADER: sent}).status_code
        for sent in ("old", "new", "old new", "ne", "")
    ]
    assert answers == [200, 200, 403, 403, 403]


def test_a_retry_with_the_same_key_leaves_one_record(serve: Serve, log: SqliteLog) -> None:
    client, header = serve(), {"Idempotency-Key": "8e03978e-40d5"}
    first, second = (
        client.post("/api/compare", files=PAIR, headers=header).json() for _ in range(2)
    )
    assert second["comparison_id"] == first["comparison_id"]
    assert second["created_at"] == first["created_at"]
    assert len(log.page(9).records) == 1


def test_a_retried_prediction_leaves_its_two_records(serve: Serve, log: SqliteLog) -> None:
    client, header = serve(), {"Idempotency-Key": "k"}
    files = {"anchor": OBAMA, "image1": BIDEN, "image2": OBAMA}
    for _ in range(2):
        assert client.post("/api/predict", files=files, headers=header).status_code == 200
    assert len(log.page(9).records) == 2


def test_another_request_under_the_same_key_is_refused(serve: Serve, log: SqliteLog) -> None:
    client, header = serve(), {"Idempotency-Key": "k"}
    client.post("/api/compare", files=PAIR, headers=header)
    swapped = {"image1": BIDEN, "image2": OBAMA}
    answer = client.post("/api/compare", files=swapped, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")
    assert len(log.page(9).records) == 1


@pytest.mark.parametrize("key", ["", "has space", "x" * 129])
def test_an_idempotency_key_of_another_form_is_refused(serve: Serve, key: str) -> None:
    answer = serve().post("/api/compare", files=PAIR, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_work_that_hangs_is_answered_at_the_deadline(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, log: SqliteLog
) -> None:
    import threading

    released = threading.Event()
    client = serve(deadline_s=5)
    with monkeypatch.context() as hanging:
        hanging.setattr("facecompare.service.compare", lambda *_: released.wait(30))
        answer = client.post("/api/compare", files=PAIR)
    assert (answer.status_code, answer.json()["code"]) == (503, "timed_out")
    assert answer.headers["retry-after"] == "2"
    assert log.page(9).records == ()
    assert client.post("/api/compare", files=PAIR).status_code == 200
    released.set()


def test_a_lock_that_a_hanging_thread_holds_stops_nobody_else(
    settings: Settings, log: SqliteLog, keys: SqliteKeys, engine: Engine
) -> None:
    import threading

    class Hanging:
        name = "hog"
        released = threading.Event()

        def find(self, _pixels: object) -> list[object]:
            self.released.wait(30)
            return []

    hanging = replace(cast(Any, engine), detectors=[Hanging()])
    changed = replace(settings, deadline_s=5)
    app = local_app(changed, log, keys, FaceService(changed, log, [hanging]))
    with TestClient(app, raise_server_exceptions=False) as client:
        codes = [client.post("/api/compare", files=PAIR).status_code for _ in range(2)]
    Hanging.released.set()
    assert codes == [503, 200]
