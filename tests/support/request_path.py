"""Which of the package's files a call enters, in the order in which it comes to them.

    python -m tests.support.request_path

prints, as JSON, those that one comparison enters in the compare function.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace
from typing import Any

import facecompare
from facecompare.access import Role, new_key
from facecompare.cli.main import _parsed
from facecompare.config import Settings
from facecompare.records.record import timestamp
from facecompare.service import FaceService
from tests.support.lambda_emulator.http_event import Request, http_event
from tests.support.pictures import OBAMA, OBAMA2

PACKAGE = f"{Path(facecompare.__file__).parent}/"
# What a process does before it serves; the command line does it in the same breath.
STARTING = (_parsed, Settings.from_env.__func__, FaceService.__init__)  # type: ignore[attr-defined]


class Trace:
    """Collects the files whose functions are called, on any thread, except while starting."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self._starting = {function.__code__ for function in STARTING}
        self._started: dict[int, list[FrameType]] = defaultdict(list)  # thread → open calls

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        started = self._started[threading.get_ident()]
        if event == "call" and frame.f_code in self._starting:
            started.append(frame)
        elif event == "return" and started and started[-1] is frame:
            started.pop()
        elif event == "call" and not started:
            self._enter(frame.f_code)

    def _enter(self, code: CodeType) -> None:
        if code.co_filename.startswith(PACKAGE) and code.co_name != "<module>":
            self.files[code.co_filename.removeprefix(PACKAGE)] = None


@contextmanager
def _profiled(trace: Trace) -> Iterator[None]:
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def files_entered(call: Callable[[], object]) -> list[str]:
    """What the second of two calls enters: the first warms everything up."""
    trace = Trace()
    with _profiled(trace):  # from the first on, for the threads that it leaves to the second
        call()
        trace.files.clear()
        call()
    return list(trace.files)


def files_of_the_compare_function() -> list[str]:
    """The real handler, with a key, an event of API Gateway's, and moto's DynamoDB."""
    from moto import mock_aws

    from facecompare.aws_client import client
    from facecompare.aws_lambda.functions import compare_handler
    from facecompare.records.open_stores import open_stores
    from tests.support.dynamo_tables import TABLE, create_table

    with mock_aws():
        create_table(client("dynamodb"))
        settings = replace(Settings.from_env(), access="keys", records_table=TABLE)
        key, kept = new_key("front-desk", Role.CALLER, timestamp())
        open_stores(settings)[1].add(kept)
        handler, event = compare_handler(settings), _event(key)
        return files_entered(lambda: _expect_ok(handler(event, _CONTEXT)))


def _event(key: str) -> dict[str, Any]:
    photos = {"image1": OBAMA.read_bytes(), "image2": OBAMA2.read_bytes()}
    body = {name: base64.b64encode(data).decode() for name, data in photos.items()}
    headers = Message()
    headers["Content-Type"] = "application/json"
    headers["Authorization"] = f"Bearer {key}"
    request = Request("POST", "/api/compare", headers, json.dumps(body).encode())
    return http_event(request, "POST /api/compare", {}, {})


def _expect_ok(response: dict[str, Any]) -> None:
    assert response["statusCode"] == 200, response


_CONTEXT = SimpleNamespace(
    function_name="compare",
    memory_limit_in_mb="1769",
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:compare",
    aws_request_id="8e03978e-40d5-43e8-bc93-6894a57f9324",
)

if __name__ == "__main__":
    print(json.dumps(files_of_the_compare_function()))
