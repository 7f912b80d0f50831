"""What has no place is refused before anything of it is looked at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient

from facecompare.api.work_queue import WorkQueue
from facecompare.errors import Overloaded, TooManyAtOnce
from tests.support.api_application import ApiApplication


@pytest.fixture
def full(api: ApiApplication) -> Iterator[Mock]:
    """The application's queue, which has no place for anybody."""
    queue = Mock(WorkQueue)
    queue.refuse_where_full.side_effect = Overloaded("found every place taken")
    api.app.state.work_queue = queue
    yield queue
    del api.app.state.work_queue


async def answer(
    api: ApiApplication, path: str, headers: dict[str, str]
) -> tuple[int, Any, dict[str, str]]:
    """Of a request whose body must not be read."""
    messages: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        "client": ("192.0.2.7", 40_000),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await api.app(scope, receive, send)
    start, body = messages
    sent = {name.decode(): text.decode() for name, text in start["headers"]}
    return start["status"], json.loads(body["body"]), sent


def photo_operations(api: ApiApplication) -> set[str]:
    """Those whose documents tell of `too_many_at_once`."""
    paths = TestClient(api.app).get("/api/openapi.json").json()["paths"]
    return {
        path
        for path, methods in paths.items()
        if "too_many_at_once" in json.dumps(methods.get("post", {}).get("responses", {}))
    }


def test_every_operation_on_photos_is_refused_with_its_body_unread(
    api: ApiApplication, full: Mock
) -> None:
    paths = photo_operations(api)
    assert len(paths) >= 5
    for path in paths:
        for headers in ({}, api.admin):
            status, body, sent = asyncio.run(answer(api, path, headers))
            assert (status, body["code"]) == (503, "overloaded"), path
            assert sent["retry-after"] == "2"
            assert sent["x-content-type-options"] == "nosniff"


def test_who_has_no_key_is_known_by_where_they_are(api: ApiApplication, full: Mock) -> None:
    full.refuse_where_full.side_effect = TooManyAtOnce("found 3 requests of yours")
    status, body, _ = asyncio.run(answer(api, "/api/compare", {}))
    assert (status, body["code"]) == (429, "too_many_at_once")
    full.refuse_where_full.assert_called_with("192.0.2.7")
    asyncio.run(answer(api, "/api/compare", api.admin))
    full.refuse_where_full.assert_called_with("")  # the key's share is counted once it is known


def test_other_operations_and_methods_are_answered(api: ApiApplication, full: Mock) -> None:
    client = TestClient(api.app, headers=api.admin)
    assert client.get("/api/health").status_code == 200
    assert client.get("/api/comparisons").status_code == 200
    assert client.get("/api/compare").status_code == 405
    assert client.post("/api/nothing").status_code == 404


def test_each_refusal_is_counted(api: ApiApplication, full: Mock) -> None:
    counted = Mock()
    services, api.app.state.services = api.app.state.services, Mock(telemetry=counted)
    try:
        asyncio.run(answer(api, "/api/compare", {}))
    finally:
        api.app.state.services = services
    counted.request_refused.assert_called_once_with("overloaded")
