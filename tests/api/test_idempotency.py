"""One Idempotency-Key is one request's: the whole of it, in whatever spelling, and no other's."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from facecompare.api import option_fields
from facecompare.api.app import local_app
from facecompare.api.option_fields import OptionFields
from facecompare.api.request_body import FACE_SUFFIX
from facecompare.api.routes.compare import BODIES, body_schemas
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support import pictures

OBAMA, OBAMA2, BIDEN = (
    path.read_bytes() for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
)
OTHER = OBAMA + b"another file of the same picture"
KEY = {"Idempotency-Key": "8e03978e-40d5"}
SENT = {
    "Comparison": ("/api/compare", {"image1": OBAMA, "image2": BIDEN}),
    "Prediction": ("/api/predict", {"anchor": OBAMA, "image1": BIDEN, "image2": OBAMA2}),
}
CHANGED = {  # each option, otherwise than by default
    "threshold": 0.4,
    "fmr": 0.001,
    "face": "most-central",
    "engine": "dlib-fast",
    "landmarks68": True,
    "chips": True,
    "min_quality": "refuse",
    "strict": True,
}
DEFAULTS = {
    "face": "largest",
    "engine": "dlib-sface",
    "landmarks68": False,
    "chips": False,
    "min_quality": "warn",
    "strict": False,
    "image1_face": "largest",
}
OF_INSTALLATION = {"limits", "threads", "waiter", "combined_threshold"}  # no caller sets these


@pytest.fixture
def client(
    settings: Settings, log: SqliteLog, engine: Engine, dlib_fast: Engine
) -> Iterator[TestClient]:
    settings = replace(settings, landmarks68=True)
    faces = FaceService(settings, log, [engine, dlib_fast])
    with TestClient(local_app(settings, log, SqliteKeys(settings.records), faces)) as client:
        yield client


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


REFUSED = (422, "idempotency_conflict")


def one_more(name: str, field: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files and the fields of a request that differs from SENT in this field alone."""
    _, photos = SENT[name]
    body = BODIES[name]
    if field in body.photos:
        return photos | {field: OTHER}, {}
    if field in body.further:  # one after the other
        before = body.further[: body.further.index(field) + 1]
        return photos | {each: OTHER + bytes(place) for place, each in enumerate(before)}, {}
    return photos, {field: "0" if field.endswith(FACE_SUFFIX) else CHANGED[field]}


@pytest.mark.parametrize("name", SENT)
def test_whatever_else_a_request_says_it_is_another_one(
    client: TestClient, log: SqliteLog, name: str
) -> None:
    path, photos = SENT[name]
    first = client.post(path, files=photos, headers=KEY)
    assert first.status_code == 200
    records = log.page(9).records
    answers = {}
    for field in body_schemas()[f"{name}Form"]["properties"]:
        files, data = one_more(name, field)
        answers[field] = told(client.post(path, files=files, data=data, headers=KEY))
    assert answers == dict.fromkeys(answers, REFUSED)
    assert answers.keys() > {*CHANGED, *BODIES[name].photos, *BODIES[name].further}
    again = client.post(path, files=photos, headers=KEY)
    assert again.json() | {"timing_ms": 0} == first.json() | {"timing_ms": 0}
    assert log.page(9).records == records


def test_every_option_of_a_request_reaches_its_digest() -> None:
    options = {field.name for field in fields(RequestOptions)}
    assert CHANGED.keys() == OptionFields.model_fields.keys()
    assert options - OptionFields.model_fields.keys() == {"faces", *OF_INSTALLATION}
    assert OptionFields.model_fields.keys() - options == set()


@dataclass(frozen=True, slots=True)
class LaterOptions(RequestOptions):
    mirrored: bool = False


class LaterFields(OptionFields):
    mirrored: bool = False


@pytest.mark.parametrize("name", SENT)
def test_an_option_that_is_added_later_is_a_part_of_the_request(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, photos = SENT[name]

    def sent(**data: object) -> tuple[int, str]:
        return told(client.post(path, files=photos, data=data, headers=KEY))

    assert sent() == (200, "")
    monkeypatch.setattr(option_fields, "OptionFields", LaterFields)
    monkeypatch.setattr(option_fields, "RequestOptions", LaterOptions)
    names = {field.name for field in fields(LaterOptions)}
    monkeypatch.setattr(option_fields, "_OPTION_NAMES", names)
    assert sent() == (200, "")  # what was kept before the option came is still the same request
    assert sent(mirrored=False) == (200, "")
    assert sent(mirrored=True) == REFUSED


def spellings() -> dict[str, dict[str, Any]]:
    encoded = {name: b64encode(data).decode() for name, data in SENT["Comparison"][1].items()}
    uri = f"data:image/jpeg;base64,{encoded['image1']}"
    named = {name: (f"{name}.jpg", data) for name, data in SENT["Comparison"][1].items()}
    return {
        "JSON": {"json": encoded},
        "data URI and a list": {"json": encoded | {"image1": [uri]}},
        "defaults in JSON": {"json": encoded | DEFAULTS},
        "defaults in a form": {"files": named, "data": DEFAULTS},
        "in another order": {"files": dict(reversed(named.items()))},
    }


@pytest.mark.parametrize("spelling", spellings())
def test_a_request_in_another_spelling_is_the_same(
    client: TestClient, log: SqliteLog, spelling: str
) -> None:
    path, photos = SENT["Comparison"]
    first = client.post(path, files=photos, headers=KEY).json()
    again = client.post(path, **spellings()[spelling], headers=KEY).json()
    assert again["comparison_id"] == first["comparison_id"]
    assert len(log.page(9).records) == 1


def test_the_engine_s_own_threshold_may_be_sent(client: TestClient, log: SqliteLog) -> None:
    path, photos = SENT["Comparison"]
    one_network: dict[str, Any] = {"engine": "dlib-fast"}
    own = client.post(path, files=photos, data=one_network, headers=KEY).json()["threshold"]
    for text in (f"{own}", f"{own:.9f}"):
        sent = one_network | {"threshold": text}
        assert client.post(path, files=photos, data=sent, headers=KEY).status_code == 200
    assert len(log.page(9).records) == 1


def test_an_operation_s_key_is_refused_to_another(client: TestClient, log: SqliteLog) -> None:
    (compare, pair), (predict, three) = SENT.values()
    first = client.post(compare, files=pair, headers=KEY)
    assert told(client.post(predict, files=three, headers=KEY)) == REFUSED
    assert (
        client.post("/api/verify", files=pair, headers=KEY).json()["comparison_id"]
        == (first.json()["comparison_id"])
    )
    other = {"Idempotency-Key": "other"}
    assert client.post(predict, files=three, headers=other).status_code == 200
    assert told(client.post(compare, files=pair, headers=other)) == REFUSED
    assert len(log.page(9).records) == 3


def test_another_request_is_refused_before_any_photo_is_decoded(client: TestClient) -> None:
    path, photos = SENT["Comparison"]
    client.post(path, files=photos, headers=KEY)
    broken = photos | {"image2": b"no picture"}
    assert told(client.post(path, files=broken, headers=KEY)) == REFUSED


def test_two_keys_are_none(client: TestClient) -> None:
    photos = {"image1": OBAMA, "image2": BIDEN}
    answer = client.post("/api/compare", files=photos, headers=[*KEY.items(), *KEY.items()])
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["message"] == (
        "found the header Idempotency-Key 2 times; expected it once"
    )
