"""HTTP client of a service's batches: uploads, submission, progress, results."""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from facecompare.batches.batch import BatchState, Progress
from facecompare.batches.retries import RetryPolicy, TemporaryFailure
from facecompare.batches.service import MAX_ROWS
from facecompare.errors import MissingImage, RequestRefused, ServiceUnreachable
from facecompare.options import RequestOptions
from facecompare.records.record import timestamp
from facecompare.uploads.grants import MANIFEST_TYPES

TIMEOUT_S = 60  # the service responds within 30
UPLOADS_AT_ONCE = 8
# Of a pairs file that is sent within the request; larger ones are uploaded, as a request to Lambda
# holds 4.5 MB and JSON makes a text longer.
INLINE_BYTES = 1_000_000
# Of a response that may be another one later: RFC 9110 and, for throttling, RFC 6585.
RETRIED_STATUSES = (429, 500, 502, 503, 504)
# Up to about a minute of waits: API Gateway and Lambda throttle for seconds.
RETRIES = RetryPolicy((TemporaryFailure,), first_s=0.5, longest_s=32.0, attempts=8, total_s=64.0)


class BatchClient:
    """One service, with one access key.

    Every method raises RequestRefused with the service's message, and ServiceUnreachable when it
    stays unavailable; before that, `notify` is called with a message about each wait.
    """

    def __init__(
        self,
        url: str,
        key: str,
        notify: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._service = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport
        )
        self._bucket = httpx.Client(timeout=TIMEOUT_S, transport=transport)
        self._notify = notify
        self._sleep = sleep

    def close(self) -> None:
        """Close the connections."""
        self._service.close()
        self._bucket.close()

    def upload_photos(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
        """Each photo with the name that it was uploaded under, in order.

        Raises  MissingImage.
        """
        left = iter(paths)
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            while group := list(islice(left, UPLOADS_AT_ONCE * 4)):  # their bytes are in memory
                yield from zip(group, pool.map(self._upload_photo, group), strict=True)

    def submit(self, manifest: str, options: RequestOptions) -> Progress:
        """Submit a batch of a pairs file whose photos are in the service's bucket."""
        fields = self._manifest_fields(manifest) | _option_fields(options)
        headers = {"Idempotency-Key": str(uuid4())}  # it may be sent again
        response = self._request("POST", "/api/batches", json=fields, headers=headers)
        return _progress(response.json())

    def progress(self, batch_id: str) -> Progress:
        """How far a batch is."""
        return _progress(self._request("GET", f"/api/batches/{batch_id}").json())

    def newest(self, limit: int) -> list[Progress]:
        """The newest batches."""
        response = self._request("GET", "/api/batches", params={"limit": limit})
        return [_progress(each) for each in response.json()["batches"]]

    def cancel(self, batch_id: str) -> Progress:
        """Stop working on a batch."""
        return _progress(self._request("DELETE", f"/api/batches/{batch_id}").json())

    def results(self, batch: Progress) -> Iterator[str]:
        """The results as CSV, a response at a time, as each names the next; the header once."""
        path = f"/api/batches/{batch.batch_id}/results.csv"
        query, begun = f"?first=1&limit={MAX_ROWS}", False
        while query:
            response = self._request("GET", path + query)
            yield response.text.partition("\r\n")[2] if begun else response.text
            query, begun = response.links.get("next", {}).get("url", ""), True

    def _manifest_fields(self, manifest: str) -> dict[str, str]:
        data = manifest.encode()
        if len(data) <= INLINE_BYTES:
            return {"manifest": manifest}
        return {"upload": self._upload(data, MANIFEST_TYPES[0])}

    def _upload_photo(self, path: Path) -> str:
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise MissingImage(f"{path} cannot be read ({exc.strerror}); name a photo") from exc
        kind, _ = mimetypes.guess_type(path.name)
        return self._upload(data, kind if kind and kind.startswith("image/") else "image/jpeg")

    def _upload(self, data: bytes, content_type: str) -> str:
        grant = self._request("POST", "/api/uploads", json={"content_type": content_type}).json()
        form = {"data": grant["fields"], "files": {"file": data}}
        self._with_retries(lambda: self._bucket.post(grant["url"], **form))
        upload: str = grant["upload"]
        return upload

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        return self._with_retries(lambda: self._service.request(method, path, **content))

    def _with_retries(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        def notify(failure: Exception, wait_s: float) -> None:
            self._notify(f"{failure}; trying again in {wait_s:.1f} s")

        try:
            return RETRIES.run(lambda: _checked(send), notify, self._sleep)
        except TemporaryFailure as failure:
            raise ServiceUnreachable(f"{failure}; {_advice(failure.retry_after_s)}") from failure


def _checked(send: Callable[[], httpx.Response]) -> httpx.Response:
    """The response to one attempt. Raises  RequestRefused, TemporaryFailure."""
    try:
        response = send()
    except httpx.HTTPError as exc:
        raise TemporaryFailure(f"the service does not answer: {type(exc).__name__}: {exc}") from exc
    except httpx.InvalidURL as exc:
        raise RequestRefused(f"the address cannot be used: {exc}") from exc
    if response.is_success:
        return response
    if response.status_code in RETRIED_STATUSES:
        raise TemporaryFailure(
            f"the service is not available: {_error_message(response)}",
            _retry_after_s(response.headers.get("Retry-After", "")),
        )
    raise RequestRefused(_error_message(response))


def _retry_after_s(text: str) -> float | None:
    """Seconds from now, of a header's seconds or date (RFC 9110 §10.2.3); None of other text."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _advice(retry_after_s: float | None) -> str:
    if retry_after_s is None:
        return "try again later"
    try:
        moment = datetime.now(UTC) + timedelta(seconds=retry_after_s)
    except OverflowError:
        return f"try again in {retry_after_s:,.0f} s, as it asks"
    return f"try again in {retry_after_s:,.0f} s, at {timestamp(moment)[:19]}Z, as it asks"


def _error_message(response: httpx.Response) -> str:
    """What the service, or the bucket, said of a request."""
    try:
        content = response.json()
        return f"{content['message']} [{content['code']}]"
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        return f"HTTP status {response.status_code}: {response.text[:200]}"


def _option_fields(options: RequestOptions) -> dict[str, Any]:
    chosen = {name: getattr(options, name) for name in ("engine", "threshold", "fmr", "face")}
    return {name: value for name, value in chosen.items() if value is not None}


def _progress(content: dict[str, Any]) -> Progress:
    """Of a service that may be older than this client, or newer."""
    known = {name: content[name] for name in Progress.__dataclass_fields__ if name in content}
    return Progress(**known | {"state": BatchState(content["state"])})
