"""`facecompare log`: what was compared."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from facecompare.cli.output import print_json
from facecompare.config import Settings
from facecompare.errors import BadField
from facecompare.records.record import ComparisonRecord, Selection, every_record, parse_since


def add_commands(commands: Any) -> None:
    """Add the command to the parser."""
    text = "list what was compared, newest first"
    log: argparse.ArgumentParser = commands.add_parser(
        "log", help=text, description=text, epilog="example: facecompare log --since 7d --csv"
    )
    log.set_defaults(run=run_log)
    form = log.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="for a spreadsheet")
    form.add_argument("--json", action="store_true", help="as the API lists them")
    log.add_argument("--since", metavar="WHEN", help="2026-11-22, 2026-11-22T09:30:00Z, 24h or 7d")
    log.add_argument("--caller", metavar="NAME", help="only comparisons asked for with this key")
    log.add_argument("--limit", metavar="N", help="at most so many")


def run_log(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the records."""
    from facecompare.records.open_stores import open_stores

    since = parse_since(arguments.since) if arguments.since else None
    selection = Selection(since=since, caller=arguments.caller)
    records = every_record(open_stores(settings)[0], selection, _limit(arguments.limit))
    if arguments.csv:
        _print_csv(records)
    elif arguments.json:
        from dataclasses import asdict

        print_json([asdict(record) for record in records])
    else:
        for record in records:
            print(_line(record))
    return 0


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise BadField(f"--limit is {text!r}; a whole number of at least 1 is accepted")
    return int(text)


def _print_csv(records: Iterable[ComparisonRecord]) -> None:
    from facecompare.records.csv_export import csv_lines

    for line in csv_lines(records):
        sys.stdout.write(line)


def _line(record: ComparisonRecord) -> str:
    verdict = "same person" if record.same_person else "different people"
    return (
        f"{record.created_at}  {record.comparison_id}  {verdict:16}  "
        f"distance {record.distance:.3f} (threshold {record.threshold:.2f})  {record.engine}"
    )
