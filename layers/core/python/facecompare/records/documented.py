"""What OpenAPI says of a dataclass beside its types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def documented(**values: Sequence[str]) -> dict[str, Any]:
    """A dataclass's `__pydantic_config__`, for OpenAPI: the strings below its fields, the only
    `values` of some of them, and that what happened `_at` a time is a date-time (RFC 3339)."""

    def complete(schema: dict[str, Any]) -> None:
        schema["required"] = list(schema["properties"])  # each is always sent
        for name, field in schema["properties"].items():
            field.pop("default", None)
            (text,) = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
            if name.endswith("_at"):
                text["format"] = "date-time"
            if name in values:
                text["enum"] = list(values[name])

    return {"use_attribute_docstrings": True, "json_schema_extra": complete}
