"""One comparison's record, and the protocol of the comparison log.

Nothing biometric is kept: no photo, no embedding, no landmark. Hashes say which files were
compared, to somebody who has the files.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from facecompare.engines.calibration import Doubt, Verdict, told, verdict_of
from facecompare.errors import SHOWN_CHARACTERS, BadField, ComparisonNotFound, IdempotencyConflict
from facecompare.records.documented import documented


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """One verdict. `created_at` is UTC, ISO 8601 with microseconds, so its text sorts by time.

    Where two networks decided, `distance` and `threshold` are the first's all the same. Records of
    versions before 0.8 have no `decided_by`: their engine did.
    """

    __pydantic_config__ = documented(verdict=tuple(Verdict), uncertain_because=tuple(Doubt))
    comparison_id: str
    created_at: str
    same_person: bool
    distance: float
    threshold: float
    engine: str
    model_digest: str
    image1_sha256: str
    image2_sha256: str
    caller: str = ""
    batch_id: str = ""
    decided_by: str = ""
    second_distance: float | None = None
    combined_distance: float | None = None
    combined_threshold: float | None = None
    uncertain: bool = False
    """deprecated, until 1.0: whether `uncertain_because` is networks_contradict"""
    verdict: str = ""
    """same, uncertain or different"""
    uncertain_because: str | None = None
    """near_threshold or networks_contradict; null where the verdict is not uncertain"""
    face_pairs: int = 1
    """how many pairs of faces were held against each other, of which this is the nearest"""
    reference_photos: int = 1
    """how many photos of one person `image2` was held against"""
    further_sha256: str = ""
    """of those photos but the first, separated by spaces"""
    request_sha256: str = ""
    """of the whole request, where it had an Idempotency-Key; versions before 0.11 kept none"""

    def __post_init__(self) -> None:
        """Records of versions before 0.9 have no verdict; theirs was the threshold's."""
        if not self.verdict:
            for name, value in former_verdict(self.same_person, self.uncertain).items():
                object.__setattr__(self, name, value)

    @property
    def decisive(self) -> tuple[float, float]:
        """The distance that decided, and its threshold."""
        if self.combined_distance is None or self.combined_threshold is None:
            return self.distance, self.threshold
        return self.combined_distance, self.combined_threshold

    def confirm_same_request(self, repeated: ComparisonRecord) -> None:
        """Check that `repeated` is of the same request as this record.

        Raises  IdempotencyConflict.
        """
        if self.request_sha256:
            self.confirm_request(repeated.request_sha256)
        elif _request_of(self) != _request_of(repeated):
            raise _other_request()

    def confirm_request(self, request_sha256: str) -> None:
        """The same of a request's digest, where this record has one.

        Raises  IdempotencyConflict.
        """
        if self.request_sha256 not in ("", request_sha256):
            raise _other_request()


COLUMNS = tuple(field.name for field in fields(ComparisonRecord))


def former_verdict(same_person: bool, contradiction: bool) -> dict[str, str | None]:
    """What stands for the verdict of a version before 0.9, which knew no grey zone, by field."""
    doubt = Doubt.NETWORKS_CONTRADICT if contradiction else None
    return told(verdict_of(same_person, doubt), doubt)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records are wanted; None does not restrict. `since` is a time as `created_at`."""

    since: str | None = None
    caller: str | None = None
    batch_id: str | None = None


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, newest first; `next_cursor` continues after them, None at the end."""

    records: tuple[ComparisonRecord, ...]
    next_cursor: str | None


class ComparisonLog(Protocol):
    """Keeps records; safe to use from several threads and processes.

    Every method raises RecordsUnavailable when the log cannot be reached.
    """

    def put(self, *records: ComparisonRecord) -> tuple[ComparisonRecord, ...]:
        """Keep all of these records, or none; returns them as they are kept.

        An id that has a record is not written again: that record is returned, if it is of the
        same request.

        Raises  IdempotencyConflict.
        """
        ...

    def page(
        self, limit: int, cursor: str | None = None, selection: Selection = EVERYTHING
    ) -> Page:
        """The newest of the selected records, at most `limit`.

        Raises  BadField when the cursor is not one that a page gave out.
        """
        ...

    def get(self, comparison_id: str) -> ComparisonRecord:
        """One record. Raises  ComparisonNotFound."""
        ...

    def delete(self, comparison_id: str) -> None:
        """Delete one record. Raises  ComparisonNotFound."""
        ...

    def check(self) -> None:
        """Raise where the next record could not be kept, as far as that can be known before."""
        ...


def every_record(
    log: ComparisonLog,
    selection: Selection = EVERYTHING,
    limit: int | None = None,
    cursor: str | None = None,
) -> Iterator[ComparisonRecord]:
    """All selected records, newest first, a page at a time; those after the cursor, if given."""
    left = limit
    while left is None or left > 0:
        page = log.page(_PAGE_SIZE if left is None else min(left, _PAGE_SIZE), cursor, selection)
        yield from page.records
        left = None if left is None else left - len(page.records)
        cursor = page.next_cursor
        if cursor is None:
            return


_PAGE_SIZE = 500
SECONDS_A_DAY = 86_400


def new_comparison_id() -> str:
    """32 hexadecimal digits that sort by time: UUID version 7, RFC 9562 §5.7."""
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62
    return f"{value | (random & (1 << 62) - 1):032x}"


def repeatable_comparison_id(*parts: str) -> str:
    """The id that the same request always has: the parts name its caller, its key and its place."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def timestamp(moment: datetime | None = None) -> str:
    """The moment, or now, as records hold it: 2026-11-22T09:30:00.000000Z."""
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_since(text: str) -> str:
    """`2026-11-22`, `2026-11-22T09:30:00Z`, `90m`, `24h` or `7d` as a timestamp.

    Raises  BadField.
    """
    try:
        if text[-1:] in _UNITS and text[:-1].isdigit():
            return timestamp(datetime.now(UTC) - int(text[:-1]) * _UNITS[text[-1]])
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text)
            return timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC))
        moment = datetime.fromisoformat(text)
        return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as exc:
        raise BadField(
            f"since is {text[:SHOWN_CHARACTERS]!r}; expected a date (2026-11-22), a time "
            "(2026-11-22T09:30:00Z) or an age (90m, 24h, 7d)"
        ) from exc


def _request_of(record: ComparisonRecord) -> tuple[object, ...]:
    """What versions before 0.11 kept of it."""
    return (
        record.image1_sha256,
        record.image2_sha256,
        record.further_sha256,
        record.threshold,
        record.combined_threshold,
        record.engine,
        record.caller,
    )


def _other_request() -> IdempotencyConflict:
    return IdempotencyConflict(
        "this Idempotency-Key was used before, for other photos, other options or another "
        "operation; a new comparison needs a new key"
    )


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def cursor_after(record: ComparisonRecord) -> str:
    """An opaque text for the place after this record."""
    return base64.urlsafe_b64encode(f"{record.created_at}|{record.comparison_id}".encode()).decode()


def read_cursor(cursor: str) -> tuple[str, str]:
    """(created_at, comparison_id) of the last record before the cursor.

    Raises  BadField.
    """
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii")
        created_at, comparison_id = text.split("|")
    except ValueError as exc:
        raise BadField(
            "found a cursor that this service did not give out; expected one of its own, or none"
        ) from exc
    return created_at, comparison_id


def not_found(comparison_id: str) -> ComparisonNotFound:
    """The error that every log raises for an id it does not have."""
    return ComparisonNotFound(
        f"there is no comparison {comparison_id[:64]!r}; it may have been deleted or have expired"
    )
