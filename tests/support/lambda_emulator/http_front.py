"""API Gateway's HTTP API before Lambda functions: a real server on 127.0.0.1.

Limits: AWS, API Gateway Developer Guide, "Quotas for configuring and running an HTTP API". That an
event too large for Lambda is answered with 413 is what users report; AWS does not document it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from tests.support.lambda_emulator.http_event import (
    MalformedResponse,
    Request,
    Response,
    http_event,
    http_response,
)
from tests.support.lambda_emulator.http_routes import selected_route
from tests.support.lambda_emulator.lambda_function import EventTooLarge, Invocation
from tests.support.lambda_emulator.loopback import LoopbackHandler, LoopbackServer

MAX_BODY_BYTES = 10 * 1024 * 1024
INTEGRATION_TIMEOUT_S = 30
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

TOO_LARGE = Response.of_gateway(413, "Request Entity Too Large")
NOT_FOUND = Response.of_gateway(404, "Not Found")
UNAUTHORIZED = Response.of_gateway(401, "Unauthorized")
FORBIDDEN = Response.of_gateway(403, "Forbidden")
FAILED = Response.of_gateway(500, "Internal Server Error")
TIMED_OUT = Response.of_gateway(503, "Service Unavailable")


class Integration(Protocol):
    """Something that takes events."""

    def invoke(self, event: object) -> Invocation:
        """The outcome. Raises  EventTooLarge."""
        ...


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A function that is asked about this header of each request, where there is one; what it
    answers is kept for nobody, as after the time for which API Gateway keeps it."""

    function: Integration
    header: str

    def refusal(self, headers: Mapping[str, str]) -> Response | None:
        """None where the request may pass."""
        sent = headers.get(self.header.lower(), "")
        if not sent:
            return UNAUTHORIZED
        outcome = self.function.invoke({"version": "2.0", "identitySource": [sent]})
        if outcome.failed:
            return FAILED
        return None if outcome.payload["isAuthorized"] else FORBIDDEN


class HttpFront:
    """Serves until it is left; `address` is what a browser opens.

    `routes` is a table like {"POST /api/compare": function, "ANY /api/{proxy+}": another};
    `added_headers` go to the functions with each request, as CloudFront adds the origin's secret;
    the authorizer says which requests get to them.
    """

    def __init__(
        self,
        routes: Mapping[str, Integration],
        *,
        added_headers: Mapping[str, str] | None = None,
        authorizer: Authorizer | None = None,
        integration_timeout_s: float = INTEGRATION_TIMEOUT_S,
    ) -> None:
        self._routes = routes
        self._added = added_headers or {}
        self._authorizer = authorizer
        self._timeout_s = integration_timeout_s
        self._calls = ThreadPoolExecutor(16)
        self._server = LoopbackServer(_handler_of(self))
        self.address = f"http://{self._server.host_and_port}"

    def __enter__(self) -> HttpFront:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._calls.shutdown(wait=False, cancel_futures=True)

    def answer(self, request: Request) -> Response:
        """API Gateway's answer, or the function's."""
        selected = selected_route(self._routes, request.method, request.path)
        if selected is None:
            return NOT_FOUND
        route, parameters = selected
        event = http_event(request, route, parameters, self._added)
        if self._authorizer and (refusal := self._authorizer.refusal(event["headers"])):
            return refusal
        outcome = self._calls.submit(self._routes[route].invoke, event)
        return self._response(outcome)

    def _response(self, call: Future[Invocation]) -> Response:
        try:
            outcome = call.result(self._timeout_s)
            return FAILED if outcome.failed else http_response(outcome.payload)
        except EventTooLarge:
            return TOO_LARGE
        except TimeoutError:
            return TIMED_OUT
        except MalformedResponse:
            return FAILED


def _handler_of(front: HttpFront) -> type[LoopbackHandler]:
    class Handler(LoopbackHandler):
        def answer(self) -> None:
            body = self.body()
            if len(body) > MAX_BODY_BYTES:
                response = TOO_LARGE
            else:
                response = front.answer(Request(self.command, self.path, self.headers, body))
            self._send(response)

        def _send(self, response: Response) -> None:
            self.start_answer(response.status, response.headers, len(response.body))
            if self.command != "HEAD":
                self.wfile.write(response.body)

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
