"""Whether the service is alive, and whether what it needs works: two questions, two routes.

Who restarts what does not answer asks for health, for a restart mends no log and no model file. Who
sends requests, or calls somebody, asks for ready.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from threading import Thread
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

import facecompare
from facecompare.api.dependencies import AppServices, Services, one_for_all
from facecompare.api.documented_errors import READINESS, responses
from facecompare.api.errors import RETRY_AFTER_S, STATUS, UNFORESEEN, ErrorResponse
from facecompare.errors import FaceCompareError, NotReady, TimedOut
from facecompare.records.documented import documented

KEPT_S = 1.0  # a check's result stands for so long, however often it is asked for
LIMIT_S = 2.0  # a check that takes longer has timed out
OK = "ok"

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api", tags=["service"])


@dataclass(frozen=True, slots=True)
class HealthResponse:
    """The service is alive."""

    __pydantic_config__ = documented(status=("ok",))
    status: str
    version: str
    engine: str


@dataclass(frozen=True, slots=True)
class ReadyResponse:
    """The service can do what it is there for."""

    __pydantic_config__ = documented(status=("ready",))
    status: str
    checks: dict[str, str]
    """ok for each of engine, models, records and, where there are such, uploads and queue"""


@dataclass(frozen=True, slots=True)
class NotReadyResponse(ErrorResponse):
    """Something that the service needs does not work."""

    __pydantic_config__ = documented()
    checks: dict[str, str] = field(default_factory=dict)
    """ok, or the code of the error, for each of engine, models, records and, where there are such,
    uploads and queue"""


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a check; `ended` gives its result, and when it had it."""

    began: float
    ended: Future[tuple[str, float]] = field(default_factory=Future)

    def is_fresh(self, now: float) -> bool:
        return not self.ended.done() or now - self.ended.result()[1] <= KEPT_S

    def left_s(self, now: float) -> float:
        return 0 if self.ended.done() else self.began + LIMIT_S - now

    def result(self) -> str:
        return self.ended.result()[0] if self.ended.done() else TimedOut.code


class Readiness:
    """Runs checks side by side, each once at a time: one that hangs keeps one thread, no more."""

    def __init__(self, checks: Mapping[str, Callable[[], object]]) -> None:
        self._checks = checks
        self._runs: dict[str, _Run] = {}
        self._told: dict[str, str] = {}

    async def results(self) -> dict[str, str]:
        """By name `ok` or an error's code; within `LIMIT_S`."""
        now = monotonic()
        runs = {name: self._run(name, now) for name in self._checks}
        waiting = [run for run in runs.values() if run.left_s(now) > 0]
        if waiting:
            ended = [asyncio.wrap_future(run.ended) for run in waiting]
            await asyncio.wait(ended, timeout=max(run.left_s(now) for run in waiting))
        return {name: run.result() for name, run in runs.items()}

    def _run(self, name: str, now: float) -> _Run:
        run = self._runs.get(name)
        if run is None or not run.is_fresh(now):
            run = self._runs[name] = _Run(now)
            Thread(target=self._check, args=(name, run), daemon=True).start()
        return run

    def _check(self, name: str, run: _Run) -> None:
        result, message = OK, "works again"
        try:
            self._checks[name]()
        except FaceCompareError as error:
            result, message = error.code, error.message
        except Exception as error:  # told like all that nobody foresaw
            result, message = UNFORESEEN, repr(error)
        if result != self._told.get(name, OK):
            log.log(logging.INFO if result == OK else logging.ERROR, "%s: %s", name, message)
        self._told[name] = result
        run.ended.set_result((result, monotonic()))


def _checks(services: Services) -> dict[str, Callable[[], object]]:
    """What this application needs, by name."""
    assert services.faces is not None  # noqa: S101 – these routes are beside those that need it
    checks: dict[str, Callable[[], object]] = {
        "engine": services.faces.engine,
        "models": services.faces.check_models,
        "records": services.log.check,
    }
    if services.uploads is not None:
        checks["uploads"] = services.uploads.check
    if services.batches is not None:
        checks["queue"] = services.batches.check_queue
    return checks


async def _readiness(request: Request, services: AppServices) -> Readiness:
    return one_for_all(request, "readiness", lambda: Readiness(_checks(services)))


@router.get("/health", responses=responses())
async def get_health(services: AppServices) -> HealthResponse:
    """Whether the service is alive; nothing is asked of what it needs."""
    return HealthResponse("ok", facecompare.__version__, services.settings.engine)


@router.get(
    "/ready",
    responses=responses() | {503: responses(*READINESS)[503] | {"model": NotReadyResponse}},
    response_model=ReadyResponse,
)
async def get_ready(
    readiness: Annotated[Readiness, Depends(_readiness)],
) -> ReadyResponse | Response:
    """Whether requests can be answered now: engine, model files, records, uploads and queue."""
    checks = await readiness.results()
    failing = ", ".join(name for name, result in checks.items() if result != OK)
    if not failing:
        return ReadyResponse("ready", checks)
    message = f"found these failing: {failing}; the service's log says why"
    body = NotReadyResponse(NotReady.code, message, checks=checks)
    return JSONResponse(asdict(body), STATUS[NotReady], {"Retry-After": RETRY_AFTER_S})
