"""The policy of retries, and what it costs where nothing fails."""

from __future__ import annotations

import subprocess
import sys

import pytest

from facecompare.batches.retries import RetryPolicy, TemporaryFailure

POLICY = RetryPolicy((TemporaryFailure,), first_s=1.0, longest_s=4.0, attempts=5, total_s=10.0)


class Flaky:
    """A call that fails so often."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.calls = 0
        self._failures = failures
        self._error = error

    def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self._failures:
            raise self._error or TemporaryFailure(f"failure {self.calls}")
        return self.calls


@pytest.mark.parametrize("failures", [0, 1, 4])
def test_a_call_is_tried_until_it_succeeds(failures: int) -> None:
    waits: list[float] = []
    seen: list[tuple[str, float]] = []
    call = Flaky(failures)
    result = POLICY.run(call, lambda exc, wait_s: seen.append((str(exc), wait_s)), waits.append)
    assert result == call.calls == failures + 1
    assert seen == [(f"failure {number}", wait) for number, wait in enumerate(waits, start=1)]
    most = (1.0, 2.0, 4.0, 4.0)[:failures]
    assert all(s / 2 <= wait <= s for wait, s in zip(waits, most, strict=True))


def test_the_last_failure_is_raised_after_the_last_attempt() -> None:
    waits: list[float] = []
    call = Flaky(99)
    with pytest.raises(TemporaryFailure, match="failure"):
        POLICY.run(call, lambda *_: None, waits.append)
    assert call.calls <= POLICY.attempts
    assert len(waits) == call.calls - 1
    assert sum(waits) <= POLICY.total_s


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_another_error_is_raised_at_once(error: BaseException) -> None:
    for failures_before in (0, 1):
        calls: list[int] = []

        def call(before: int = failures_before, calls: list[int] = calls) -> None:
            calls.append(1)
            raise error if len(calls) > before else TemporaryFailure("passes")

        with pytest.raises(type(error)):
            POLICY.run(call, lambda *_: None, lambda _: None)
        assert len(calls) == failures_before + 1


def test_what_the_failure_asks_for_is_waited_for_within_the_total() -> None:
    waits: list[float] = []
    assert POLICY.run(Flaky(1, TemporaryFailure("", 8.0)), lambda *_: None, waits.append) == 2
    assert 8.0 <= waits[0] <= 9.0
    with pytest.raises(TemporaryFailure):
        POLICY.run(Flaky(1, TemporaryFailure("", 11.0)), lambda *_: None, waits.append)
    assert len(waits) == 1


def test_a_call_that_succeeds_imports_no_retry_library() -> None:
    code = """
import sys
from facecompare.batches.worker import RETRIES
assert RETRIES.run(lambda: 7, print) == 7
assert "tenacity" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
