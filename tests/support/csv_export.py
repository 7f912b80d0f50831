"""A log that leaves as CSV through the records function, within Lambda's limits."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx2 as httpx

from facecompare.access import Role, new_key
from facecompare.config import CHECKOUT
from facecompare.records.record import timestamp
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from infra.limits import MAX_RESPONSE_BYTES
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import Invocation, LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.processes import LIBRARY
from tests.support.records import of_two_networks

PATH = "/api/comparisons.csv"
PUT_AT_ONCE = 1_000
CALLER = "the front desk of the main building"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, as long as it took, and as large as Lambda returned it."""

    text: str
    lambda_bytes: int
    seconds: float


@dataclass(slots=True)
class WeighedFunction:
    """A function of which is known how large its answers are."""

    function: LambdaFunction
    answer_bytes: list[int] = field(default_factory=list)

    def invoke(self, event: object) -> Invocation:
        """The outcome. Raises  EventTooLarge."""
        outcome = self.function.invoke(event)
        self.answer_bytes.append(len(json.dumps(outcome.payload)))
        return outcome


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """The records function behind the HTTP API, and its log of so many records."""

    ids: list[str]
    """of the comparisons, newest first"""
    weighed: WeighedFunction
    address: str
    key: str

    def answers(self, **fields: str) -> Iterator[Answer]:
        """The responses one after the other, as each names the next."""
        query: str | None = f"?{urlencode(fields)}"
        while query is not None:
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {self.key}"}
            response = httpx.get(f"{self.address}{PATH}{query}", headers=headers, timeout=60)
            seconds = time.monotonic() - began
            assert response.status_code == 200, response.text[:300]
            yield Answer(response.text, self.weighed.answer_bytes[-1], seconds)
            query = response.links.get("next", {}).get("url")


@contextmanager
def exported_log(folder: Path, records: int) -> Iterator[ExportedLog]:
    """A log of so many records in an SQLite file, and the function over it as it is deployed."""
    file = folder / "records.sqlite3"
    ids = _fill(SqliteLog(file), records)
    secret, key = new_key("ops", Role.ADMIN, timestamp())
    SqliteKeys(file).add(key)
    settings = FunctionSettings(
        code=CHECKOUT / "functions" / "records",
        log=folder / "records.log",
        name="records",
        env={
            **LIBRARY,
            "FACECOMPARE_RECORDS": str(file),
            "FACECOMPARE_MAX_RESPONSE_BYTES": str(MAX_RESPONSE_BYTES),
            "POWERTOOLS_SERVICE_NAME": "records",
            "POWERTOOLS_METRICS_NAMESPACE": "facecompare",
        },
    )
    with LambdaFunction(settings) as function:
        weighed = WeighedFunction(function)
        with HttpFront({"ANY /api/{proxy+}": weighed}) as front:
            yield ExportedLog(ids, weighed, front.address, secret)


def one_file(answers: list[Answer]) -> list[str]:
    """The ids of the comparisons of the one CSV that the answers are together, in order."""
    first, *others = (answer.text for answer in answers)
    text = "".join((first, *(other.partition("\r\n")[2] for other in others)))
    return [row["comparison_id"] for row in csv.DictReader(io.StringIO(text))]


def _fill(log: SqliteLog, count: int) -> list[str]:
    """Records as large as they get: of two networks, by a caller with a long name."""
    begin = datetime.now(UTC) - timedelta(days=1)
    made = [
        of_two_networks(
            number,
            created_at=timestamp(begin + timedelta(milliseconds=number)),
            distance=0.25 + number / 7_000_000,
            caller=CALLER,
        )
        for number in range(count)
    ]
    for start in range(0, count, PUT_AT_ONCE):
        log.put(*made[start : start + PUT_AT_ONCE])
    return [record.comparison_id for record in reversed(made)]
