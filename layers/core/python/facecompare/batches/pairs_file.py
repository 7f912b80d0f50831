"""Which photos a batch compares with which: a CSV with a header, or JSON Lines.

More photos of the person in image1 have the columns or fields image1_2 to image1_5.

The CSV may be as a spreadsheet writes it (see `spreadsheet`).

    image1,image2                              {"image1": "ann1.jpg", "image2": "ann2.jpg"}
    ann1.jpg,ann2.jpg

A name is a path or an uploaded object's key: the caller of `read_pairs` knows which.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from facecompare.batches.spreadsheet import BYTE_ORDER_MARK, csv_rows
from facecompare.errors import BadManifest
from facecompare.options import reference_names

FIELDS = ("image1", "image2")
FURTHER = reference_names("image1")[1:]
IGNORED_FIELD = "same"  # the label that `facecompare evaluate` reads from the same file
MAX_NAME_CHARACTERS = 1_024  # S3's longest key, and longer than any path in use
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos by name; `number` is the pair's place in its file, from 1."""

    number: int
    image1: str
    image2: str
    further: tuple[str, ...] = ()
    """more photos of the person in image1, as image1_2 and so on; one that is left out is empty"""

    @property
    def photos(self) -> dict[str, str]:
        """The name of each photo by what errors call it."""
        further = zip(FURTHER, self.further, strict=False)
        given = {field: name for field, name in further if name}
        return {"image1": self.image1, **given, "image2": self.image2}


def read_pairs(lines: Iterable[str]) -> Iterator[Pair]:
    """The pairs one after the other; the first line tells CSV from JSON Lines.

    Raises  BadManifest naming the line, what it holds and what is expected.
    """
    lines = iter(lines)
    first = next(lines, "").removeprefix(BYTE_ORDER_MARK)
    if not first:
        raise BadManifest(f"the pairs file is empty; {_EXPECTED}")
    rows = _json_rows if first.lstrip().startswith("{") else _csv_rows
    number = 0
    for number, (line, names) in enumerate(rows(chain([first], lines)), start=1):
        image1, image2 = (_name(line, field, names[field]) for field in FIELDS)
        yield Pair(number, image1, image2, _further(line, names))
    if number == 0:
        raise BadManifest(f"the pairs file has a header and no pairs; {_EXPECTED}")


_EXPECTED = (
    f"expected a CSV with the header {','.join(FIELDS)}, or JSON Lines with the fields "
    f"{' and '.join(FIELDS)}"
)


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    header: list[str] = []
    try:
        for line, cells in csv_rows(lines):
            if not header:
                header = [name.strip() for name in cells]
                _check_fields(line, header)
                continue
            if len(cells) != len(header):
                raise BadManifest(
                    f"line {line} has {len(cells)} cells; expected {len(header)}, as in the header"
                )
            yield line, dict(zip(header, cells, strict=True))
    except ValueError as exc:
        raise BadManifest(f"{exc}; {_EXPECTED}") from exc


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        names: list[list[str]] = []  # of each object, the outermost last
        try:
            row = json.loads(line, object_pairs_hook=partial(_named, names))
        except (ValueError, RecursionError) as exc:
            raise BadManifest(f"line {number} is no JSON; {_EXPECTED}") from exc
        if not isinstance(row, dict):
            raise BadManifest(f"line {number} is no JSON object; {_EXPECTED}")
        _check_fields(number, names[-1])
        yield number, row


def _named(names: list[list[str]], fields: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, whose names are noted: it may have one twice."""
    names.append([name for name, _ in fields])
    return dict(fields)


def _check_fields(line: int, found: list[str]) -> None:
    known = set(found) - {IGNORED_FIELD, *FURTHER}
    if sorted(known) != sorted(FIELDS) or len(set(found)) < len(found):
        shown = ", ".join(found)[:_SHOWN_CHARACTERS] or "nothing"
        raise BadManifest(f"line {line} has the fields {shown}; {_EXPECTED}")


def _further(line: int, names: Mapping[str, object]) -> tuple[str, ...]:
    """Each in its place, empty where it is left out, up to the last that is given."""
    found = [
        _name(line, field, names[field]) if _is_given(names.get(field)) else "" for field in FURTHER
    ]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _is_given(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _name(line: int, field: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadManifest(f"line {line}: {field} is {_shown(value)}; expected the name of a photo")
    if len(value) > MAX_NAME_CHARACTERS or "\0" in value:
        raise BadManifest(
            f"line {line}: {field} is {_shown(value)}; expected at most {MAX_NAME_CHARACTERS:,} "
            "characters and no NUL"
        )
    if not is_unicode(value):
        raise BadManifest(
            f"line {line}: {field} is {_shown(value)}, with half of a surrogate pair; expected text"
        )
    return value.strip()


def is_unicode(text: str) -> bool:
    """Whether it can be written: half of a surrogate pair comes from JSON's escapes, and from paths
    that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    return repr(value[:_SHOWN_CHARACTERS]) if isinstance(value, str) else type(value).__name__
