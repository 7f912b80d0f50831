"""The OpenAPI document: complete, with examples, and true under random requests."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error

from facecompare.api.app import local_app
from facecompare.api.examples import EXAMPLES
from facecompare.config import Settings
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.results.schemas import ComparisonResponse
from facecompare.service import FaceService
from tests.support.fake_engine import FakeEngine, found

OPERATIONS = {
    ("post", "/api/compare"),
    ("post", "/api/verify"),
    ("post", "/api/detect"),
    ("post", "/api/predict"),
    ("get", "/api/comparisons"),
    ("get", "/api/comparisons.csv"),
    ("get", "/api/comparisons/{comparison_id}"),
    ("delete", "/api/comparisons/{comparison_id}"),
    ("post", "/api/uploads"),
    ("post", "/api/batches"),
    ("get", "/api/batches"),
    ("get", "/api/batches/{batch_id}"),
    ("get", "/api/batches/{batch_id}/results.csv"),
    ("delete", "/api/batches/{batch_id}"),
    ("get", "/api/engines"),
    ("get", "/api/service"),
    ("get", "/api/health"),
}


def document(client: TestClient) -> dict:
    return client.get("/api/openapi.json").json()


def test_every_operation_is_documented(client: TestClient) -> None:
    paths = document(client)["paths"]
    found = {(method, path) for path, methods in paths.items() for method in methods}
    assert found == OPERATIONS


def test_every_operation_says_what_it_does_and_how_it_fails(client: TestClient) -> None:
    for path, methods in document(client)["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            errors = {status for status in operation["responses"] if status >= "4"}
            assert errors or path in ("/api/engines", "/api/service"), (method, path)


def test_every_photo_operation_shows_examples(client: TestClient) -> None:
    paths = document(client)["paths"]
    for name in ("compare", "verify", "predict", "detect"):
        operation = paths[f"/api/{name}"]["post"]
        assert operation["requestBody"]["content"]["application/json"]["example"]
        assert operation["responses"]["200"]["content"]["application/json"]["example"]


def test_the_examples_have_the_shape_of_the_answers(client: TestClient) -> None:
    import json

    from pydantic import TypeAdapter

    text = json.dumps(EXAMPLES["compare"])
    TypeAdapter(ComparisonResponse).validate_json(text, strict=True, extra="forbid")


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_no_random_request_is_a_server_error(
    method: str, path: str, settings: Settings, log: SqliteLog
) -> None:
    engine = FakeEngine(lambda _: [found(10, 10, 20)])  # a face in whatever decodes
    keys = SqliteKeys(settings.records)
    app = local_app(settings, log, keys, FaceService(settings, log, [engine]))
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", app)[path][method]

    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def holds(case: schemathesis.Case) -> None:
        case.validate_response(case.call(), checks=[not_a_server_error])

    holds()
