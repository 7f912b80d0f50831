"""`facecompare batches` with a service that is not well, or not there, or says no."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2 as httpx
import pytest

from facecompare.batches.client import INLINE_BYTES, WAITS_S, BatchClient
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
}
GRANT = {"url": f"{ADDRESS}/bucket", "fields": {"key": "uploads/1"}, "upload": "uploads/1"}
TOLD: list[str] = []
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, waited: list[float] | None = None) -> BatchClient:
    waits = [] if waited is None else waited
    return BatchClient(ADDRESS, "a-key", TOLD.append, waits.append, httpx.MockTransport(answer))


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


def test_a_small_manifest_is_sent_with_the_order() -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(202, json=BATCH)

    client(answer).submit("image1,image2\na,b\n", RequestOptions(far=0.001, engine="dlib-accurate"))
    assert bodies == [
        {
            "manifest": "image1,image2\na,b\n",
            "far": 0.001,
            "engine": "dlib-accurate",
            "face": "largest",
        }
    ]


def test_throttling_is_waited_for() -> None:
    answers = iter([429, 503, 200])
    waited: list[float] = []
    service = client(lambda _: httpx.Response(next(answers), json=BATCH), waited)
    assert service.progress("b").done == 2
    assert waited == list(WAITS_S[:2])
    assert TOLD[-1] == "HTTP status 503: " + json.dumps(BATCH, separators=(",", ":"))[:200] + (
        "; again in 1 s"
    )


def test_a_service_that_does_not_answer_is_given_up() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    waited: list[float] = []
    with pytest.raises(ServiceUnreachable, match="ConnectError: refused"):
        client(answer, waited).progress("b")
    assert sum(waited) < 120


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
def test_what_the_service_says_is_told(response: httpx.Response, words: str) -> None:
    with pytest.raises(RequestRefused, match=words):
        client(lambda _: response).progress("b")


def test_results_come_in_pages_with_one_header() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith(".csv"):
            return httpx.Response(200, json=BATCH)
        asked.append(request.url.params["first"])
        return httpx.Response(200, text=f"pair,image1\r\n{asked[-1]},a\r\n")

    service = client(answer)
    assert "".join(service.results(service.progress("b"))) == (
        f"pair,image1\r\n1,a\r\n{MAX_ROWS + 1},a\r\n"
    )
    assert asked == ["1", str(MAX_ROWS + 1)]


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
