"""The API's reference: everything that /api/openapi.json says, on a page of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser.visitor import Visit, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(visitor: Visitor) -> Visitor:
    visitor.open("About")
    visitor.page.get_by_role("link", name="Every operation of the API").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("The API")
    expect(visitor.page.locator("#schema-ErrorResponse")).to_be_visible()
    return visitor


@pytest.fixture
def document(visitor: Visitor, server: str) -> dict[str, Any]:
    made: dict[str, Any] = visitor.page.request.get(f"{server}/api/openapi.json").json()
    return made


def operation(visitor: Visitor, method: str, path: str) -> Locator:
    heading = visitor.page.get_by_role("heading", level=2, name=f"{method} {path}", exact=True)
    return visitor.page.locator("section").filter(has=heading)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def names_in(schema: object) -> set[str]:
    """The fields and values of a schema, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(names_in, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {})) | {str(value) for value in schema.get("enum", ())}
    return own.union(*map(names_in, schema.values()))


def test_every_operation_is_described(visitor: Visitor, document: dict[str, Any]) -> None:
    named = [f"{method} {path}" for method, path, _ in operations(document)]
    headings = visitor.page.locator("section.operation h2")
    expect(headings).to_have_text(named)
    links = visitor.page.get_by_role("navigation", name="Operations").get_by_role("link")
    expect(links).to_have_text(named)


def test_every_parameter_field_and_status_of_an_operation_is_told(
    visitor: Visitor, document: dict[str, Any]
) -> None:
    for method, path, described in operations(document):
        text = operation(visitor, method, path).inner_text()
        wanted = {each["name"] for each in described.get("parameters", ())}
        wanted |= set(described["responses"])
        for content_type, content in described.get("requestBody", {}).get("content", {}).items():
            wanted |= {content_type} | set(content["schema"].get("properties", {}))
        assert {name for name in wanted if name not in text} == set(), f"{method} {path}"


def test_every_schema_is_told_with_its_fields_and_values(
    visitor: Visitor, document: dict[str, Any]
) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        text = visitor.page.locator(f"#schema-{name}").inner_text()
        assert {each for each in names_in(schema) if each not in text} == set(), name


def test_a_comparison_is_described_as_its_caller_needs_it(visitor: Visitor) -> None:
    compare = operation(visitor, "POST", "/api/compare")
    expect(compare).to_contain_text("Authorization: Bearer KEY")
    face = compare.get_by_role("row").filter(has_text="only-one").first
    expect(face).to_contain_text('default: "largest"')
    refused = compare.get_by_role("listitem").filter(has_text="422").first
    expect(refused.get_by_text("no_face", exact=True)).to_be_visible()
    expect(refused.get_by_role("link", name="ErrorResponse")).to_be_visible()
    compare.get_by_text("Example of a response").click()
    expect(compare.get_by_text('"same_person": true')).to_be_visible()


def test_a_schema_is_one_click_away(visitor: Visitor) -> None:
    compare = operation(visitor, "POST", "/api/compare")
    compare.get_by_role("link", name="ComparisonResponse").click()
    expect(visitor.page).to_have_url(re.compile("#schema-ComparisonResponse$"))
    schema = visitor.page.locator("#schema-ComparisonResponse")
    expect(schema).to_be_in_viewport()
    expect(schema).to_contain_text("same_person")


def test_a_section_can_be_opened_by_its_address(
    visitor: Visitor, visit: Visit, server: str
) -> None:
    another = visit(address=f"{server}/reference.html#schema-UploadGrant")
    expect(another.page.locator("#schema-UploadGrant")).to_be_in_viewport()


def test_the_reference_keeps_its_former_address(visit: Visit, server: str) -> None:
    visitor = visit(address=f"{server}/#/api")
    expect(visitor.page).to_have_url(f"{server}/reference.html")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("The API")


def test_a_document_that_cannot_be_had_is_told(visit: Visit, server: str) -> None:
    visitor = visit()
    visitor.watch.refusals_expected = True
    visitor.page.route("**/api/openapi.json", lambda route: route.fulfill(status=503, body=""))
    visitor.page.goto(f"{server}/reference.html")
    expect(visitor.page.get_by_role("alert")).to_contain_text("cannot answer at the moment")


@pytest.mark.parametrize("width", [320, 768])
def test_the_reference_is_not_wider_than_the_window(visit: Visit, server: str, width: int) -> None:
    visitor = visit(width=width, address=f"{server}/reference.html")
    expect(visitor.page.locator("#schema-ErrorResponse")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_way_back_leads_to_the_comparison(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Back to the comparison").click()
    expect(visitor.button("Predict")).to_be_visible()
