"""The service's batches as another machine asks for them: uploads, orders, progress, results."""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from facecompare.batches.batch import BatchState, Progress
from facecompare.batches.service import MAX_ROWS
from facecompare.errors import MissingImage, RequestRefused, ServiceUnreachable
from facecompare.options import RequestOptions
from facecompare.uploads.grants import MANIFEST_TYPES

TIMEOUT_S = 60  # the service answers within 30
UPLOADING_AT_ONCE = 8
# Of a manifest that is sent within the request; larger ones are uploaded, as a request to Lambda
# holds 4.5 MB and JSON makes a text longer.
INLINE_BYTES = 1_000_000
# Throttling (429) and what passes (503): waits between attempts, in all about a minute.
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
PASSING = (429, 500, 502, 503, 504)


class BatchClient:
    """One service, with one access key.

    Every method raises RequestRefused with what the service said, and ServiceUnreachable when it
    does not answer; before that, `tell` is told of each wait.
    """

    def __init__(
        self,
        url: str,
        key: str,
        tell: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._service = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport
        )
        self._bucket = httpx.Client(timeout=TIMEOUT_S, transport=transport)
        self._tell = tell
        self._wait = wait

    def close(self) -> None:
        """Close the connections."""
        self._service.close()
        self._bucket.close()

    def upload_photos(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
        """Each photo with the name that it was uploaded under, in order.

        Raises  MissingImage.
        """
        left = iter(paths)
        with ThreadPoolExecutor(UPLOADING_AT_ONCE) as pool:
            while some := list(islice(left, UPLOADING_AT_ONCE * 4)):  # their bytes are in memory
                yield from zip(some, pool.map(self._upload_photo, some), strict=True)

    def submit(self, manifest: str, options: RequestOptions) -> Progress:
        """BatchRequest a batch of a manifest whose photos are in the service's bucket."""
        data = manifest.encode()
        once = {"Idempotency-Key": str(uuid4())}  # it may be sent again
        chosen = {
            name: value
            for name, value in asdict(options).items()
            if name in ("engine", "threshold", "fmr", "face") and value is not None
        }
        where = (
            {"manifest": manifest}
            if len(data) <= INLINE_BYTES
            else {"upload": self._upload(data, MANIFEST_TYPES[0])}
        )
        return _progress(
            self._ask("POST", "/api/batches", json=where | chosen, headers=once).json()
        )

    def progress(self, batch_id: str) -> Progress:
        """How far a batch is."""
        return _progress(self._ask("GET", f"/api/batches/{batch_id}").json())

    def newest(self, limit: int) -> list[Progress]:
        """The newest batches."""
        answer = self._ask("GET", "/api/batches", params={"limit": limit})
        return [_progress(each) for each in answer.json()["batches"]]

    def cancel(self, batch_id: str) -> Progress:
        """Stop working on a batch."""
        return _progress(self._ask("DELETE", f"/api/batches/{batch_id}").json())

    def results(self, batch: Progress) -> Iterator[str]:
        """The results as CSV, a page of lines at a time; the header once."""
        for first in range(1, batch.total + 1, MAX_ROWS):
            page = {"first": first, "limit": MAX_ROWS}
            path = f"/api/batches/{batch.batch_id}/results.csv"
            text = self._ask("GET", path, params=page).text
            yield text if first == 1 else text.partition("\r\n")[2]

    def _upload_photo(self, path: Path) -> str:
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise MissingImage(f"{path} cannot be read ({exc.strerror}); name a photo") from exc
        kind, _ = mimetypes.guess_type(path.name)
        return self._upload(data, kind if kind and kind.startswith("image/") else "image/jpeg")

    def _upload(self, data: bytes, content_type: str) -> str:
        grant = self._ask("POST", "/api/uploads", json={"content_type": content_type}).json()
        form = {"data": grant["fields"], "files": {"file": data}}
        self._sent(lambda: self._bucket.post(grant["url"], **form))
        upload: str = grant["upload"]
        return upload

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self._sent(lambda: self._service.request(method, path, **request))

    def _sent(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer, asked for again while the service cannot answer."""
        for seconds in (*WAITS_S, None):
            try:
                answer = send()
                if answer.is_success:
                    return answer
                trouble = _told(answer)
                if answer.status_code not in PASSING:
                    raise RequestRefused(trouble)
            except httpx.HTTPError as exc:
                trouble = f"{type(exc).__name__}: {exc}"
            except httpx.InvalidURL as exc:
                raise RequestRefused(f"the address cannot be used: {exc}") from exc
            if seconds is not None:
                self._tell(f"{trouble}; again in {seconds:g} s")
                self._wait(seconds)
        raise ServiceUnreachable(f"the service does not answer: {trouble}")


def _told(answer: httpx.Response) -> str:
    """What the service, or the bucket, said of a request."""
    try:
        content = answer.json()
        return f"{content['message']} [{content['code']}]"
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        return f"HTTP status {answer.status_code}: {answer.text[:200]}"


def _progress(answer: dict[str, Any]) -> Progress:
    known = {name: answer[name] for name in Progress.__dataclass_fields__}
    return Progress(**known | {"state": BatchState(answer["state"])})
