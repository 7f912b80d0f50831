"""CSV through the records function in the real runtime: any number of records, within the limits.

The measured export of 100,000 is tests.benchmarks.csv_export.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from facecompare.aws_lambda.ping import PING
from facecompare.records.csv_export import csv_line
from facecompare.records.record import COLUMNS
from infra.limits import HTTP_API_TIMEOUT_S, MAX_RESPONSE_BYTES
from tests.support.csv_export import CALLER, ExportedLog, exported_log, one_file
from tests.support.lambda_emulator.runtime_api import MAX_ANSWER_BYTES

RECORDS = 30_000  # more than one response holds


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExportedLog]:
    with exported_log(tmp_path_factory.mktemp("export"), RECORDS) as made:
        yield made


def test_more_records_than_an_answer_holds_come_as_one_file_in_parts(log: ExportedLog) -> None:
    answers = list(log.answers())
    assert one_file(answers) == log.ids
    assert len(answers) >= 2
    for answer in answers:
        assert answer.text.startswith(csv_line(COLUMNS))
        assert answer.lambda_bytes <= MAX_ANSWER_BYTES
        assert answer.seconds < HTTP_API_TIMEOUT_S
    full = [answer.lambda_bytes for answer in answers[:-1]]
    assert min(full) > MAX_RESPONSE_BYTES - 1_000, "parts are as large as they may be"


def test_a_ping_is_nobodys_request(log: ExportedLog) -> None:
    outcome = log.weighed.function.invoke(PING)
    assert (outcome.failed, outcome.payload) == (False, None)


@pytest.mark.parametrize("limit", [1, RECORDS - 1])
def test_a_limit_is_of_all_parts_together(log: ExportedLog, limit: int) -> None:
    assert one_file(list(log.answers(limit=str(limit)))) == log.ids[:limit]


def test_all_parts_are_of_the_same_selection(log: ExportedLog) -> None:
    assert one_file(list(log.answers(caller=CALLER, since="2d"))) == log.ids
    (nothing,) = log.answers(caller="nobody")
    assert nothing.text == csv_line(COLUMNS)
