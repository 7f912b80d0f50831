"""Requests made from the OpenAPI document, by schemathesis: documented ones and spoilt ones.

Its plugin for pytest does not fit the pytest here, so its engine is driven by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation import GenerationMode

PHASES = ("examples", "coverage", "fuzzing", "stateful")
Mend = Callable[[schemathesis.Case[Any]], None]
Operation = tuple[str, str]
"""the method in small letters, and the path as it is documented"""


@dataclass
class SchemaRun:
    """What was answered to which operation, and what schemathesis holds against it."""

    statuses: set[tuple[Operation, int]] = field(default_factory=set)
    codes: set[tuple[Operation, str]] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    cases: int = 0

    @property
    def operations(self) -> set[Operation]:
        return {operation for operation, _ in self.statuses}

    def _take(self, recorder: ScenarioRecorder, lenient: str) -> None:
        for case_id, interaction in recorder.interactions.items():
            self.cases += 1
            case, response = recorder.cases[case_id].value, interaction.response
            if response is not None and case.method.lower() == case.operation.method.lower():
                operation = (case.method.lower(), case.operation.path)
                self.statuses.add((operation, response.status_code))
                if response.status_code >= 400:
                    self.codes.add((operation, response.json()["code"]))
        for checks in recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    if re.search(lenient, check.failure_info.failure.message):
                        continue
                    sent, failure = check.failure_info.code_sample, check.failure_info.failure
                    self.failures.append(f"{check.name}: {failure.message}\n{sent[:600]}")


def run_schema(
    app: FastAPI,
    mend: Mend,
    *,
    phases: Iterable[str] = PHASES,
    mode: str = "all",
    examples: int = 4,
    headers: Mapping[str, str] | None = None,
    without: Mapping[str, str] | None = None,
    lenient: str = "(?!)",
) -> SchemaRun:
    """Ask every operation by all checks; the same requests each time.

    `mend` makes a well-formed request one that can be granted: it puts in what a schema cannot say.
    `lenient` is the pattern of complaints that are no fault, by default none.
    `without` names, for an operation such as "GET /api/x", a check that is not meant for it.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": dict(headers or {}),
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
                "mode": mode,
            },
            "phases": {phase: {"enabled": phase in set(phases)} for phase in PHASES},
            "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]}},
            "operations": [
                {"include-name": name, "checks": {check: {"enabled": False}}}
                for name, check in (without or {}).items()
            ],
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, config=config)
    run = SchemaRun()
    with _mended(mend):
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError):
                run.failures.append(f"{event.label}: {event.value}")
            elif isinstance(event, events.FatalError):
                raise event.exception
            elif isinstance(event, events.ScenarioFinished):
                run._take(event.recorder, lenient)
    return run


@contextmanager
def _mended(mend: Mend) -> Any:
    def before_call(_context: object, case: schemathesis.Case[Any], _kwargs: object) -> None:
        if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
            mend(case)
            # Or it takes a file for no string, and the request for one that must be refused.
            case._record_starting_state()

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)
