"""Records made up for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from facecompare.records.record import ComparisonRecord


def record(number: int, **changes: Any) -> ComparisonRecord:
    """The comparison of this number, made in the second of this number."""
    fields: dict[str, Any] = {
        "comparison_id": f"{number:032x}",
        "created_at": f"2026-11-22T09:30:{number:02d}.000000Z",
        "same_person": number % 2 == 0,
        "distance": 0.25 + number,
        "threshold": 0.5,
        "engine": "dlib-fast",
        "model_digest": "d" * 64,
        "image1_sha256": "1" * 64,
        "image2_sha256": "2" * 64,
    }
    return ComparisonRecord(**fields | changes)


def of_two_networks(number: int, **changes: Any) -> ComparisonRecord:
    """The same, decided by two networks."""
    decision = {
        "engine": "dlib-sface",
        "decided_by": "dlib-sface",
        "second_distance": 0.2,
        "combined_distance": 0.475,
        "combined_threshold": 0.598,
        "uncertain": True,
    }
    return record(number, **decision | changes)


def numbers(records: Iterable[ComparisonRecord]) -> list[int]:
    """Their numbers, in order."""
    return [int(record.comparison_id, 16) for record in records]
