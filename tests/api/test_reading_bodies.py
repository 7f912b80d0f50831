"""How JSON, forms and base64 are read: as Python's own readers do, and within bounds."""

from __future__ import annotations

import asyncio
import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any, TypeAlias

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from facecompare.api.middleware import BODIES_HELD, BodyLimit
from facecompare.api.option_fields import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_VALUES,
    MAX_WIDE,
    WINDOW,
    decode_base64,
    parse_json,
)
from facecompare.api.request_body import MAX_BOUNDARY, MAX_FIELDS, MAX_PART_HEAD
from facecompare.errors import BadField, BadRequest, FaceCompareError, ImageTooLarge, Overloaded
from tests.support.api_application import ApiApplication
from tests.support.schema_requests import PHOTO

TOKENS = (
    *"{}[]:, \n\"\\", '"a"', '"b"', r'"\ud83d\ude00"', r'"\ud83d"', r'"\u12"', r'"\/\b\""', '"\t"',
    '""', '"é😀"', "1", "-0", "01", "1.5", "1.", ".5", "+1", "-", "1e5", "1E+2", "true", "tru",
    "null", "NaN", "-Infinity", "x", "\x00", "é",
)  # fmt: skip
WITH_BODIES = ("compare", "verify", "predict", "detect", "explain", "batches", "uploads")


def by_python(body: bytes) -> object:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    try:
        return json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return "refused"


def by_us(body: bytes) -> object:
    try:
        return parse_json(body)
    except FaceCompareError:
        return "refused"


def test_json_is_read_as_python_reads_it() -> None:
    chosen = random.Random(11)
    wrong, accepted = {}, 0
    for _ in range(30_000):
        text = "".join(chosen.choices(TOKENS, k=chosen.randint(1, 8))).encode()
        expected = by_python(text)
        accepted += expected != "refused"
        if repr(by_us(text)) != repr(expected):
            wrong[text] = expected
    assert accepted > 300
    assert wrong == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_texts_across_windows_are_whole(encoding: str) -> None:
    chosen = random.Random(encoding)
    for _ in range(20):
        runs = ("a" * chosen.randint(1, WINDOW + 9), '"', "\\", "😀", "\ud83d", "é", "\n")
        text = "".join(chosen.choices(runs, k=40))
        body = json.dumps({"x": text, "y": [text[:9]]}).encode(encoding)
        assert by_us(body) == by_python(body)
    for shift in range(13):  # of pairs of escapes over the end of a window
        body = json.dumps("a" * (WINDOW - shift) + "😀" * 3 + "\\").encode()
        assert by_us(body) == by_python(body)


BEYOND = {
    "deep lists": b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
    "deep objects": b'{"a":' * (MAX_DEPTH + 2) + b"1" + b"}" * (MAX_DEPTH + 2),
    "many values": b"[" + b"1," * MAX_VALUES + b"1]",
    "many fields": b"{" + b",".join(b'"%d":1' % n for n in range(MAX_VALUES + 1)) + b"}",
    "many empty lists": b"[" + b"[]," * MAX_VALUES + b"1]",
    "a long number": b"9" * (MAX_DIGITS + 1),
    "a long fraction": b"0." + b"1" * (MAX_DIGITS + 1),
    "a long exponent": b"1e" + b"1" * (MAX_DIGITS + 1),
    "large and wide": b'"' + "😀".encode() + b"a" * MAX_WIDE + b'"',
}
WITHIN = {
    "lists": b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
    "values": b"[" + b"1," * (MAX_VALUES - 2) + b"1]",
    "digits": b"1." + b"1" * MAX_DIGITS,
    "blanks": b" " * (2 * WINDOW) + b"1" + b" " * (2 * WINDOW),
    "large": b'"' + b"a" * MAX_WIDE + b'"',
}


@pytest.mark.parametrize("body", BEYOND.values(), ids=BEYOND)
def test_json_beyond_a_bound_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_json(body)


@pytest.mark.parametrize("body", WITHIN.values(), ids=WITHIN)
def test_json_within_the_bounds_is_read(body: bytes) -> None:
    assert parse_json(body) == json.loads(body)


def test_a_body_is_let_go_of_when_it_has_been_read() -> None:
    body = bytearray(b'{"a": "b"}')
    assert (parse_json(body), body) == ({"a": "b"}, b"")


def test_a_name_twice_is_told() -> None:
    with pytest.raises(BadField, match="'a' more than once"):
        parse_json(b'{"b": {"a": 1, "a": 2}}')


@pytest.mark.parametrize("length", [0, 1, 2, 3, WINDOW - 1, WINDOW, 3 * WINDOW + 1])
def test_base64_of_any_length_is_read_in_windows(length: int) -> None:
    data = random.Random(length).randbytes(length)
    for text in (b64encode(data).decode(), urlsafe_b64encode(data).decode().rstrip("=")):
        assert decode_base64(text, 0) == data
        assert decode_base64(f"x,{text}", 2) == data
        assert (
            decode_base64("\n".join(text[at : at + 7] for at in range(0, len(text), 7)), 0) == data
        )
    assert decode_base64(b64encode(data).decode() + "\n" * WINDOW + "=" * WINDOW, 0) == data


@pytest.mark.parametrize(
    "text", ["A", "=AAA", "AA==AAAA", "A" * (WINDOW - 2) + "==AAAA", "é", "A*"]
)
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_base64(text, 0)


def part(name: str = "image", data: bytes = PHOTO, more: str = '; filename="a.jpg"') -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return b"--x\r\n" + head.encode() + data + b"\r\n"


END = b"--x--\r\n"
READ = {
    "a preamble": b"see below\r\n" + part() + END,
    "an epilogue": part() + END + b"--x\r\nnothing",
    "blanks behind a boundary": part().replace(b"--x\r\n", b"--x \t\r\n", 1) + END,
    "no line end at last": part() + b"--x--",
    "a boundary inside": part(data=PHOTO + b"--x\r\n--x--") + END,
    "a name in small letters": part().replace(b"Content-D", b"content-d") + END,
}
UNREADABLE = {
    "no part": END,
    "no end": part(),
    "cut in a part": part()[:-9],
    "cut in a head": b"--x\r\nContent-Disposition: form-data",
    "another boundary": b"--y\r\n" + part()[5:] + b"--y--",
    "no name": b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END,
    "no headers": b"--x\r\n\r\nx\r\n" + END,
    "LF alone": (part(data=b"x") + END).replace(b"\r\n", b"\n"),
    "a long head": part(more="x" * MAX_PART_HEAD) + END,
    "many parts": part(data=b"x") * (MAX_FIELDS + 1) + END,
    "text behind a boundary": part().replace(b"--x\r\n", b"--xy\r\n", 1) + END,
}


def sent_form(api: ApiApplication, body: bytes, boundary: str = "x") -> tuple[int, str]:
    content_type = f"multipart/form-data; boundary={boundary}"
    answer = TestClient(api.app).post(
        "/api/detect", content=body, headers=api.admin | {"Content-Type": content_type}
    )
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("title", READ)
def test_forms_are_read_as_rfc_2046_has_them(api: ApiApplication, title: str) -> None:
    assert sent_form(api, READ[title]) == (200, "")


@pytest.mark.parametrize("title", UNREADABLE)
def test_forms_that_are_none_are_bad_requests(api: ApiApplication, title: str) -> None:
    status, code = sent_form(api, UNREADABLE[title])
    assert (status, code) == (400, "missing_image" if title == "no part" else "bad_request")


def test_a_boundary_has_a_length(api: ApiApplication) -> None:
    for length, status in ((1, 200), (MAX_BOUNDARY, 200), (MAX_BOUNDARY + 1, 400)):
        name = "x" * length
        body = (part(data=PHOTO) + END).replace(b"--x", b"--" + name.encode())
        assert sent_form(api, body, name)[0] == status
    assert sent_form(api, part() + END, '""') == (400, "bad_request")


def refused_before_its_body(
    api: ApiApplication, operation: str, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and error of a request whose body must not be asked for."""
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was asked for")

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": f"/api/{operation}",
        "headers": raw,
    }
    scope |= {"query_string": b"", "http_version": "1.1", "scheme": "http", "root_path": ""}
    asyncio.run(api.app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("operation", WITH_BODIES)
def test_what_a_head_tells_is_refused_before_the_body_comes(
    api: ApiApplication, operation: str
) -> None:
    key = {"authorization": api.admin["Authorization"]}
    json_type = {"content_type": "application/json"}
    for status, code, headers in (
        (401, "key_missing", {"content_length": "9", **json_type}),
        (401, "key_refused", {"content_length": "9", **json_type, "authorization": "Bearer x"}),
        (415, "unsupported_content_type", {"content_length": "9", **key}),
        (
            415,
            "unsupported_content_type",
            {"transfer_encoding": "chunked", "content_type": "text/plain", **key},
        ),
        (413, "image_too_large", {"content_length": "61000001", **json_type, **key}),
    ):
        found, error = refused_before_its_body(api, operation, **headers)
        assert (found, error["code"]) == (status, code)


Asked: TypeAlias = "asyncio.Task[None]"


class Bodies:
    """A server's application that has read bodies and does not answer yet."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.limit = BodyLimit(self._read, 100, uploads=False)

    async def _read(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive()).get("more_body", False):
            pass
        await self.answers.wait()

    def asked(self, address: str, length: int = 100, *, is_whole: bool = True) -> Asked:
        """One that is not whole stays so."""
        parts = [{"type": "http.request", "body": bytes(length), "more_body": not is_whole}]

        async def receive() -> Message:
            if parts:
                return parts.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(_message: Message) -> None: ...

        scope = {"type": "http", "headers": [], "client": (address, 1)}
        return asyncio.ensure_future(self.limit(scope, receive, send))


async def settled(asked: Iterable[Asked]) -> list[bool]:
    """Whether each was refused, after all have done what they can."""
    for _ in range(10):
        await asyncio.sleep(0)
    return [each.done() and isinstance(each.exception(), Overloaded) for each in asked]


def test_bodies_have_a_bounded_memory_together_and_an_address_has_half_of_it() -> None:
    async def scene() -> None:
        bodies = Bodies()
        of_one = [bodies.asked("one") for _ in range(BODIES_HELD // 2)]
        assert await settled(of_one) == [False] * len(of_one)
        with pytest.raises(Overloaded):
            await bodies.asked("one", 1)
        of_others = [bodies.asked(f"other {each}") for each in range(BODIES_HELD // 2)]
        assert await settled(of_others) == [False] * len(of_others)
        with pytest.raises(Overloaded):
            await bodies.asked("another", 1)
        bodies.answers.set()
        await asyncio.gather(*of_one, *of_others)
        await asyncio.gather(*(bodies.asked("one") for _ in range(BODIES_HELD // 2)))

    asyncio.run(scene())


@pytest.mark.parametrize("addresses", [1, BODIES_HELD])
def test_bodies_that_stay_unfinished_lock_nobody_out(addresses: int) -> None:
    """The one that has been on its way for longest ends, for whoever comes."""

    async def scene() -> None:
        bodies = Bodies()
        half = [
            bodies.asked(f"{each % addresses}", 99, is_whole=False) for each in range(BODIES_HELD)
        ]
        kept = min(BODIES_HELD, BODIES_HELD // 2 * addresses)
        assert await settled(half) == [True] * (BODIES_HELD - kept) + [False] * kept
        newcomer = bodies.asked("newcomer", 100)
        refused = await settled([newcomer, *half])
        assert refused[0] is False
        bodies.answers.set()
        await newcomer
        for each in half:
            each.cancel()
        await asyncio.gather(*half, return_exceptions=True)

    asyncio.run(scene())


def test_a_body_that_outgrows_its_limit_leaves_its_memory_to_others() -> None:
    async def scene() -> None:
        bodies = Bodies()
        bodies.answers.set()
        for _ in range(2 * BODIES_HELD):
            with pytest.raises(ImageTooLarge):
                await bodies.asked("one", 101)
        await bodies.asked("one")

    asyncio.run(scene())
