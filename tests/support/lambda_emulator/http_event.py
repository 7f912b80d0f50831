"""HTTP requests as API Gateway's events, and functions' answers as HTTP responses.

Source: AWS, API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs",
payload format version 2.0.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

HOST = "facecompare.execute-api.us-east-1.amazonaws.com"
# What a body of text is passed on as; everything else becomes base64.
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
JSON = (("content-type", "application/json"),)
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


class MalformedResponse(Exception):
    """The function returned something that API Gateway cannot turn into a response."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; header names are as they were sent."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        """The part before the question mark."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_gateway(cls, status: int, message: str) -> Response:
        """An answer that API Gateway gives by itself."""
        body = json.dumps({"message": message}, separators=(",", ":")).encode()
        return cls(status, body, JSON)


def http_event(
    request: Request, route: str, path_parameters: Mapping[str, str], added: Mapping[str, str]
) -> dict[str, Any]:
    """The event for this request; `added` are headers that stand before the API puts in."""
    query = request.target.partition("?")[2]
    headers = _joined_headers(request.headers) | {name.lower(): added[name] for name in added}
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(request, route),
        **_body(request.body, headers.get("content-type", "")),
    }
    if cookies := request.headers.get_all("Cookie"):
        event["cookies"] = [cookie.strip() for line in cookies for cookie in line.split(";")]
    if query:
        event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    if path_parameters:
        event["pathParameters"] = dict(path_parameters)
    return event


def http_response(answer: Any) -> Response:
    """The response that this answer of a function stands for.

    Raises  MalformedResponse.
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(200, json.dumps(answer).encode(), JSON)
    try:
        text = answer.get("body") or ""
        body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        return Response(int(answer["statusCode"]), body, tuple(_answered_headers(answer)))
    except (ValueError, TypeError, AttributeError) as exc:
        raise MalformedResponse(str(exc)) from exc


def _answered_headers(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in (answer.get("headers") or {}).items():
        if name.lower() != "content-length":
            yield name.lower(), str(value)
    for cookie in answer.get("cookies") or ():
        yield "set-cookie", cookie


def _context(request: Request, route: str) -> dict[str, Any]:
    now = time.time()
    return {
        "accountId": "123456789012",
        "apiId": "facecompare",
        "domainName": HOST,
        "domainPrefix": "facecompare",
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": request.headers.get("User-Agent", ""),
        },
        "requestId": uuid4().hex[:16],
        "routeKey": route,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1_000),
    }


def _joined_headers(headers: Message) -> dict[str, str]:
    sent = [(name.lower(), value) for name, value in headers.items()]
    kept = [pair for pair in sent if pair[0] not in {*HOP_BY_HOP, "cookie"}]
    by_gateway = {
        "host": HOST,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    return _joined(kept) | by_gateway


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if content_type.lower().startswith(TEXT_TYPES):
        return {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
