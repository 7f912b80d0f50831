"""What `make smoke-aws` does with a site that is deployed: it is used as visitors use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx2 as httpx

from facecompare.batches.batch import BatchState
from facecompare.batches.client import BatchClient
from facecompare.config import CHECKOUT
from facecompare.options import RequestOptions

PORTRAITS = tuple(CHECKOUT / "web" / "examples" / name for name in ("obama.jpg", "obama2.jpg"))
TIMEOUT_S = 60  # the service responds within 30
WARM_COMPARISONS = 10
COPIES = 5  # of each photo; every pair of two copies is one of the batch: 25, or a message
PAIRS = COPIES**2
BATCH_PATIENCE_S = 900.0
# A new distribution's name is known everywhere only after some minutes.
REACHED_WITHIN_S = 600.0


class SmokeFailure(Exception):
    """Something does not work as it must; the text says what was found and expected."""


@dataclass
class SiteUse:
    """One site with an admin's key; what it measured is kept."""

    url: str
    key: str
    sleep: Callable[[float], None] = time.sleep
    pipeline_ms: float = 0.0
    """of a warm comparison, as the service itself measured it"""
    photo_bytes: int = field(default_factory=lambda: sum(map(_size, PORTRAITS)))

    def compare(self) -> str:
        """Two photos of one person: once cold, then warm."""
        cold = self._until_reached()
        warm = [self._compared(_files()) for _ in range(WARM_COMPARISONS)]
        self.pipeline_ms = median(pipeline for _, pipeline in warm)
        took = median(seconds for seconds, _ in warm)
        return (
            f"the same person; the first call after the deployment took {cold:.2f} s, a warm one "
            f"{took:.3f} s (median of {WARM_COMPARISONS}), {self.pipeline_ms:.0f} ms of it in the "
            "pipeline"
        )

    def upload(self) -> str:
        """The same photos by way of the upload bucket."""
        with self._batches() as client:
            names = [name for _, name in client.upload_photos(PORTRAITS)]
        body = {f"image{place}": {"upload": name} for place, name in enumerate(names, 1)}
        seconds, _ = self._compared({}, json=body)
        return f"two photos in the bucket, compared in {seconds:.3f} s"

    def batch(self) -> str:
        """A batch, until each of its pairs has a verdict."""
        started = time.monotonic()
        with self._batches() as client:
            names = [name for _, name in client.upload_photos(PORTRAITS * COPIES)]
            pairs = "".join(f"{one},{two}\n" for one in names[::2] for two in names[1::2])
            progress = client.submit(f"image1,image2\n{pairs}", RequestOptions())
            while not progress.state.is_final:
                if time.monotonic() - started > BATCH_PATIENCE_S:
                    break
                self.sleep(2)
                progress = client.progress(progress.batch_id)
        if (progress.state, progress.done) != (BatchState.DONE, PAIRS):
            raise SmokeFailure(
                f"found a batch that is {progress.state} with {progress.done} verdicts; "
                f"expected {PAIRS} within {BATCH_PATIENCE_S:.0f} s"
            )
        return f"{PAIRS} pairs in {time.monotonic() - started:.1f} s"

    def _until_reached(self) -> float:
        """The seconds of the first call that was answered."""
        deadline = time.monotonic() + REACHED_WITHIN_S
        while True:
            try:
                return self._compared(_files())[0]
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                self.sleep(5)

    def _compared(self, files: dict[str, bytes], **body: Any) -> tuple[float, float]:
        """Seconds on the way, and the pipeline's milliseconds. Raises SmokeFailure."""
        started = time.monotonic()
        answer = httpx.post(
            f"{self.url}/api/compare",
            files=files or None,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=TIMEOUT_S,
            **body,
        )
        seconds = time.monotonic() - started
        if answer.status_code != 200 or answer.json()["same_person"] is not True:
            raise SmokeFailure(
                f"found {answer.status_code} {answer.text[:300]}; expected one person"
            )
        return seconds, float(answer.json()["timing_ms"]["total"])

    def _batches(self) -> closing[BatchClient]:
        return closing(BatchClient(self.url, self.key, notify=print))


def _files() -> dict[str, bytes]:
    return {f"image{place}": photo.read_bytes() for place, photo in enumerate(PORTRAITS, 1)}


def _size(photo: Path) -> int:
    return photo.stat().st_size
