"""Whatever a field of a request lacks, its error is in this service's words, not a library's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from pydantic_core.core_schema import ErrorType

from facecompare.api import field_errors
from facecompare.api.routes.openapi import document
from tests.support.api_application import ApiApplication

OF_PYDANTIC = re.compile(r"Input|Value error|Field required|[Vv]alid |unable to|'type'|NoneType")
UNUSABLE: tuple[Any, ...] = (
    "x",
    "",
    -1,
    0,
    1.5,
    10**17,
    True,
    None,
    [],
    {},
    [None],
    [{}],
    "a" * 99,
)
Case = tuple[str, str, str, Any]  # method, path, field, value


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, re.sub(r"\{\w+\}", "5b1c-none", path), operation


def query_cases() -> list[Case]:
    return [
        (method, path, parameter["name"], value)
        for method, path, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
        for value in UNUSABLE
        if isinstance(value, str | int | float)
    ]


def body_cases() -> list[Case]:
    return [
        (method, path, name, value)
        for method, path, operation in operations()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
        for name in (*fields_of(operation), "no_such_field")
        for value in UNUSABLE
    ]


def fields_of(operation: dict[str, Any]) -> list[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    named = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(named["properties"])


def answers(api: ApiApplication, cases: list[Case], where: str) -> dict[Case, Any]:
    """What the service says of each that it finds unusable."""
    client, found = TestClient(api.app, headers=api.admin), {}
    for case in cases:
        method, path, name, value = case
        options: dict[str, Any] = {where: {name: value}}
        answer = client.request(method, path, **options)
        assert answer.status_code < 500, case
        if answer.status_code == 400:
            found[(method, path, name, repr(value))] = answer.json()["message"]
    return found


@pytest.mark.parametrize(("where", "cases"), [("params", query_cases()), ("json", body_cases())])
def test_every_unusable_field_is_named_with_what_is_expected(
    api: ApiApplication, where: str, cases: list[Case]
) -> None:
    said = answers(api, cases, where)
    refused = {(method, path) for method, path, *_ in said}
    assert refused == {(method, path) for method, path, *_ in cases}
    assert {case: text for case, text in said.items() if OF_PYDANTIC.search(text)} == {}
    assert {case: text for case, text in said.items() if "expected" not in text} == {}
    assert {case: text for case, text in said.items() if "another value" in text} == {}


@pytest.mark.parametrize("path", ["/api/batches", "/api/uploads"])
@pytest.mark.parametrize("body", ["[]", "null", "7", '"x"'])
def test_a_body_that_is_no_object_is_named_as_such(
    api: ApiApplication, path: str, body: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = TestClient(api.app, headers=api.admin).post(path, content=body, headers=headers)
    assert answer.status_code == 400
    assert "as the body; expected" in answer.json()["message"]


def test_the_kinds_of_errors_are_pydantics() -> None:
    assert set(field_errors._EXPECTED) - set(get_args(ErrorType)) == set()
