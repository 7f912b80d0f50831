"""How results, tables, progress and warnings are written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

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


def print_json(response: DataclassInstance | list[Any]) -> None:
    """The same object that the API returns, indented; plain ASCII where stdout has no Unicode."""
    plain = response if isinstance(response, list) else asdict(response)
    unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(plain, indent=2, ensure_ascii=not unicode))


def table(rows: Iterable[Sequence[str]], columns: Sequence[str]) -> None:
    """Print a line for each row as soon as it comes, with two spaces between its cells.

    `columns` are format specifications, such as "12" (padded to 12) or ">12" (to the right); the
    columns have the same width whatever comes, as the last row is not awaited.
    """
    for row in rows:
        cells = (format(cell, column) for cell, column in zip(row, columns, strict=True))
        print("  ".join(cells).rstrip())


def notice(text: str) -> None:
    """A line on stderr, if it can be written there: results and exit codes say the rest."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def warning(text: str) -> None:
    """A line on stderr that says `warning`."""
    notice(f"warning: {text}")


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
    """Write a result the caller named.

    Raises  BadField when it cannot be written there.
    """
    try:
        path.write_bytes(data)
    except OSError as exc:
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
