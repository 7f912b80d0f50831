"""One policy for failures that pass by themselves: throttling, a service away for a moment.

tenacity is imported after a first failure only. Its import takes 16 ms (stamina's 40 ms, with
tenacity's in it), which a function's cold start and every undisturbed call are spared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState, Retrying

T = TypeVar("T")


class TemporaryFailure(Exception):
    """A failure that passes, and after how many seconds, where the other side said so."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried, and how long is waited in between.

    Waits double from `first_s` to `longest_s`; each is shortened at random, by at most a half, so
    that those who failed together do not come back together. Where the failure says after how many
    seconds to come back, it is waited for that long and at random up to `first_s` longer.
    """

    retried: tuple[type[Exception], ...]
    first_s: float
    longest_s: float
    attempts: int
    """in all"""
    total_s: float
    """of all waits; a wait that would exceed it is not begun"""

    def run(
        self,
        call: Callable[[], T],
        before_wait: Callable[[Exception, float], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> T:
        """The call's result; `before_wait` is told of each failure and the wait that follows.

        Raises  the last failure when it was tried often or long enough, other errors at once.
        """
        try:
            return call()
        except self.retried as exc:
            failure = exc
        for attempt in _retrying(self, before_wait, sleep):
            with attempt:
                if attempt.retry_state.attempt_number == 1:
                    raise failure  # the attempt that was made above
                return call()
        raise failure  # never: tenacity raises the last failure


def _retrying(
    policy: RetryPolicy,
    before_wait: Callable[[Exception, float], None],
    sleep: Callable[[float], None],
) -> Retrying:
    from tenacity import Retrying, retry_if_exception_type

    def before_sleep(state: RetryCallState) -> None:
        before_wait(_failure(state), state.upcoming_sleep)

    return Retrying(
        retry=retry_if_exception_type(policy.retried),
        wait=_wait(policy),
        stop=lambda state: _is_spent(policy, state),
        before_sleep=before_sleep,
        sleep=sleep,
        reraise=True,
    )


def _wait(policy: RetryPolicy) -> Callable[[RetryCallState], float]:
    """Seconds before the next attempt: "equal jitter", or what the failure asks for."""
    from tenacity import wait_exponential, wait_random, wait_random_exponential

    half_s, most_s = policy.first_s / 2, policy.longest_s / 2
    backoff = wait_exponential(half_s, most_s) + wait_random_exponential(half_s, most_s)
    jitter = wait_random(0, policy.first_s)

    def wait(state: RetryCallState) -> float:
        asked_s = getattr(_failure(state), "retry_after_s", None)
        return backoff(state) if asked_s is None else asked_s + jitter(state)

    return wait


def _is_spent(policy: RetryPolicy, state: RetryCallState) -> bool:
    waits_s = state.idle_for + state.upcoming_sleep
    return state.attempt_number >= policy.attempts or waits_s > policy.total_s


def _failure(state: RetryCallState) -> Exception:
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, Exception)  # noqa: S101 – it is called after failures only
    return failure
