"""The parts of pages that a program writes, between `<!-- name: argument -->` and `<!-- /name -->`.

What the code knows is generated. What was measured cannot be; each such part names what printed it.
"""

from __future__ import annotations

import inspect
import io
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facecompare.api.errors import STATUS
from facecompare.cli.exit_codes import MEANINGS, ExitCode
from facecompare.cli.main import exit_code, main
from facecompare.config import CHECKOUT
from tests.documentation import limits as bounded
from tests.documentation import service
from tests.documentation.pages import name_of, pages
from tests.support.figures import percent

# What HTTP itself refuses; see api/errors.py.
HTTP_ERRORS = {
    "not_found": (404, "No such path."),
    "method_not_allowed": (405, "Not with this method."),
    "request_timeout": (408, "The request came too slowly; `facecompare serve` only."),
    "headers_too_large": (431, "More headers than a server reads; likewise."),
    "too_many_connections": (503, "As many connections as the server takes; likewise."),
    "shutting_down": (503, "The server is ending; likewise."),
    "internal_error": (500, "Our fault; it was logged."),
}

_PART = re.compile(
    r"^<!-- (?P<name>[a-z]+)(?:: (?P<argument>.+?))? -->\n(?P<body>.*?)^<!-- /(?P=name) -->$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One marked part of a page."""

    page: Path
    name: str
    argument: str
    body: str


def parts(page: Path) -> Iterator[Part]:
    """The marked parts of a page."""
    for match in _PART.finditer(page.read_text("utf-8")):
        yield Part(page, match["name"], match["argument"] or "", match["body"])


def errors(_argument: str) -> str:
    """Every error with its HTTP status, its exit code and what it means."""
    own = [
        (error.code, status, str(exit_code(error(""))), _first_line(error))
        for error, status in STATUS.items()
    ]
    of_http = [(code, status, "–", meaning) for code, (status, meaning) in HTTP_ERRORS.items()]
    rows = ((f"`{code}`", str(status), *rest) for code, status, *rest in (*own, *of_http))
    return _table(("code", "HTTP status", "exit code", "when"), rows)


def exits(_argument: str) -> str:
    """Every exit code of the command line."""
    return _table(("exit code", "when"), ((str(code.value), MEANINGS[code]) for code in ExitCode))


def operations(_argument: str) -> str:
    """Every operation of the HTTP API."""
    rows = (
        (f"`{method} {path}`", _first_sentence(operation["description"]))
        for (method, path), operation in service.operations().items()
    )
    return _table(("operation", "what it does"), rows)


def settings(_argument: str) -> str:
    """Every setting."""
    from facecompare.config.reference import settings_table

    return settings_table()


def commands(_argument: str) -> str:
    """The help of every command, its headings below the page's own."""
    from facecompare.cli.reference import render

    return re.sub(r"^#+ `", r"#\g<0>", render(), flags=re.MULTILINE)


def options(_argument: str) -> str:
    """Every deploy option."""
    from infra.settings import options_table

    return options_table()


def limits(_argument: str) -> str:
    """What the server of one machine bounds."""
    return bounded.table()


def differences(_argument: str) -> str:
    """What a deployment to a simulator leaves out."""
    from infra.simulation import differences_table

    return differences_table()


def operators(_argument: str) -> str:
    """What the commands ask AWS for."""
    from infra.operators import operators_table

    return operators_table()


def accuracy(_argument: str) -> str:
    """The kept evaluation of each engine, by threshold; its own threshold comes first."""
    from facecompare.engines.cards import CARDS
    from facecompare.evaluation.model_card import read_summaries

    summaries = read_summaries(CHECKOUT / "models", CARDS)
    rows = [
        row
        for engine, summary in summaries.items()
        for row in _accuracy_rows(f"`{engine}`", summary)
    ]
    return _table(("engine", "no face found", "threshold", "accuracy", "FNMR", "FMR", "AUC"), rows)


def _accuracy_rows(engine: str, summary: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The false match rate of all pairs of two people was measured at one threshold at most."""
    verification, every = summary["verification"], summary.get("all_pairs") or {}
    for at in verification["at_thresholds"]:
        measured = every.get("threshold") == at["threshold"]
        yield (
            engine,
            str(summary["failures"]),
            f"{at['threshold']:g}",
            percent(at["accuracy"]["value"], 1),
            percent(at["false_rejects"]["value"], 1),
            percent(every["share"], 3) if measured else "–",
            f"{verification['auc']['value']:.4f}",
        )


def printed(command: str) -> str:
    """What a command prints whose answer depends on nothing but the code."""
    program, *arguments = shlex.split(command)
    assert program == "facecompare", command
    with redirect_stdout(io.StringIO()) as out:
        assert main(arguments) == 0, command
    return out.getvalue()


GENERATED: dict[str, Callable[[str], str]] = {
    "accuracy": accuracy,
    "commands": commands,
    "errors": errors,
    "exits": exits,
    "operations": operations,
    "operators": operators,
    "limits": limits,
    "options": options,
    "differences": differences,
    "plan": printed,
    "settings": settings,
}
# name → how its argument begins: with the program that printed it, or with the entrance that
# tests/test_request_path.py traces.
MEASURED = {
    "behind": ("cli", "http", "lambda"),
    "both": ("tests.benchmarks.second_opinion",),
    "cost": ("facecompare cost",),
    "detectors": ("tests.benchmarks.detectors",),
    "path": ("cli", "http", "lambda"),
    "peer": ("tests.benchmarks.accuracy",),
    "speed": ("facecompare bench",),
}


def stale() -> list[Part]:
    """The generated parts that are not what the code says."""
    every = (part for page in pages() for part in parts(page))
    return [
        part
        for part in every
        if part.name in GENERATED and fresh(part).strip() != part.body.strip()
    ]


def fresh(part: Part) -> str:
    """What a generated part should be."""
    return GENERATED[part.name](part.argument)


def rewrite(page: Path) -> bool:
    """Write the page's generated parts anew; True when that changed it."""

    def renewed(match: re.Match[str]) -> str:
        if match["name"] not in GENERATED:
            return match[0]
        body = GENERATED[match["name"]](match["argument"] or "").strip("\n")
        first, last = match[0].partition("\n")[0], match[0].rpartition("\n")[2]
        return f"{first}\n{body}\n{last}"

    old = page.read_text("utf-8")
    new = _PART.sub(renewed, old)
    if new != old:
        page.write_text(new, "utf-8")
    return new != old


def describe(part: Part) -> str:
    """Which part it is, for a message."""
    return f"{name_of(part.page)}: {part.name}"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = tuple(header)
    lines = (header, ("---",) * len(header), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _first_sentence(text: str) -> str:
    """It may go on over lines."""
    return re.split(r"(?<=[.?])\s|\n\n", text, maxsplit=1)[0].replace("\n", " ")


def _first_line(documented: type) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]
