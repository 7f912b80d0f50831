"""A table as spreadsheets write it: every separator, encoding, end of line and habit of padding."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import product

SEPARATORS = {"commas": ",", "semicolons": ";", "tabs": "\t"}
ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-8 with a mark": "utf-8-sig",
    "UTF-16": "utf-16",
    "Windows-1252": "cp1252",
}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}
HABITS = ("plain", "quoted", "padded", "sep=")

FORMS = {
    f"{separator}, {encoding}, {end}, {habit}": (separator, encoding, end, habit)
    for separator, encoding, end, habit in product(SEPARATORS, ENCODINGS, LINE_ENDS, HABITS)
}


def spreadsheet(form: str, rows: Sequence[Sequence[str]]) -> bytes:
    """The rows, the first of which is the header, in one of `FORMS`."""
    names = FORMS[form]
    separator, encoding = SEPARATORS[names[0]], ENCODINGS[names[1]]
    end, habit = LINE_ENDS[names[2]], names[3]
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=separator,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if habit == "quoted" else csv.QUOTE_MINIMAL,
    )
    if habit == "sep=":
        text.write(f"sep={separator}{end}")
    padding = ["", ""] if habit == "padded" else []
    writer.writerows([*row, *padding] for row in rows)
    if habit == "padded":
        writer.writerow([""] * (len(rows[0]) + len(padding)))
    return text.getvalue().encode(encoding)
