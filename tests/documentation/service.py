"""The HTTP API as its own OpenAPI document describes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient

from facecompare.api.app import local_app
from facecompare.config import Settings
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the whole application; no engine is loaded for it."""
    with TemporaryDirectory() as folder:
        records = Path(folder) / "records.sqlite3"
        settings = Settings.from_env({"FACECOMPARE_RECORDS": str(records)})
        log = SqliteLog(records)
        app = local_app(settings, log, SqliteKeys(records), FaceService(settings, log))
        found: dict[str, Any] = TestClient(app).get("/api/openapi.json").json()
    return found


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) → operation."""
    return {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def form_fields(operation: dict[str, Any]) -> set[str]:
    """The fields that an operation takes as a form."""
    content = operation.get("requestBody", {}).get("content", {})
    named = content.get("multipart/form-data", {}).get("schema", {}).get("$ref", "")
    form = document()["components"]["schemas"].get(named.rpartition("/")[2], {})
    return set(form.get("properties", {}))


def parameters(operation: dict[str, Any], place: str) -> set[str]:
    """The operation's parameters in `query`, `path` or `header`."""
    return {each["name"] for each in operation.get("parameters", []) if each["in"] == place}


def field_names() -> set[str]:
    """Every name in the document: of fields, of parameters, and of what they may hold."""
    found: set[str] = set()

    def collect(node: object) -> None:
        if isinstance(node, list):
            for each in node:
                collect(each)
        if isinstance(node, dict):
            properties = node.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            found.update(node.get("enum") or ())
            if "in" in node and "name" in node:
                found.add(node["name"])
            for each in node.values():
                collect(each)

    collect(document())
    return found
