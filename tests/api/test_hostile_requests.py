"""Whatever is sent, to every operation: never a 500, always the one error shape and its headers."""

from __future__ import annotations

import json
import logging
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.routing import Route

from facecompare.api.app import create_app, local_app
from facecompare.api.errors import ErrorResponse
from facecompare.api.security_headers import OF_DOCUMENTS, SECURITY_HEADERS
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.record import Selection, every_record
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support import pictures
from tests.support.api_application import ApiApplication
from tests.support.pictures import encoded, portrait
from tests.support.schema_requests import PHOTO

TEXT = b64encode(PHOTO).decode()
PHOTO_NAMES = {
    "/api/compare": ("image1", "image2"),
    "/api/verify": ("image1", "image2"),
    "/api/predict": ("anchor", "image1", "image2"),
    "/api/detect": ("image",),
    "/api/explain": ("image1", "image2"),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
JSON_TYPE = {"Content-Type": "application/json"}
ERROR_FIELDS = {field.name for field in fields(ErrorResponse)}
SURROGATE = "\ud800"
LONG = "9" * 5_000

# As they stand in a body: no JSON library writes all of them.
ODD_VALUES = {
    "5,000 digits": LONG,
    "-5,000 digits": f"-{LONG}",
    "400 digits": "9" * 400,
    "20 digits": "9" * 20,
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e999": "1e999",
    "-1e999": "-1e999",
    "1e-999": "1e-999",
    "zero": "0",
    "minus zero": "-0.0",
    "true": "true",
    "empty text": '""',
    "blank": '" "',
    "NUL": r'"\u0000"',
    "a lone surrogate": r'"\ud800"',
    "5,000 digits as a text": f'"{LONG}"',
    "a long text": f'"{"x" * 100_000}"',
    "an empty list": "[]",
    "an empty object": "{}",
    "a deep list": "[" * 900 + "]" * 900,
    "a deep upload": '{"upload":' * 900 + "1" + "}" * 900,
    "an upload that is a number": '{"upload": 5}',
    "an upload that is null": '{"upload": null}',
    "an upload with a surrogate": r'{"upload": "\ud800"}',
    "an upload elsewhere": '{"upload": "../../etc/passwd"}',
}
ODD_BODIES = {
    "nothing": b"",
    "null": b"null",
    "a number": b"5",
    "a long number": LONG.encode(),
    "a text": b'"x"',
    "a list": b"[]",
    "NaN": b"NaN",
    "an open object": b"{",
    "something behind it": b"{} {}",
    "nothing but a byte order mark": b"\xef\xbb\xbf",
    "no UTF-8": b"\xff\xfe\xfd",
    "a surrogate in UTF-8": b'{"\xed\xa0\x80": 1}',
    "a name that is a lone surrogate": rb'{"\ud800": 1}',
    "a name of 100,000 characters": b'{"' + b"x" * 100_000 + b'": 1}',
    "one name twice": b'{"threshold": 0.5, "threshold": 0.6}',
    "a surrogate twice": rb'{"\ud800": 1, "\ud800": 2}',
    "NUL": b"\0" * 9,
    "100,000 open lists": b"[" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
}
ODD_CONTENT_TYPES = (
    "",
    ";",
    "/",
    "é",
    "application/json; charset=undefined",
    "application/json; charset=utf-16",
    "application/json; charset",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=é",
    f"multipart/form-data; boundary={'x' * 5_000}",
    "multipart/form-data; boundary*=utf-8''x",
    "multipart/form-data; boundary*0=x; boundary*1=y",
    'multipart/form-data; boundary="x',
    "multipart/mixed; boundary=x",
)
ODD_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"authorization", b"Bearer \xff"),
    (b"authorization", b"Bearer"),
    (b"authorization", b"Basic eDp5"),
    (b"idempotency-key", b"\xff"),
    (b"idempotency-key", b"x" * 5_000),
    (b"content-length", b"\xb2"),
    (b"content-length", LONG.encode()),
    (b"content-length", b"-1"),
    (b"host", b"["),
    (b"host", b"\xff"),
    (b"host", b""),
    (b"accept-encoding", b"\xff;q=x"),
    (b"range", b"bytes=x"),
    (b"if-modified-since", b"yesterday"),
    (b"x-forwarded-host", b"["),
)
ODD_QUERY_VALUES = (
    "", " ", "-1", "0", "0.5", LONG, "9" * 19, "9" * 18, "%00", "%ED%A0%80", "%FF", "NaN",
    f"{LONG}d", "999999999d", "0000-00-00", "10000-01-01", "2026-11-22T99:99:99Z", "x" * 5_000,
)  # fmt: skip


@pytest.fixture
def sender(api: ApiApplication) -> TestClient:
    """With an admin's key, so that nothing is refused for the lack of one."""
    return TestClient(api.app, headers=api.admin)


@pytest.fixture(scope="module")
def document(api: ApiApplication) -> Any:
    return TestClient(api.app).get("/api/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Method, an address that fits the path, and the operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.replace("{", "").replace("}", ""), operation


def with_bodies(document: Any) -> dict[str, dict[str, Any]]:
    """Address → the JSON fields of each operation that takes a body."""
    found = {}
    for _, path, operation in operations(document):
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            name = schema.get("$ref", "").rpartition("/")[2]
            found[path] = (document["components"]["schemas"][name] if name else schema)[
                "properties"
            ]
    return found


def is_told(answer: Response) -> bool:
    """A typed error in the one shape, which is no fault of ours, or none at all; headers always."""
    headers = SECURITY_HEADERS | {"Cache-Control": "no-store"}
    if any(answer.headers.get(name) != value for name, value in headers.items()):
        return False
    if answer.status_code < 400:
        return True
    error = json.loads(answer.content.decode("utf-8"))
    return (
        answer.status_code != 500
        and error.keys() == ERROR_FIELDS
        and set(error["code"]) <= set(string.ascii_lowercase + string.digits + "_")
        and 0 < len(error["message"]) < 1_000
    )


def untold(answers: dict[str, Response]) -> dict[str, tuple[int, str]]:
    return {
        title: (answer.status_code, answer.text[:200])
        for title, answer in answers.items()
        if not is_told(answer)
    }


def test_every_operation_with_a_body_is_known_here(document: Any) -> None:
    assert set(with_bodies(document)) == {*PHOTO_NAMES, "/api/batches", "/api/uploads"}
    assert all(set(PHOTO_NAMES[path]) < set(with_bodies(document)[path]) for path in PHOTO_NAMES)


def test_any_value_in_any_field_is_answered_in_the_one_shape(
    sender: TestClient, document: Any
) -> None:
    answers, names = {}, set()
    for path, properties in with_bodies(document).items():
        for name in properties:
            names.add(name)
            others = {photo: TEXT for photo in PHOTO_NAMES.get(path, ()) if photo != name}
            for title, value in ODD_VALUES.items():
                rest = json.dumps(others)[1:-1]
                body = f'{{"{name}": {value}{", " * bool(rest)}{rest}}}'
                sent = sender.post(path, content=body.encode(), headers=JSON_TYPE)
                answers[f"{path} {name} {title}"] = sent
    assert {"threshold", "fmr", "face", "engine", "image1", "image1_face", "manifest"} <= names
    assert untold(answers) == {}


ODD_PAIRS = (
    "", "x", "\0", "image1,image2", "image1,image2\n", "image1,image2\n\0,\0", "image1,image2\na",
    'image1,image2\n"', "image1,image2\n,", "{}", "{", '{"image1": 1, "image2": 2}', "[" * 100_000,
    '{"image1": "\\ud800", "image2": "\\ud800"}', '{"image1": ' + LONG + "}", "\ufeff", "é,é\né,é",
    "image1,image2\ns3://x/photos/a,s3://\0/photos/b", "image1,image2\n" + "a" * 100_000 + ",b",
    '{"image1": "s3://uploads-of-the-api/photos/\\ud800", "image2": "a"}', "{" * 100_000,
    '{"image1": "s3://uploads-of-the-api/photos/\\u0000", "image2": "a"}',
)  # fmt: skip


def test_any_pairs_file_is_answered_in_the_one_shape(sender: TestClient) -> None:
    answers = {
        text[:60]: sender.post("/api/batches", json={"manifest": text}) for text in ODD_PAIRS
    }
    assert untold(answers) == {}
    assert {answer.status_code for answer in answers.values()} == {400}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("threshold", LONG, "bad_threshold"),
        ("threshold", "NaN", "bad_threshold"),
        ("threshold", "-1e999", "bad_threshold"),
        ("fmr", LONG, "bad_field"),
        ("image1_face", LONG, "bad_field"),
        ("landmarks68", LONG, "bad_field"),
        ("engine", LONG, "bad_field"),
        ("image1", LONG, "bad_field"),
    ],
)
def test_a_number_that_no_field_takes_is_told_with_its_field(
    sender: TestClient, field: str, value: str, code: str
) -> None:
    photos = "".join(f'"{name}": "{TEXT}", ' for name in ("image1", "image2") if name != field)
    body = f'{{{photos}"{field}": {value}}}'
    answer = sender.post("/api/compare", content=body, headers=JSON_TYPE)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_any_body_is_answered_in_the_one_shape(sender: TestClient, document: Any) -> None:
    answers = {
        f"{path} {title}": sender.post(path, content=body, headers=JSON_TYPE)
        for path in with_bodies(document)
        for title, body in ODD_BODIES.items()
    }
    assert untold(answers) == {}
    accepted = {title for title, answer in answers.items() if answer.status_code < 400}
    assert accepted == set()


def test_any_content_type_is_answered_in_the_one_shape(sender: TestClient, document: Any) -> None:
    answers = {}
    for path in with_bodies(document):
        for content_type in ODD_CONTENT_TYPES:
            for title, body in (("JSON", b"{}"), ("a part", b"--x\r\n\r\n--x--"), ("", b"")):
                headers = {b"Content-Type": content_type.encode()}
                sent = sender.post(path, content=body, headers=headers)
                answers[f"{path} {content_type[:60]} {title}"] = sent
    assert untold(answers) == {}


@pytest.mark.parametrize("path", ["/api/batches", "/api/uploads"])
@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_that_is_not_said_to_be_json_is_refused_as_such(
    sender: TestClient, path: str, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = sender.post(path, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")


@pytest.mark.parametrize("path", [*PHOTO_NAMES, "/api/batches", "/api/uploads"])
def test_what_is_no_json_is_a_bad_request_and_a_name_twice_a_bad_field(
    sender: TestClient, path: str
) -> None:
    for body, code in ((b"{", "bad_request"), (b'{"face": 1, "face": 1}', "bad_field")):
        answer = sender.post(path, content=body, headers=JSON_TYPE)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_any_header_is_answered_in_the_one_shape(sender: TestClient, document: Any) -> None:
    answers = {}
    for method, path, _ in operations(document):
        for name, value in ODD_HEADERS:
            for times in (1, 2):
                request = sender.build_request(method, path, content=b"")
                request.headers = type(request.headers)(
                    [each for each in request.headers.raw if each[0].lower() != name]
                    + [(name, value)] * times
                )
                sent = sender.send(request)
                answers[f"{method} {path} {name!r} {value[:20]!r} × {times}"] = sent
    assert untold(answers) == {}


def test_any_query_is_answered_in_the_one_shape(sender: TestClient, document: Any) -> None:
    answers = {}
    for method, path, operation in operations(document):
        known = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        for name in (*known, "surprise", "%ED%A0%80", "%00", "x" * 5_000):
            for value in ODD_QUERY_VALUES:
                query = f"{name}={value}"
                answers[f"{method} {path} {query[:60]}"] = sender.request(method, f"{path}?{query}")
    assert untold(answers) == {}


def test_a_query_parameter_that_comes_twice_is_refused(sender: TestClient) -> None:
    answer = sender.get("/api/comparisons?limit=1&limit=2")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_any_address_is_answered_in_the_one_shape(sender: TestClient, document: Any) -> None:
    odd = ("%00", "%ED%A0%80", "%FF", "..%2F..", "x" * 5_000, "%0A", "é")
    paths = [
        path.replace(f"{{{name}}}", each)
        for path in document["paths"]
        for name in ("comparison_id", "batch_id")
        for each in odd
        if name in path
    ] + [f"/api/{each}" for each in odd]
    answers = {f"{path[:60]}": sender.get(path) for path in paths}
    assert untold(answers) == {}


def test_every_method_of_every_address_is_served_or_named_in_allow(
    sender: TestClient, api: ApiApplication
) -> None:
    allowed: dict[str, set[str]] = {}
    for route in api.app.routes:
        if isinstance(route, Route):
            path = route.path.replace("{", "").replace("}", "")
            allowed.setdefault(path, set()).update(route.methods or ())
    assert len(allowed) >= 13
    wrong = {}
    for path, methods in allowed.items():
        methods |= {"HEAD"} if "GET" in methods else set()
        for method in METHODS:
            answer = sender.request(method, path)
            named = {each for each in answer.headers.get("allow", "").split(", ") if each}
            right = (answer.status_code == 405) == (method not in methods)
            if not (is_told_without_body(answer, method) and right and named in (set(), methods)):
                wrong[f"{method} {path}"] = (answer.status_code, named, answer.text[:99])
            if answer.status_code == 405 and named != methods:
                wrong[f"{method} {path}"] = (answer.status_code, named, "Allow")
    assert wrong == {}


def is_told_without_body(answer: Response, method: str) -> bool:
    """HEAD has a GET's headers and nothing else (RFC 9110 §9.3.2)."""
    if method != "HEAD":
        return is_told(answer)
    return answer.content == b"" and answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", METHODS)
def test_where_nothing_is_no_method_helps(client: TestClient, method: str) -> None:
    """With the page, whose files are answered beside the operations."""
    answer = client.request(method, "/api/nothing")
    assert (answer.status_code, answer.headers.get("allow")) == (404, None)
    assert is_told_without_body(answer, method)


PAGE_ADDRESSES = (
    "/", "/index.html", "/js/app.js", "/js", "/js/", "/index.html/", "/nothing", "/%00", "/%FF",
    "/..%2F..%2Fetc%2Fpasswd", "//evil.example/..", "/" + "x" * 5_000, "/apiary",
)  # fmt: skip


def expected_headers(answer: Response) -> set[tuple[str, str]]:
    """All, but for a script that is only part of a page."""
    script = answer.headers.get("content-type", "").startswith("text/javascript")
    names = SECURITY_HEADERS.keys() - (OF_DOCUMENTS if script else set())
    return {(name.lower(), SECURITY_HEADERS[name]) for name in names}


@pytest.mark.parametrize("path", PAGE_ADDRESSES)
def test_the_page_s_addresses_are_answered_in_the_one_shape_too(
    client: TestClient, path: str
) -> None:
    client.follow_redirects = False
    answers = {f"{method}": client.request(method, path) for method in METHODS}
    for name, value in ODD_HEADERS:
        answers[f"{name!r} {value[:20]!r}"] = client.get(path, headers={name: value})
    wrong = {}
    for title, answer in answers.items():
        secure = answer.headers.items() >= expected_headers(answer)
        shaped = (
            answer.status_code < 400
            or not answer.content
            or (answer.status_code != 500 and answer.json().keys() == ERROR_FIELDS)
        )
        if not (secure and shaped):
            wrong[title] = (answer.status_code, answer.text[:99])
    assert wrong == {}


@pytest.mark.parametrize("path", sorted(PHOTO_NAMES))
@pytest.mark.parametrize("method", sorted({*METHODS} - {"POST"}))
def test_beside_the_page_an_operation_still_says_what_it_takes(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert is_told_without_body(answer, method)


def test_head_answers_as_get_without_its_body(client: TestClient) -> None:
    for path in ("/api/health", "/api/comparisons", "/api/openapi.json", "/"):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("charset", ["undefined", "hex", "utf-16", "idna", "x" * 5_000, "", "é"])
def test_a_charset_that_a_form_claims_changes_nothing(sender: TestClient, charset: str) -> None:
    form = sender.build_request("POST", "/", files={"image": PHOTO}, data={"face": "largest"})
    claimed = f"{form.headers['content-type']}; charset={charset}"
    headers = {b"Content-Type": claimed.encode()}
    answer = sender.post("/api/detect", content=form.read(), headers=headers)
    assert answer.status_code == 200, answer.text


def test_names_and_texts_of_a_form_are_utf_8(sender: TestClient) -> None:
    answer = sender.post("/api/detect", files={"image": PHOTO}, data={"fäce": "1"})
    assert (answer.json()["code"], "'fäce'" in answer.json()["message"]) == ("unknown_field", True)
    answer = sender.post("/api/detect", files={"image": PHOTO}, data={"engine": "ä"})
    assert (answer.json()["code"], "ä" in answer.json()["message"]) == ("unknown_engine", True)


def part(name: str, data: bytes, headers: str = "") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n{headers}\r\n'
    return head.encode() + data + b"\r\n"


def send_form(client: TestClient, *parts: bytes) -> Response:
    return client.post(
        "/api/detect",
        content=b"".join(parts) + b"--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("headers", ["", "Content-Type: application/octet-stream\r\n"])
def test_a_part_without_a_file_s_name_is_the_file_it_is(
    sender: TestClient, kind: str, headers: str
) -> None:
    photo = encoded(portrait().resize((64, 80)), kind)
    answer = send_form(sender, part("image", photo, headers))
    assert (answer.status_code, answer.json().get("image", {}).get("width")) == (200, 64)


def test_such_a_part_may_be_as_large_as_a_file(sender: TestClient) -> None:
    photo = encoded(portrait().resize((900, 1125)), "BMP")
    assert len(photo) > 2**20
    assert send_form(sender, part("image", photo)).status_code == 200


def test_such_a_part_may_still_be_base64_and_options_are_texts(sender: TestClient) -> None:
    assert send_form(sender, part("image", TEXT.encode())).status_code == 200
    answer = send_form(sender, part("image", PHOTO), part("threshold", b"\xff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_threshold")
    answer = send_form(sender, part("image", b"no base64!"))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


ENCODINGS = {
    "plain": TEXT,
    "url-safe": urlsafe_b64encode(PHOTO).decode(),
    "unpadded": TEXT.rstrip("="),
    "url-safe and unpadded": urlsafe_b64encode(PHOTO).decode().rstrip("="),
    "in lines": "\r\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)),
    "a data URI": f"data:image/jpeg;base64,{TEXT}",
    "a data URI with parameters": f"data:image/jpeg;charset=utf-8;name=a.jpg;base64,{TEXT}",
    "a data URI without a type": f"data:;base64,{TEXT}",
    "a data URI in capitals": f"DATA:image/jpeg;BASE64,{TEXT.rstrip('=')}",
}


@pytest.mark.parametrize("length", [0, 1, 2])
@pytest.mark.parametrize("form", ["alone", "in a form"])
@pytest.mark.parametrize("title", ENCODINGS)
def test_base64_in_either_alphabet_padded_or_not(
    sender: TestClient, title: str, form: str, length: int
) -> None:
    photo = PHOTO + bytes(length)  # so that each length of padding comes once
    text = ENCODINGS[title].replace(TEXT, b64encode(photo).decode())
    if form == "alone":
        answer = sender.post("/api/detect", json={"image": text})
    else:
        answer = send_form(sender, part("image", text.encode()))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AA=A", "A===", "AAAA!", "data:image/jpeg,AAAA", "data:", "é", SURROGATE]
)
def test_what_is_no_base64_in_any_form_is_refused(sender: TestClient, text: str) -> None:
    answer = sender.post("/api/detect", content=json.dumps({"image": text}), headers=JSON_TYPE)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_a_fault_of_ours_has_the_security_headers_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facecompare.service.detect_faces", lambda *_: 1 / 0)
    answer = client.post("/api/detect", files={"image": PHOTO})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECURITY_HEADERS.items() <= dict_of(answer).items()


def dict_of(answer: Response) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in SECURITY_HEADERS}


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("LOCALHOST:1", True),
        ("[::1]:8000", True),
        ("localhost:", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("localhost:80:80", False),
        ("", False),
        ("[", False),
    ],
)
def test_another_host_is_refused_in_the_one_shape(
    settings: Settings, log: SqliteLog, engine: Engine, host: str, served: bool
) -> None:
    service = FaceService(settings, log, [engine])
    hosts = ("127.0.0.1", "localhost", "[::1]")
    app = local_app(settings, log, SqliteKeys(settings.records), service, hosts)
    answer = TestClient(app).get("/api/health", headers={"Host": host})
    assert is_told(answer)
    assert (answer.status_code, served) in {(200, True), (400, False)}


@pytest.mark.parametrize(
    ("headers", "served"),
    [
        ({}, True),  # a program
        ({"Origin": "http://127.0.0.1:8000"}, True),  # the page, where its address is not trusted
        ({"Origin": "https://faces.example", "Sec-Fetch-Site": "same-origin"}, True),  # by a proxy
        ({"Origin": "http://faces.lan", "X-Forwarded-Host": "faces.lan"}, True),
        ({"Origin": "https://evil.example", "X-Forwarded-Host": "faces.lan"}, False),
        ({"Origin": "http://127.0.0.1:3000"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
@pytest.mark.parametrize("hosts", [("127.0.0.1",), ()])
def test_no_page_elsewhere_writes_to_a_server_of_ones_own(
    settings: Settings,
    log: SqliteLog,
    engine: Engine,
    hosts: tuple[str, ...],
    headers: dict[str, str],
    served: bool,
) -> None:
    service = FaceService(settings, log, [engine])
    app = local_app(settings, log, SqliteKeys(settings.records), service, hosts)
    client = TestClient(app, headers={"Host": "127.0.0.1:8000"} | headers)
    files = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
    for method, path in (("POST", "/api/compare"), ("DELETE", f"/api/comparisons/{'0' * 32}")):
        answer = client.request(method, path, files=files if method == "POST" else None)
        assert is_told(answer)
        assert (answer.status_code != 403) is served
        assert served or answer.json()["code"] == "not_allowed"
    assert len(list(every_record(log, Selection(), None))) == served
    assert client.get("/api/service").status_code == 200


def test_a_content_encoding_is_named(sender: TestClient) -> None:
    for content_type in ("application/json", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
        answer = sender.post("/api/compare", content=b"\x1f\x8b", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")
        assert "content encoding gzip" in answer.json()["message"]


def test_a_client_that_leaves_is_logged_in_a_line(
    api: ApiApplication, caplog: pytest.LogCaptureFixture
) -> None:
    async def leave() -> None:
        sent = iter([{"type": "http.request", "body": b"--x\r\n", "more_body": True}])

        async def receive() -> Any:
            return next(sent, {"type": "http.disconnect"})

        async def send(_message: Any) -> None:
            pass

        for content_type in (b"multipart/form-data; boundary=x", b"application/json"):
            for path in (*PHOTO_NAMES, "/api/batches", "/api/uploads"):
                headers = [(b"content-type", content_type)]
                headers += [(b"authorization", api.admin["Authorization"].encode())]
                scope: dict[str, Any] = {
                    "type": "http",
                    "method": "POST",
                    "path": path,
                    "headers": headers,
                }
                scope |= {"query_string": b"", "root_path": "", "app": api.app}
                await api.app(scope, receive, send)

    import anyio

    # This thread may have a loop already, of a browser.
    with caplog.at_level(logging.INFO), ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, leave).result()
    levels = {record.levelno for record in caplog.records if record.name.startswith("facecompare")}
    assert levels == {logging.INFO}
    assert [record for record in caplog.records if record.exc_info] == []


def test_an_application_without_the_page_redirects_nobody(api: ApiApplication) -> None:
    services = api.app.state.services
    app = create_app(services, ())
    app.router.routes.extend(api.app.router.routes)
    answer = TestClient(app, follow_redirects=False).get(
        "/api/health/", headers={"Host": "evil.example"}
    )
    assert answer.status_code == 404
