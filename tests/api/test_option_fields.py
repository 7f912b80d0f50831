"""The options on the wire: one definition, the FMR under its new name and its old one."""

from __future__ import annotations

from dataclasses import fields

import pytest
from fastapi.testclient import TestClient

from facecompare.api.option_fields import DecisionFields, OptionFields
from facecompare.api.routes.batches import BatchFields
from facecompare.options import RequestOptions
from tests.support import pictures

PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
OF_THE_INSTALLATION = {"combined_threshold", "limits", "threads", "waiter"}
BESIDE_EACH_PHOTO = {"faces"}  # image1_face and so on


def test_a_caller_may_send_every_option_but_the_installations_own() -> None:
    options = {field.name for field in fields(RequestOptions)}
    sent = set(OptionFields.model_fields)
    assert sent == options - OF_THE_INSTALLATION - BESIDE_EACH_PHOTO


def test_batches_take_the_fields_that_decide_a_verdict() -> None:
    decide = set(DecisionFields.model_fields)
    assert set(BatchFields.model_fields) == decide | {"manifest", "upload"}
    for name in decide:
        fields_ = (model.model_fields[name] for model in (BatchFields, OptionFields))
        assert len({repr(field) for field in fields_}) == 1


@pytest.mark.parametrize("name", sorted(OF_THE_INSTALLATION | BESIDE_EACH_PHOTO))
@pytest.mark.parametrize("path", ["/api/compare", "/api/batches"])
def test_the_installations_own_options_cannot_be_sent(
    client: TestClient, path: str, name: str
) -> None:
    body = {"image1": "AAAA", "image2": "AAAA"} if path == "/api/compare" else {"manifest": "a"}
    answer = client.post(path, json=body | {name: 1})
    code = "unknown_field" if path == "/api/compare" else "bad_field"
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_false_match_rate_becomes_a_threshold_of_the_distance_that_decides(
    client: TestClient,
) -> None:
    answer = client.post("/api/compare", files=PAIR, data={"fmr": "0.001"}).json()
    assert answer["threshold"] == 0.5
    assert answer["combined_threshold"] == pytest.approx(0.62, abs=0.03)
    assert answer["fmr_at_threshold"] == pytest.approx(0.001, rel=0.01)
    alone = client.post("/api/compare", files=PAIR, data={"fmr": "0.001", "engine": "dlib-fast"})
    assert alone.json()["threshold"] == pytest.approx(0.526, abs=0.002)
    assert alone.json()["combined_threshold"] is None


@pytest.mark.parametrize("path", ["/api/compare", "/api/batches"])
def test_the_former_name_of_the_false_match_rate_is_unknown(client: TestClient, path: str) -> None:
    body = {"image1": "AAAA", "image2": "AAAA"} if path == "/api/compare" else {"manifest": "a"}
    assert client.post(path, json=body | {"far": 0.001}).status_code == 400
