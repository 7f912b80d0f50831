"""Which photos are to be compared, and which of them show the same person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from facecompare.batches.spreadsheet import csv_rows, decoded
from facecompare.errors import BadDataset

CSV_HEADER = ["image1", "image2", "same"]
YES, NO = {"1", "true", "yes", "same"}, {"0", "false", "no", "different"}
FEWEST = 2  # pairs of each kind: one to choose a threshold by, and one to judge it
SHOWN = 3  # missing photos that are named


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two photos, by their paths below the folder of images; `fold` is LFW's own, or None."""

    image1: str
    image2: str
    same: bool
    fold: int | None = None


def read_labelled_pairs(path: Path) -> list[LabelledPair]:
    """The pairs of a file in LFW's format or, with a name ending in .csv, image1,image2,same.

    Raises  BadDataset naming the line, also for too few pairs of a kind.
    """
    try:
        lines = decoded(path.read_bytes()).splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise BadDataset(f"{path} cannot be read as a text of pairs ({exc})") from exc
    read = _csv_pairs if path.suffix.lower() == ".csv" else _lfw_pairs
    pairs = list(read(lines, path.name))
    genuine = sum(pair.same for pair in pairs)
    impostor = len(pairs) - genuine
    if min(genuine, impostor) < FEWEST:
        raise BadDataset(
            f"{path.name} has {genuine:,} pairs of one person and {impostor:,} of two people; "
            f"expected at least {FEWEST} of each"
        )
    return pairs


def check_images(folder: Path, names: Sequence[str]) -> None:
    """Refuse to begin when photos are missing.

    Raises  BadDataset.
    """
    if not folder.is_dir():
        raise BadDataset(
            f"{folder} is no folder; expected the folder that the pairs' photos are in"
        )
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        some = ", ".join(missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        raise BadDataset(
            f"{len(missing)} of {len(names)} photos are not in {folder}: {some}; for LFW name the "
            "folder that holds a folder for each person"
        )


def images_of(pairs: Sequence[LabelledPair]) -> list[str]:
    """Every photo once, in order."""
    return sorted({name for pair in pairs for name in (pair.image1, pair.image2)})


def person_of(name: str) -> str:
    """The person of a photo in LFW's layout: the folder it lies in."""
    return Path(name).parent.name


def folders_name_people(pairs: Sequence[LabelledPair]) -> bool:
    """Whether the folders of photos agree with the pairs, so that they tell who is who."""
    return all((person_of(each.image1) == person_of(each.image2)) == each.same for each in pairs)


def _csv_pairs(lines: list[str], file: str) -> Iterator[LabelledPair]:
    rows = _rows(lines, file)
    _, found = next(rows, (1, []))
    header = [name.strip() for name in found]
    if header != CSV_HEADER:
        raise BadDataset(
            f"{file} begins with {','.join(header)!r}; expected {','.join(CSV_HEADER)}"
        )
    for number, row in rows:
        match [field.strip() for field in row]:
            case [image1, image2, same] if image1 and image2 and same.lower() in YES | NO:
                yield LabelledPair(
                    _inside(image1, file, number),
                    _inside(image2, file, number),
                    same.lower() in YES,
                )
            case _:
                raise BadDataset(
                    f"line {number} of {file} is {','.join(row)[:80]!r}; expected two paths and "
                    "1 or 0"
                )


def _rows(lines: list[str], file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from csv_rows(lines)
    except ValueError as exc:
        raise BadDataset(f"{file}: {exc}; expected {','.join(CSV_HEADER)}") from exc


def _inside(name: str, file: str, number: int) -> str:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise BadDataset(
            f"line {number} of {file}: {name[:80]!r} leads out of the folder of images; expected a "
            "path below it"
        )
    return name


def _lfw_pairs(lines: list[str], file: str) -> Iterator[LabelledPair]:
    """A line of counts, then `NAME n1 n2` or `NAME1 n1 NAME2 n2`, tab-separated."""
    counts = lines[0].split() if lines else []
    if not (1 <= len(counts) <= 2 and all(count.isdigit() for count in counts)):
        raise BadDataset(
            f"{file} does not begin with LFW's counts; expected LFW's format, or a name that "
            "ends in .csv"
        )
    fold_length = 2 * int(counts[1]) if len(counts) == 2 else 0  # as many of each kind
    for number, line in enumerate(filter(str.strip, lines[1:])):
        fold = number // fold_length if fold_length else None
        match line.split("\t"):
            case [name, one, other] if one.isdigit() and other.isdigit():
                yield LabelledPair(_lfw_photo(name, one), _lfw_photo(name, other), True, fold)
            case [name1, one, name2, other] if one.isdigit() and other.isdigit():
                yield LabelledPair(_lfw_photo(name1, one), _lfw_photo(name2, other), False, fold)
            case _:
                raise BadDataset(
                    f"line {number + 2} of {file} is {line[:80]!r}; expected NAME n1 n2 or "
                    "NAME1 n1 NAME2 n2, separated by tabs"
                )


def _lfw_photo(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}.jpg"
