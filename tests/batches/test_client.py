"""`facecompare batches` with a service that throttles, is not there, or refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2 as httpx
import pytest

from facecompare.batches.client import INLINE_BYTES, RETRIES, BatchClient
from facecompare.batches.service import MAX_ROWS
from facecompare.cli.main import main
from facecompare.errors import RequestRefused, ServiceUnreachable
from facecompare.options import RequestOptions

ADDRESS = "http://service.example"
BATCH = {
    "batch_id": "b" * 32,
    "created_at": "2026-11-23T09:00:00.000000Z",
    "caller": "ann",
    "state": "running",
    "total": MAX_ROWS + 5,
    "done": 2,
    "failed": 0,
    "pairs_per_s": None,
    "seconds_left": None,
    "finished_at": None,
    "engine": "dlib-fast",
    "threshold": 0.5,
    "face": "largest",
    "combined_threshold": 0.598,
}
GRANT = {"url": f"{ADDRESS}/bucket", "fields": {"key": "uploads/1"}, "upload": "uploads/1"}
Answer = Callable[[httpx.Request], httpx.Response]


def client(
    answer: Answer, waits: list[float] | None = None, messages: list[str] | None = None
) -> BatchClient:
    waits = [] if waits is None else waits
    messages = [] if messages is None else messages
    return BatchClient(ADDRESS, "a-key", messages.append, waits.append, httpx.MockTransport(answer))


def test_the_key_goes_to_the_service_and_not_to_the_bucket() -> None:
    seen: dict[str, str | None] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.path] = request.headers.get("Authorization")
        content = {"/api/uploads": GRANT, "/api/batches": BATCH}.get(request.url.path, {})
        return httpx.Response(200, json=content)

    manifest = "image1,image2\n" + "x" * INLINE_BYTES
    assert client(answer).submit(manifest, RequestOptions()).total == BATCH["total"]
    assert seen == {
        "/api/uploads": "Bearer a-key",
        "/bucket": None,
        "/api/batches": "Bearer a-key",
    }


def test_a_small_pairs_file_is_sent_with_the_request() -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(202, json=BATCH)

    client(answer).submit("image1,image2\na,b\n", RequestOptions(fmr=0.001, engine="dlib-accurate"))
    assert bodies == [
        {
            "manifest": "image1,image2\na,b\n",
            "fmr": 0.001,
            "engine": "dlib-accurate",
            "face": "largest",
        }
    ]


def test_a_service_may_be_older_or_newer_than_the_client() -> None:
    older = {name: value for name, value in BATCH.items() if name != "combined_threshold"}
    for content, threshold in ((older, None), (BATCH | {"colour": "blue"}, 0.598)):
        progress = client(failing_first(httpx.Response(200, json=content))).progress("b")
        assert (progress.combined_threshold, progress.threshold) == (threshold, 0.5)


def failing_first(*failures: httpx.Response) -> Answer:
    """These responses, one after the other, and then a good one."""
    responses = iter((*failures, httpx.Response(200, json=BATCH)))
    return lambda _: next(responses)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_temporary_failures_are_waited_for(status: int) -> None:
    waits: list[float] = []
    messages: list[str] = []
    answer = failing_first(*(httpx.Response(status, text="not now") for _ in range(3)))
    assert client(answer, waits, messages).progress("b").done == 2
    most = (0.5, 1.0, 2.0)
    assert len(waits) == len(most)
    assert all(s / 2 <= wait <= s for wait, s in zip(waits, most, strict=True))
    assert messages[-1] == (
        f"the service is not available: HTTP status {status}: not now; "
        f"trying again in {waits[-1]:.1f} s"
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_other_failures_are_not_tried_again(status: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(status, headers={"Retry-After": "1"})

    with pytest.raises(RequestRefused, match=f"HTTP status {status}"):
        client(answer).progress("b")
    assert len(asked) == 1


def test_many_clients_do_not_come_back_at_one_moment() -> None:
    waits: list[float] = []
    for _ in range(10):
        client(failing_first(httpx.Response(429)), waits).progress("b")
    assert len(set(waits)) > 1


def test_retry_after_in_seconds_is_waited_for() -> None:
    waits: list[float] = []
    answer = failing_first(httpx.Response(429, headers={"Retry-After": "7"}))
    assert client(answer, waits).progress("b").done == 2
    assert len(waits) == 1
    assert 7 <= waits[0] <= 7 + RETRIES.first_s


@pytest.mark.parametrize(("offset_s", "least_s"), [(30, 25), (-30, 0)])
def test_retry_after_as_a_date_is_waited_for(offset_s: int, least_s: int) -> None:
    waits: list[float] = []
    moment = datetime.now(UTC) + timedelta(seconds=offset_s)
    header = {"Retry-After": format_datetime(moment, usegmt=True)}
    answer = failing_first(httpx.Response(503, headers=header))
    assert client(answer, waits).progress("b").done == 2
    assert len(waits) == 1
    assert least_s <= waits[0] <= max(offset_s, 0) + RETRIES.first_s


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "٣", "Wed, 99 Nov 2026 09:00:00 GMT"])
def test_another_retry_after_is_as_none(text: str) -> None:
    waits: list[float] = []
    header = [(b"Retry-After", text.encode())]
    response = httpx.Response(503, headers=header)
    assert client(failing_first(response), waits).progress("b").done == 2
    assert len(waits) == 1
    assert 0.25 <= waits[0] <= 0.5


@pytest.mark.parametrize(
    ("asked_for", "words"),
    [
        ("3600", r"HTTP status 429: ; try again in 3,600 s, at 20..-..-..T..:..:..Z, as it asks"),
        ("Fri, 31 Dec 2100 23:59:59 GMT", "at 2100-12-31T23:59:5.Z, as it asks"),
        ("9" * 20, "try again in .* s, as it asks"),
    ],
)
def test_a_retry_after_that_is_too_long_is_not_waited_for(asked_for: str, words: str) -> None:
    waits: list[float] = []
    response = httpx.Response(429, headers={"Retry-After": asked_for})
    with pytest.raises(ServiceUnreachable, match=words):
        client(lambda _: response, waits).progress("b")
    assert waits == []


def test_waits_that_the_service_asks_for_are_bounded_in_all() -> None:
    waits: list[float] = []
    response = httpx.Response(503, headers={"Retry-After": "20"})
    with pytest.raises(ServiceUnreachable, match="try again in 20 s"):
        client(lambda _: response, waits).progress("b")
    assert len(waits) == 3
    assert sum(waits) <= RETRIES.total_s


def test_a_service_that_does_not_answer_is_given_up() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise httpx.ConnectError("refused", request=request)

    waits: list[float] = []
    with pytest.raises(ServiceUnreachable, match="ConnectError: refused; try again later"):
        client(answer, waits).progress("b")
    assert len(asked) == RETRIES.attempts
    assert sum(waits) <= RETRIES.total_s < 120


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (
            httpx.Response(401, json={"code": "key_refused", "message": "the access key is not"}),
            r"the access key is not \[key_refused\]",
        ),
        (httpx.Response(403, text="<Error>AccessDenied</Error>"), "HTTP status 403: <Error>"),
    ],
)
def test_the_services_message_is_shown(response: httpx.Response, words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        client(lambda _: response).progress("b")


def test_results_come_in_pages_with_one_header() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith(".csv"):
            return httpx.Response(200, json=BATCH)
        asked.append(request.url.params["first"])
        first = {"1": "7", "7": str(MAX_ROWS + 1)}.get(asked[-1])
        link = {"Link": f'<?first={first}&limit={MAX_ROWS}>; rel="next"'} if first else {}
        return httpx.Response(200, text=f"pair,image1\r\n{asked[-1]},a\r\n", headers=link)

    service = client(answer)
    assert "".join(service.results(service.progress("b"))) == (
        f"pair,image1\r\n1,a\r\n7,a\r\n{MAX_ROWS + 1},a\r\n"
    )
    assert asked == ["1", "7", str(MAX_ROWS + 1)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("watch", "b"), "FACECOMPARE_URL is ''; expected the address of a service"),
        (("submit", "absent.csv"), "absent.csv cannot be read"),
        (("submit", "pairs.csv", "--images", "absent"), "nothing was uploaded"),
        (("submit", "pairs.csv", "--threshold", "near"), "threshold"),
        (("fetch", "b"), "--out"),
    ],
)
def test_wrong_input_is_named(
    arguments: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.csv").write_text("image1,image2\na.jpg,b.jpg\n")
    if arguments[0] == "submit":
        monkeypatch.setenv("FACECOMPARE_URL", ADDRESS)
    assert main(["batches", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
