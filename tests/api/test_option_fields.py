"""The options on the wire: one definition, the FMR under its new name and its old one."""

from __future__ import annotations

from dataclasses import fields

import pytest
from fastapi.testclient import TestClient

from facecompare.api.option_fields import OLD_FMR_FIELD, DecisionFields, OptionFields
from facecompare.api.routes.batches import BatchFields
from facecompare.options import RequestOptions
from tests.support import pictures

PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
OF_THE_INSTALLATION = {"limits", "threads"}
BESIDE_EACH_PHOTO = {"faces"}  # image1_face and so on


def test_a_caller_may_send_every_option_but_the_installations_own() -> None:
    options = {field.name for field in fields(RequestOptions)}
    sent = set(OptionFields.model_fields) - {OLD_FMR_FIELD}
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


def test_the_old_name_of_the_false_match_rate_decides_alike(client: TestClient) -> None:
    new, old = (
        client.post("/api/compare", files=PAIR, data={name: "0.001"}).json()
        for name in ("fmr", "far")
    )
    assert new["threshold"] == old["threshold"] == pytest.approx(0.526, abs=0.002)
    assert new["fmr_at_threshold"] == pytest.approx(0.001, rel=0.01)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/compare", {"image1": "AAAA", "image2": "AAAA"}), ("/api/batches", {"manifest": "a"})],
)
def test_both_names_of_the_false_match_rate_are_refused(
    client: TestClient, path: str, body: dict[str, str]
) -> None:
    answer = client.post(path, json=body | {"fmr": 0.001, "far": 0.001})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")
    assert "fmr" in answer.json()["message"]


@pytest.mark.parametrize("operation", ["compare", "predict"])
def test_the_rates_are_answered_under_both_names(client: TestClient, operation: str) -> None:
    files = PAIR | ({"anchor": PAIR["image1"]} if operation == "predict" else {})
    answer = client.post(f"/api/{operation}", files=files).json()
    assert answer["fmr_at_threshold"] == answer["far_at_threshold"] is not None
    near = answer if operation == "compare" else answer["image2"]
    assert near["fmr_at_distance"] == near["far_at_distance"] is not None


def test_the_document_calls_the_old_names_deprecated(client: TestClient) -> None:
    schemas = client.get("/api/openapi.json").json()["components"]["schemas"]
    deprecated = {
        f"{schema}.{name}"
        for schema, definition in schemas.items()
        for name, field in definition.get("properties", {}).items()
        if field.get("deprecated")
    }
    assert deprecated == {
        "BatchFields.far",
        "ComparisonResponse.far_at_threshold",
        "ComparisonResponse.far_at_distance",
        "CandidateResponse.far_at_distance",
        "PredictionResponse.far_at_threshold",
    }
