"""How results, tables, progress and warnings are written."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from facecompare.config.environment import wanted_colour
from facecompare.engines.calibration import Verdict
from facecompare.errors import BadField

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

STDOUT = "-"
PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}  # that are written, by suffix

VERDICT_WORDS = {
    Verdict.SAME: "same person",
    Verdict.UNCERTAIN: "uncertain",
    Verdict.DIFFERENT: "different people",
}
# ECMA-48, "select graphic rendition"; orange is one of the 256 colours that terminals share.
GREEN, YELLOW, ORANGE, RED = "32", "33", "38;5;208", "31"
VERDICT_COLOURS = {Verdict.SAME: GREEN, Verdict.UNCERTAIN: YELLOW, Verdict.DIFFERENT: ORANGE}
# A terminal obeys these: controls (ISO/IEC 6429), and what turns the direction of text.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Coloured(str):
    """A cell of a table that is padded first and coloured then."""

    __slots__ = ("colour",)
    colour: str

    def __format__(self, spec: str) -> str:
        return painted(super().__format__(spec), self.colour)


def coloured(text: str, colour: str) -> Coloured:
    """The cell in this colour."""
    cell = Coloured(printable(text))
    cell.colour = colour
    return cell


def painted(text: str, colour: str) -> str:
    """The text in this colour, which is left out where the text is shown and none is wanted."""
    return "".join(("\x1b[", colour, "m", text, "\x1b[0m"))  # a cell is not formatted again


PAINTED_VERDICTS = {
    verdict: painted(words, VERDICT_COLOURS[verdict]) for verdict, words in VERDICT_WORDS.items()
}


def verdict_cell(verdict: Verdict) -> Coloured:
    """The verdict as a cell of a table."""
    return coloured(VERDICT_WORDS[verdict], VERDICT_COLOURS[verdict])


def printable(text: str) -> str:
    """The text with escapes for what a terminal would obey instead of showing it."""
    return _UNPRINTABLE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def tell(text: str) -> None:
    """Print lines of a result, names in them as `printable`."""
    show("\n".join(map(printable, text.split("\n"))))


def show(text: str, stream: TextIO | None = None) -> None:
    """Print what is printable already, in colours where they are wanted: on stdout, or there."""
    stream = stream or sys.stdout
    wanted = wanted_colour()
    if not (stream.isatty() if wanted is None else wanted):
        text = _COLOUR.sub("", text)
    print(text, file=stream, flush=stream is sys.stderr)


def print_json(response: DataclassInstance | list[Any] | dict[str, Any]) -> None:
    """The same object that the API returns, indented; plain ASCII where stdout has no Unicode, and
    escapes for what a terminal would obey."""
    plain = response if isinstance(response, list | dict) else asdict(response)
    unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(plain, indent=2, ensure_ascii=not unicode)
    print("\n".join(_UNPRINTABLE.sub(_json_escape, line) for line in text.split("\n")))


def _json_escape(found: re.Match[str]) -> str:
    """What JSON means by the same character, and a terminal does not obey."""
    return f"\\u{ord(found[0]):04x}"


def write_data(text: str) -> None:
    """Print CSV as it is; on a terminal, with escapes for what it would obey."""
    if sys.stdout.isatty():
        lines = (line.split("\n") for line in text.split("\r\n"))
        text = "\r\n".join("\n".join(map(printable, parts)) for parts in lines)
    sys.stdout.write(text)


def table(rows: Iterable[Sequence[str]], columns: Sequence[str]) -> None:
    """Print a line for each row as soon as it comes, with two spaces between its cells.

    `columns` are format specifications, such as "12" (padded to 12) or ">12" (to the right); the
    columns have the same width whatever comes, as the last row is not awaited.
    """
    for row in rows:
        readable = (cell if isinstance(cell, Coloured) else printable(cell) for cell in row)
        cells = (format(cell, column) for cell, column in zip(readable, columns, strict=True))
        show("  ".join(cells).rstrip())


def notice(text: str, colour: str = "") -> None:
    """A line on stderr, if it can be written there: results and exit codes say the rest."""
    line = printable(text)
    with suppress(OSError):
        show(painted(line, colour) if colour else line, sys.stderr)


def warning(text: str) -> None:
    """A line on stderr that says `warning`."""
    notice(f"warning: {text}", YELLOW)


def progress(
    items: Iterable[T],
    label: str,
    total: int,
    unit: str = "photo",
    *,
    done: int = 0,
    count: Callable[[T], int] | None = None,
) -> Iterator[T]:
    """The same items, with a bar on stderr if that is a terminal and there is more than one.

    `count` says of an item how many of `total` are done with it; without, each item is one more
    than the `done` of the beginning.
    """
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from tqdm import tqdm

    with tqdm(desc=label, total=total, unit=unit, initial=done) as bar:
        for item in items:
            yield item
            bar.update(1 if count is None else count(item) - bar.n)


def write_file(path: Path, data: bytes) -> None:
    """Write a result the caller named; no half of it is left where there was nothing.

    Raises  BadField when it cannot be written there.
    """
    is_new = not path.exists()
    try:
        path.write_bytes(data)
    except OSError as exc:
        if is_new:
            with suppress(OSError):
                path.unlink()
        raise unwritable(path, exc) from exc


def write_picture(path: Path, draw: Callable[[str], bytes]) -> None:
    """Write what is drawn in the format that the name says: `draw` is told PNG or JPEG.

    Raises  BadField when it cannot be written there.
    """
    if str(path) == STDOUT:
        sys.stdout.buffer.write(draw("PNG"))
    else:
        write_file(path, draw(PICTURES[path.suffix.lower()]))


def words_beside(picture: Path) -> AbstractContextManager[object]:
    """Let words go to stderr, where stdout has the picture."""
    return redirect_stdout(sys.stderr if str(picture) == STDOUT else sys.stdout)


def unwritable(path: Path, exc: OSError) -> BadField:
    """The error for a result that cannot be written there."""
    return BadField(f"{path} cannot be written ({exc.strerror}); name another file")


def make_folder(path: Path) -> None:
    """Make the folder, and those above it, unless it is there.

    Raises  BadField.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BadField(f"{path} cannot be made ({exc.strerror}); name another folder") from exc
