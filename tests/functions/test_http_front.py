from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import httpx2
import pytest

from tests.support.lambda_emulator.http_front import Authorizer, HttpFront
from tests.support.lambda_emulator.http_routes import selected_route
from tests.support.lambda_emulator.lambda_function import EventTooLarge, Invocation


class CannedFunction:
    """An integration that answers with what the test wants."""

    def __init__(self, answer: Callable[[Any], Any], *, failed: bool = False) -> None:
        self.answer = answer
        self.failed = failed

    def invoke(self, event: object) -> Invocation:
        return Invocation(self.answer(event), self.failed, 0, None)


def front_of(answer: Callable[[Any], Any], **options: Any) -> HttpFront:
    return HttpFront({"ANY /{proxy+}": CannedFunction(answer)}, **options)


def event_of(method: str, target: str, **sent: Any) -> Any:
    """The event that a function gets for this request."""
    with front_of(lambda event: event) as front:
        return httpx2.request(method, front.address + target, **sent).json()


def test_the_event_is_the_one_api_gateway_sends() -> None:
    event = event_of("GET", "/api/comparisons?limit=5&same=1&same=2", headers={"User-Agent": "me"})
    assert (event["version"], event["routeKey"]) == ("2.0", "ANY /{proxy+}")
    assert (event["rawPath"], event["rawQueryString"]) == (
        "/api/comparisons",
        "limit=5&same=1&same=2",
    )
    assert event["queryStringParameters"] == {"limit": "5", "same": "1,2"}
    assert event["pathParameters"] == {"proxy": "api/comparisons"}
    assert event["isBase64Encoded"] is False and "body" not in event
    assert event["requestContext"]["http"] == {
        "method": "GET",
        "path": "/api/comparisons",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "me",
    }
    assert event["headers"]["host"] == "facecompare.execute-api.us-east-1.amazonaws.com"


def test_repeated_headers_are_joined_and_cookies_stand_apart() -> None:
    headers = [("X-Word", "one"), ("x-word", "two"), ("Cookie", "a=1; b=2")]
    event = event_of("GET", "/x", headers=headers)
    assert event["headers"]["x-word"] == "one,two"
    assert event["cookies"] == ["a=1", "b=2"] and "cookie" not in event["headers"]


def test_photos_in_a_form_arrive_byte_for_byte() -> None:
    photo = os.urandom(100_000)
    event = event_of("POST", "/x", files={"image1": ("a.jpg", photo, "image/jpeg")})
    assert event["isBase64Encoded"] is True
    assert photo in base64.b64decode(event["body"])


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("application/json", False),
        ("text/plain; charset=utf-8", False),
        ("application/octet-stream", True),
        ("application/x-www-form-urlencoded", True),
    ],
)
def test_text_is_passed_on_as_text(content_type: str, encoded: bool) -> None:
    event = event_of("POST", "/x", content=b"{}", headers={"Content-Type": content_type})
    assert (event["isBase64Encoded"], event["body"]) == (encoded, "e30=" if encoded else "{}")


def test_a_header_may_be_added_as_cloudfront_adds_the_secret() -> None:
    added = {"X-Facecompare-Origin": "secret"}
    with front_of(lambda event: event["headers"], added_headers=added) as front:
        sent = {"X-Facecompare-Origin": "a guess"}
        headers = httpx2.get(f"{front.address}/x", headers=sent).json()
    assert headers["x-facecompare-origin"] == "secret"


def test_an_answer_has_status_headers_cookies_and_binary_body() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"Content-Type": "image/png"},
        "cookies": ["a=1; Path=/", "b=2"],
        "body": base64.b64encode(b"\x89PNG").decode(),
        "isBase64Encoded": True,
    }
    with front_of(lambda event: answer) as front:
        response = httpx2.get(f"{front.address}/x")
    assert (response.status_code, response.content) == (201, b"\x89PNG")
    assert response.headers["content-type"] == "image/png"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]


def test_a_body_of_more_than_ten_megabytes_reaches_no_function() -> None:
    with front_of(lambda event: "reached") as front:
        most, more = b"x" * 10_485_760, b"x" * 10_485_761
        assert httpx2.post(f"{front.address}/x", content=most).text == '"reached"'
        response = httpx2.post(f"{front.address}/x", content=more)
    assert (response.status_code, response.json()) == (413, {"message": "Request Entity Too Large"})


def test_an_event_that_lambda_refuses_is_answered_413() -> None:
    def refuse(event: object) -> None:
        raise EventTooLarge("6,291,557 bytes")

    with front_of(refuse) as front:
        response = httpx2.post(f"{front.address}/x", content=b"x")
    assert (response.status_code, response.json()) == (413, {"message": "Request Entity Too Large"})


def test_a_function_that_fails_is_answered_500() -> None:
    failing = CannedFunction(lambda event: {"errorType": "Runtime.ExitError"}, failed=True)
    with HttpFront({"GET /x": failing}) as front:
        response = httpx2.get(f"{front.address}/x")
    assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})


@pytest.mark.parametrize("answer", [{"statusCode": "good"}, {"statusCode": 200, "body": 5}])
def test_an_answer_that_is_none_is_answered_500(answer: object) -> None:
    with front_of(lambda event: answer) as front:
        assert httpx2.get(f"{front.address}/x").status_code == 500


def test_a_function_that_is_too_slow_is_answered_503() -> None:
    answered = threading.Event()
    with front_of(lambda event: answered.wait(), integration_timeout_s=0.2) as front:
        response = httpx2.get(f"{front.address}/x", timeout=None)
        answered.set()  # the function has waited for it all the time
    assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})


def test_no_route_is_answered_404() -> None:
    with HttpFront({"GET /x": CannedFunction(lambda event: 1)}) as front:
        response = httpx2.post(f"{front.address}/x", content=b"")
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


ROUTES = ["ANY /api/{proxy+}", "POST /api/compare", "ANY /api/compare", "GET /api/{id}/csv"]


@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("POST", "/api/compare", "POST /api/compare", {}),
        ("GET", "/api/compare", "ANY /api/compare", {}),
        ("GET", "/api/7/csv", "GET /api/{id}/csv", {"id": "7"}),
        ("POST", "/api/7/csv", "ANY /api/{proxy+}", {"proxy": "7/csv"}),
        ("GET", "/api/a/b/c", "ANY /api/{proxy+}", {"proxy": "a/b/c"}),
    ],
)
def test_the_most_specific_route_answers(
    method: str, path: str, route: str, parameters: dict[str, str]
) -> None:
    assert selected_route(ROUTES, method, path) == (route, parameters)


def test_a_path_outside_all_routes_has_none() -> None:
    assert selected_route(ROUTES, "GET", "/apix/compare") is None


def test_answers_do_not_wait_for_a_delayed_acknowledgement() -> None:
    answers = {"/empty": {"statusCode": 204}, "/long": "x" * 2_000}

    def median_s(client: httpx2.Client, url: str) -> float:
        times = []
        for _ in range(15):
            started = time.perf_counter()
            client.get(url)
            times.append(time.perf_counter() - started)
        return median(times)

    with front_of(lambda event: answers[event["rawPath"]]) as front, httpx2.Client() as client:
        empty, long = (median_s(client, front.address + path) for path in answers)
    assert long < 8 * empty  # it is 40 ms, 20 times as long, where a body waits for an ACK


def test_an_authorizer_is_asked_only_where_its_header_is_there() -> None:
    asked: list[list[str]] = []

    def authorize(event: dict[str, Any]) -> dict[str, bool]:
        asked.append(event["identitySource"])
        return {"isAuthorized": event["identitySource"] == ["secret"]}

    authorizer = Authorizer(CannedFunction(authorize), "X-Origin")
    with front_of(lambda event: "in", authorizer=authorizer) as api:
        statuses = [
            httpx2.get(f"{api.address}/x", headers=sent).status_code
            for sent in ({}, {"X-Origin": ""}, {"X-Origin": "guess"}, {"X-Origin": "secret"})
        ]
    assert statuses == [401, 401, 403, 200]
    assert asked == [["guess"], ["secret"]]
