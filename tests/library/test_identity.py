"""Requests of one idempotency key at the same moment, in each store; and records that know none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from facecompare.config import Settings
from facecompare.engines.thresholds import Thresholds
from facecompare.errors import IdempotencyConflict
from facecompare.options import FacePolicy, RequestOptions
from facecompare.pipeline.decode import Photo
from facecompare.records.dynamo import DynamoLog
from facecompare.records.identity import RequestContext, request_digest
from facecompare.records.record import ComparisonLog, ComparisonRecord
from facecompare.records.sqlite import SqliteLog
from facecompare.service import FaceService
from tests.support import pictures
from tests.support.fake_engine import FakeEngine, found

AT_ONCE = 50
CONTEXT = RequestContext("ann", "a-key")
OBAMA, BIDEN = (Photo(path.read_bytes()) for path in (pictures.OBAMA, pictures.BIDEN))
PHOTOS = {"image1": OBAMA, "image2": BIDEN}
THREE = {"anchor": OBAMA, **PHOTOS}

DIFFERENT = (
    RequestOptions(),
    RequestOptions(faces={"image1": 1}),
    RequestOptions(face=FacePolicy.BEST_MATCH),
    RequestOptions(chips=True),
    RequestOptions(strict=True),
)


class AtOnce:
    """A log whose readers all wait for each other, and so go on to write at the same moment."""

    def __init__(self, log: ComparisonLog) -> None:
        self._log = log
        self._barrier = Barrier(AT_ONCE)
        self.put = log.put

    def get(self, comparison_id: str) -> ComparisonRecord:
        self._barrier.wait()
        return self._log.get(comparison_id)


@pytest.fixture(params=["sqlite", "dynalite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> ComparisonLog:
    if request.param == "sqlite":
        return SqliteLog(tmp_path / "log.sqlite3")
    return DynamoLog(request.getfixturevalue("dynalite_table"))


def service(settings: Settings, log: object) -> FaceService:
    engine = FakeEngine(lambda _: [found(10, 10, 100), found(120, 10, 90)])
    settings = replace(settings, engine=engine.card.id, threads=1)
    return FaceService(settings, log, [engine])  # type: ignore[arg-type]


def test_fifty_at_once_leave_one_record_and_get_its_answer(
    settings: Settings, log: ComparisonLog
) -> None:
    faces = service(settings, AtOnce(log))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(
            pool.map(lambda _: faces.compare(PHOTOS, RequestOptions(), CONTEXT)[0], range(AT_ONCE))
        )
    (kept,) = log.page(9).records
    assert {(each.comparison_id, each.created_at) for each in answers} == {
        (kept.comparison_id, kept.created_at)
    }


def test_of_fifty_different_ones_at_once_one_is_answered(
    settings: Settings, log: ComparisonLog
) -> None:
    faces = service(settings, AtOnce(log))

    def compared(number: int) -> ComparisonRecord | None:
        options = DIFFERENT[number % len(DIFFERENT)]
        try:
            return log.get(faces.compare(PHOTOS, options, CONTEXT)[0].comparison_id or "")
        except IdempotencyConflict:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(compared, range(AT_ONCE)))
    (kept,) = log.page(9).records
    assert [each for each in answers if each] == [kept] * (AT_ONCE // len(DIFFERENT))


def test_fifty_predictions_at_once_leave_two_records(settings: Settings, tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.sqlite3")
    faces = service(settings, AtOnce(log))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(
            pool.map(lambda _: faces.predict(THREE, RequestOptions(), CONTEXT), range(AT_ONCE))
        )
    ids = {(each.image1.comparison_id, each.image2.comparison_id) for each in answers}
    kept = {record.comparison_id for record in log.page(9).records}
    assert [set(each) for each in ids] == [kept]
    assert len(kept) == 2


class Former:
    """A log that keeps what versions before 0.11 kept of a request."""

    def __init__(self, log: ComparisonLog) -> None:
        self._log = log
        self.get = log.get

    def put(self, *records: ComparisonRecord) -> tuple[ComparisonRecord, ...]:
        return self._log.put(*(replace(record, request_sha256="") for record in records))


def test_a_record_of_an_older_version_is_found_by_photos_thresholds_and_engine(
    settings: Settings, log: ComparisonLog
) -> None:
    old, _ = service(settings, Former(log)).compare(PHOTOS, RequestOptions(), CONTEXT)
    faces = service(settings, log)
    again, _ = faces.compare(PHOTOS, RequestOptions(), CONTEXT)
    assert (again.comparison_id, again.created_at) == (old.comparison_id, old.created_at)
    for photos, options in (
        (PHOTOS, RequestOptions(threshold=0.4)),
        (PHOTOS | {"image1": BIDEN}, RequestOptions()),
    ):
        with pytest.raises(IdempotencyConflict, match="new key"):
            faces.compare(photos, options, CONTEXT)
    assert len(log.page(9).records) == 1


def digest(**changes: object) -> str:
    options = RequestOptions(**changes)  # type: ignore[arg-type]
    return request_digest("compare", "ann", {"image1": "1"}, options, "dlib-fast", Thresholds(0.6))


def test_a_face_s_own_policy_counts_where_it_differs_from_that_of_all() -> None:
    same = {"face": FacePolicy.MOST_CENTRAL, "faces": {"image1": FacePolicy.MOST_CENTRAL}}
    assert digest(**same) == digest(face=FacePolicy.MOST_CENTRAL)
    assert digest(faces={"image1": FacePolicy.MOST_CENTRAL}) != digest()
    assert digest(faces={"image1": 0}) != digest(faces={"image1": 1}) != digest()
