"""`facecompare log`: what was compared."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from facecompare.cli.command import Command
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.output import (
    notice,
    print_json,
    table,
    verdict_cell,
    write_data,
)
from facecompare.cli.parameters import AT_LEAST_ONE, SINCE, TEXT
from facecompare.cli.request_options import one_format
from facecompare.config import Settings
from facecompare.engines.calibration import Verdict
from facecompare.errors import BadField
from facecompare.records.record import ComparisonLog, ComparisonRecord, Selection, every_record

COLUMNS = ("", "", "16", "", "")


@click.command(
    cls=Command,
    examples=(
        "facecompare log --since 7d --csv",
        "facecompare log --caller front-desk --limit 20",
        "facecompare log --delete 019ac0ffee7a7d3e8f00000000000001",
    ),
)
@click.option(
    "--csv", "as_csv", is_flag=True, callback=one_format, help="Print CSV, for a spreadsheet."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=one_format,
    help="Print JSON, as the API lists records.",
)
@click.option(
    "--since",
    metavar="WHEN",
    type=SINCE,
    show_default="all records",
    help="Only newer ones: 2026-11-22, 2026-11-22T09:30:00Z, 90m, 24h or 7d.",
)
@click.option(
    "--caller",
    metavar="NAME",
    type=TEXT,
    help="Only comparisons that were requested with this access key.",
)
@click.option(
    "--delete",
    metavar="ID",
    type=TEXT,
    help="Delete the record with this id, and list none; an audit log then lacks it for good.",
)
@click.option("--yes", is_flag=True, help="Delete without asking, also where nobody can be asked.")
@click.option(
    "--limit", metavar="N", type=AT_LEAST_ONE, show_default="no limit", help="At most so many."
)
def log(
    settings: Settings,
    as_csv: bool,
    as_json: bool,
    since: str | None,
    caller: str | None,
    limit: int | None,
    delete: str | None,
    yes: bool,
) -> int:
    """List the recorded comparisons, newest first, or delete one.

    Comparisons of the HTTP API are recorded, and those of this command line with --record.
    """
    from facecompare.records.open_stores import open_stores

    kept = open_stores(settings)[0]
    if delete is not None:
        if as_csv or since or caller or limit:
            raise BadField(
                "found --delete with an option of lists; expected it alone or with --yes"
            )
        return _delete(kept, delete, asks=not yes)
    records = every_record(kept, Selection(since=since, caller=caller), limit)
    if as_csv:
        _print_csv(records)
    elif as_json:
        from dataclasses import asdict

        print_json([asdict(record) for record in records])
    else:
        table(map(_row, records), COLUMNS)
    return 0


def _delete(kept: ComparisonLog, comparison_id: str, *, asks: bool) -> int:
    """Raises  ComparisonNotFound; BadField where nobody can be asked."""
    record = kept.get(comparison_id)
    if asks:
        if not sys.stdin.isatty():
            raise BadField("found --delete and no terminal to ask on; expected --yes beside it")
        notice("  ".join(_row(record)))
        notice("delete this record for good? [y/N]")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            notice("nothing was deleted")
            return ExitCode.BAD_INPUT
    kept.delete(comparison_id)
    notice(f"deleted {comparison_id}")
    return 0


def _print_csv(records: Iterable[ComparisonRecord]) -> None:
    from facecompare.records.csv_export import csv_lines

    for line in csv_lines(records):
        write_data(line)


def _row(record: ComparisonRecord) -> tuple[str, ...]:
    verdict = Verdict(record.verdict)
    words = verdict_cell(verdict)
    decisive, threshold = record.decisive
    kind = "distance" if record.combined_distance is None else "combined"
    distance = f"{kind} {decisive:.3f} (threshold {threshold:.2f})"
    return record.created_at, record.comparison_id, words, distance, record.engine
