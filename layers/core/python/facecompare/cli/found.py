"""What `facecompare find` has found, and how it is shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import (
    RED,
    VERDICT_WORDS,
    coloured,
    notice,
    print_json,
    printable,
    table,
    unwritable,
    verdict_cell,
    write_data,
)
from facecompare.cli.photos import VERDICT_CODES
from facecompare.engines.calibration import Verdict
from facecompare.records.csv_export import csv_line

if TYPE_CHECKING:
    from facecompare.batches.pair_result import PairResult

HEADER = ("rank", "file", "verdict")
FIRST, COMBINED = "distance", "combined"  # of the first network, and of both: what decides
SCORE = "score"
NO_RANK = "–"
VERDICT_WIDTH = max(map(len, VERDICT_WORDS.values()))


@dataclass(frozen=True, slots=True)
class Found:
    """Results with a verdict, nearest first, and those without one."""

    reference: Sequence[str]
    engine: str
    compared: Sequence[PairResult]
    failed: Sequence[PairResult]

    @classmethod
    def of(cls, results: Iterable[PairResult], reference: Sequence[str], engine: str) -> Found:
        """In their order."""
        from facecompare.batches.search import nearest_first

        return cls(reference, engine, *nearest_first(results))

    @property
    def counts(self) -> Counter[str]:
        """How many there are of each verdict, and of each error's code."""
        every = (*self.compared, *self.failed)
        return Counter(str(each.verdict or each.error_code) for each in every)

    def same(self, decide: bool) -> list[PairResult]:
        """Those of the same person, by their verdict or by the threshold alone."""
        return [each for each in self.compared if _is_same(each, decide)]

    def exit_code(self, decide: bool) -> ExitCode:
        """That of the best verdict, or that there is none."""
        if not self.compared:
            return ExitCode.INCOMPLETE
        if self.same(decide):
            return ExitCode.SAME
        uncertain = not decide and self.counts[Verdict.UNCERTAIN]
        return VERDICT_CODES[Verdict.UNCERTAIN if uncertain else Verdict.DIFFERENT]


@dataclass(frozen=True, slots=True)
class Presentation:
    """Which results are shown, and how."""

    top: int | None
    same_only: bool
    decide: bool
    as_csv: bool
    as_json: bool

    def write(self, found: Found, out: Path | None) -> None:
        """Into the file or onto stdout. Raises  BadField."""
        compared = (found.same(self.decide) if self.same_only else found.compared)[: self.top]
        if out is not None:
            json_wanted = self.as_json or out.suffix.lower() == ".json"
            _write_file(out, _json(found, compared) if json_wanted else _csv(found, compared))
        elif self.as_json:
            print_json(_document(found, compared))
        elif self.as_csv:
            write_data(_csv(found, compared))
        else:
            _print_table(found, compared)


def _is_same(result: PairResult, decide: bool) -> bool:
    return bool(result.same_person) if decide else result.verdict == Verdict.SAME


def _write_file(out: Path, text: str) -> None:
    """Through a file beside it, so that the name stands for complete results only."""
    from facecompare.batches.checkpoint import unfinished_folder

    unfinished = unfinished_folder(out) / "results"
    try:
        unfinished.write_bytes(text.encode("utf-8", "backslashreplace"))
        unfinished.replace(out)
    except OSError as exc:
        raise unwritable(out, exc) from exc
    notice(f"results in {out}")


def _csv(found: Found, compared: Sequence[PairResult]) -> str:
    from facecompare.batches.search import COLUMNS, result_rows

    return "".join(map(csv_line, (COLUMNS, *result_rows(compared, found.failed))))


def _json(found: Found, compared: Sequence[PairResult]) -> str:
    return json.dumps(_document(found, compared), indent=2) + "\n"


def _document(found: Found, compared: Sequence[PairResult]) -> dict[str, Any]:
    """Counts are of all photos, `results` those that were asked for."""
    from facecompare.batches.search import COLUMNS, result_rows

    results = [dict(zip(COLUMNS, row, strict=True)) for row in result_rows(compared, ())]
    for each in results:
        del each["error_code"], each["error"]
    failed = [
        {"file": each.image2, "code": each.error_code, "message": each.error}
        for each in found.failed
    ]
    counts = {str(verdict): found.counts[verdict] for verdict in Verdict}
    about = {"reference": found.reference, "engine": found.engine, "compared": len(found.compared)}
    return {**about, **counts, "results": results, "failed": failed}


def _print_table(found: Found, compared: Sequence[PairResult]) -> None:
    names = [each.image2 for each in (*compared, *found.failed)]
    width = max(len(printable(name)) for name in (*names, HEADER[1]))
    columns = (">5", str(width), str(VERDICT_WIDTH), ">8", ">5")
    if names:
        of_both = any(each.combined_distance is not None for each in found.compared)
        header = (*HEADER, COMBINED if of_both else FIRST, SCORE)
        table([header, *_table_rows(found, compared)], columns)


def _table_rows(found: Found, compared: Sequence[PairResult]) -> Iterator[tuple[str, ...]]:
    from facecompare.batches.search import decisive_distance

    for rank, each in enumerate(compared, start=1):
        verdict = Verdict(str(each.verdict))
        words = verdict_cell(verdict)
        score = "" if each.score is None else f"{each.score:g}"
        yield str(rank), each.image2, words, f"{decisive_distance(each):.3f}", score
    for each in found.failed:
        yield NO_RANK, each.image2, coloured(str(each.error_code), RED), "", ""
