"""The OpenAPI document: complete, with examples, and true of every operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from moto import mock_aws
from pydantic import TypeAdapter
from starlette.routing import Route

from facecompare import errors
from facecompare.api.errors import STATUS
from facecompare.api.examples import EXAMPLES
from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.api.work_queue import WorkQueue
from facecompare.config import Settings
from facecompare.errors import TooManyAtOnce
from facecompare.pipeline.remedies import REMEDIES
from facecompare.results.schemas import ComparisonResponse
from tests.support.api_application import ApiApplication, api_application, broken_application
from tests.support.aws_credentials import use_credentials
from tests.support.schema_requests import KEPT_AFTER_DELETE, LENIENT, PHOTO, mend
from tests.support.schema_run import Operation, SchemaRun, run_schema

PHOTO_OPERATIONS = {
    "/api/compare": ("image1", "image2"),
    "/api/verify": ("image1", "image2"),
    "/api/predict": ("anchor", "image1", "image2"),
    "/api/detect": ("image",),
    "/api/explain": ("image1", "image2"),
}
OF_EVERY_ADDRESS = {"not_found", "method_not_allowed"}  # of the server, not of an operation
# Of the command line, of a result's line, and of what reads a data set.
NOT_OF_THE_SERVICE = {
    errors.BadDataset.code,
    errors.PairGivenUp.code,
    errors.PortUnavailable.code,
    errors.RequestRefused.code,
    errors.ServiceUnreachable.code,
}


@pytest.fixture(scope="module")
def own_settings(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Settings:
    folder = tmp_path_factory.mktemp("contract")
    return replace(
        Settings.from_env({}), records=folder / "comparisons.sqlite3", models_dir=models_dir
    )


@pytest.fixture(scope="module")
def api(own_settings: Settings) -> Iterator[ApiApplication]:
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        use_credentials(environment)
        yield api_application(own_settings, PHOTO)


@pytest.fixture(scope="module")
def document(api: ApiApplication) -> Any:
    return TestClient(api.app).get("/api/openapi.json").json()


@pytest.fixture(scope="module")
def run(api: ApiApplication) -> SchemaRun:
    """Documented requests and spoilt ones, one by one and in chains, with an admin's key."""
    return run_schema(
        api.app,
        lambda case: mend(case, api.uploads),
        headers=api.admin,
        without=dict.fromkeys(KEPT_AFTER_DELETE, "use_after_free"),
        lenient=LENIENT,
    )


@pytest.fixture(scope="module")
def broken_run(api: ApiApplication, own_settings: Settings, tmp_path_factory: Any) -> SchemaRun:
    """Documented requests, where nothing behind the API answers."""
    app = broken_application(own_settings, tmp_path_factory.mktemp("no-models"))
    return run_schema(
        app,
        lambda case: mend(case, api.uploads),
        phases=["examples", "coverage"],
        mode="positive",
    )


@pytest.fixture(scope="module")
def refused(
    api: ApiApplication, own_settings: Settings, document: Any
) -> set[tuple[Operation, int]]:
    """What is answered past the site, to a vast body, to what is not there, and to a surprise."""
    guarded = broken_application(replace(own_settings, origin_secret="s3cret"), Path())
    vast = api.admin | {"Content-Length": str(10**9)}
    statuses: set[tuple[Operation, int]] = set()
    for app, headers, query in (
        (guarded, {}, ""),
        (api.app, vast, ""),
        (api.app, api.admin, ""),
        (api.app, api.admin, "?surprise=1"),
    ):
        client = TestClient(app, headers=headers)
        for method, path in operations_of(document):
            statuses.add(((method, path), client.request(method, path + query).status_code))
    statuses |= {(("post", "/api/batches"), _same_key_for_another_batch(api))}
    statuses |= {(("post", path), _empty_photos(api, path)) for path in PHOTO_OPERATIONS}
    share = TooManyAtOnce("found 3 requests of yours at once; expected at most 2")
    with patch.object(WorkQueue, "refuse_where_full", side_effect=share):
        return statuses | {(("post", path), _empty_photos(api, path)) for path in PHOTO_OPERATIONS}


def _empty_photos(api: ApiApplication, path: str) -> int:
    names = PHOTO_OPERATIONS[path]
    client = TestClient(api.app, headers=api.admin)
    return client.post(path, files={name: (f"{name}.jpg", b"") for name in names}).status_code


def _same_key_for_another_batch(api: ApiApplication) -> int:
    client = TestClient(api.app, headers=api.admin | {"Idempotency-Key": "twice"})
    manifest = "image1,image2\n{},{}\n".format(*api.uploads)
    for threshold in (0.4, 0.5):
        body = {"manifest": manifest, "threshold": threshold}
        answer = client.post("/api/batches", json=body)
    return answer.status_code


def operations_of(document: Any) -> set[Operation]:
    return {(method, path) for path, methods in document["paths"].items() for method in methods}


def documented(document: Any) -> set[tuple[Operation, int]]:
    """Every status of every operation."""
    return {
        ((method, path), int(status))
        for method, path in operations_of(document)
        for status in document["paths"][path][method]["responses"]
    }


def test_every_route_is_documented(api: ApiApplication, document: Any) -> None:
    served = {
        (method.lower(), route.path)
        for route in api.app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    assert served - operations_of(document) == {("get", "/api/openapi.json")}
    assert operations_of(document) - served == set()


def test_every_operation_says_what_it_does_and_how_it_fails(document: Any) -> None:
    operations = operations_of(document)
    silent = {
        (method, path)
        for method, path in operations
        if not document["paths"][path][method].get("description")
    }
    failing = {operation for operation, status in documented(document) if status >= 400}
    assert silent == set()
    assert operations - failing == set()


def test_whoever_may_ask_again_is_told_when(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                told = "Retry-After" in response.get("headers", {})
                assert told == (status in ("429", "503")), (method, path, status)


def documented_codes(document: Any) -> set[tuple[Operation, str]]:
    """Every error of every operation."""
    return {
        ((method, path), code)
        for method, path in operations_of(document)
        for response in document["paths"][path][method]["responses"].values()
        for code in response.get("content", {}).get("application/json", {}).get("examples", ())
    }


def test_every_error_of_an_operation_is_documented(
    run: SchemaRun, broken_run: SchemaRun, document: Any
) -> None:
    seen, told = run.codes | broken_run.codes, documented_codes(document)
    assert len({code for _, code in seen}) > 10
    assert {each for each in seen - told if each[1] not in OF_EVERY_ADDRESS} == set()


def test_every_error_that_the_service_can_have_is_documented_somewhere(document: Any) -> None:
    told = {code for _, code in documented_codes(document)}
    possible = {error.code for error in STATUS}
    assert told - possible == set()
    assert possible - told == NOT_OF_THE_SERVICE


def test_times_and_closed_sets_of_words_are_typed(document: Any) -> None:
    schemas = document["components"]["schemas"]
    fields = {
        (name, field): schema
        for name, each in schemas.items()
        for field, schema in each.get("properties", {}).items()
    }
    times = {key for key in fields if key[1].endswith("_at")}
    assert len(times) > 5
    assert {key for key in times if '"date-time"' not in json.dumps(fields[key])} == set()
    measure = schemas["MeasureResponse"]["properties"]["name"]["enum"]
    assert {name for name, _ in REMEDIES} | {"roll"} == set(measure)


def test_every_photo_operation_shows_examples(document: Any) -> None:
    shown, photos = set(), set()
    for method, path in operations_of(document):
        operation = document["paths"][path][method]
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            photos.add(path.rpartition("/")[2])
            sent, answered = operation["requestBody"], operation["responses"]["200"]
            if all("example" in each["content"]["application/json"] for each in (sent, answered)):
                shown.add(path.rpartition("/")[2])
    assert photos - shown == set()
    assert photos == EXAMPLES.keys()


def test_the_examples_have_the_shape_of_the_answers() -> None:
    text = json.dumps(EXAMPLES["compare"])
    TypeAdapter(ComparisonResponse).validate_json(text, strict=True, extra="forbid")


def test_every_operation_carries_the_security_headers(api: ApiApplication, document: Any) -> None:
    client, expected = TestClient(api.app), SECURITY_HEADERS | {"Cache-Control": "no-store"}
    for method, path in operations_of(document):
        headers = client.request(method, path).headers
        assert {name: headers.get(name) for name in expected} == expected, (method, path)


def test_every_operation_answers_as_documented(
    run: SchemaRun,
    broken_run: SchemaRun,
    refused: set[tuple[Operation, int]],
    document: Any,
) -> None:
    operations, statuses = operations_of(document), documented(document)
    assert not run.failures, "\n\n".join(run.failures[:9])
    assert not broken_run.failures, "\n\n".join(broken_run.failures[:9])
    assert operations - run.operations == set()
    assert operations - {asked for asked, status in run.statuses if status < 300} == set()
    assert statuses - run.statuses - broken_run.statuses - refused == set()
