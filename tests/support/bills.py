"""A bill of materials as its reader sees it: checked by CycloneDX's own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def bill_at(path: Path) -> dict[str, Any]:
    """The document. Raises AssertionError where it is not CycloneDX."""
    text = path.read_text("utf-8")
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert wrong is None, str(wrong)
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def every_component(bill: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """With those inside of others."""
    for component in bill.get("components", ()):
        yield component
        yield from every_component(component)


def named(bill: dict[str, Any], registry: str) -> set[str]:
    """Names of all that is of one kind, `pypi` say."""
    found = every_component(bill)
    return {one["name"] for one in found if one.get("purl", "").startswith(f"pkg:{registry}/")}


def places(bill: dict[str, Any]) -> set[str]:
    """Files of libraries that the bill has found."""
    return {
        one["location"]
        for component in every_component(bill)
        for one in component.get("evidence", {}).get("occurrences", ())
    }
