"""The same figures by group of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facecompare.batches.spreadsheet import csv_rows, decoded
from facecompare.errors import BadDataset
from facecompare.evaluation.metrics import (
    AtThreshold,
    Pairs,
    at_threshold,
    auc,
    equal_error_rate,
    resampled,
)
from facecompare.evaluation.pairs import LabelledPair

MIXED = "mixed"
UNKNOWN = "unknown"
ENOUGH = (
    100  # pairs of each kind, below which an error rate of 1 % is three pairs or fewer, or none
)
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group's figures; those that its pairs do not allow are None, and `warning` says so.

    Pairs of two groups are a stratum of their own, "mixed", of impostors only.
    """

    group: str
    genuine: int
    impostor: int
    auc: tuple[float, float, float] | None
    equal_error_rate: float | None
    at_threshold: AtThreshold
    warning: str


def read_groups(path: Path) -> dict[str, str]:
    """Each image's group, from a CSV with a header: image, group.

    Raises  BadDataset.
    """
    try:
        rows = [row for _, row in csv_rows(decoded(path.read_bytes()).splitlines())]
    except (OSError, ValueError) as exc:
        raise BadDataset(f"{path} cannot be read as a CSV of groups ({exc})") from exc
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        raise BadDataset(
            f"{path.name} is no CSV of groups; expected a header and two columns: an "
            "image and its group"
        )
    return {Path(row[0].strip()).name: row[1].strip() for row in rows[1:]}


def strata_of(
    listed: Sequence[LabelledPair], pairs: Pairs, groups: Mapping[str, str], threshold: float
) -> tuple[Stratum, ...]:
    """The figures of each group, in alphabetical order; groups go by the images' file names."""
    names = np.array([_group(pair, groups) for pair in listed])
    return tuple(
        _stratum(name, pairs.chosen(names == name), threshold) for name in np.unique(names)
    )


def _group(pair: LabelledPair, groups: Mapping[str, str]) -> str:
    one, other = (groups.get(Path(name).name, UNKNOWN) for name in (pair.image1, pair.image2))
    return one if one == other else MIXED


def _stratum(group: str, pairs: Pairs, threshold: float) -> Stratum:
    genuine, impostor = len(pairs.genuine), len(pairs.impostor)
    both = bool(genuine and impostor)
    return Stratum(
        group=str(group),
        genuine=genuine,
        impostor=impostor,
        auc=(auc(pairs), *resampled(pairs, auc, times=RESAMPLES)) if both else None,
        equal_error_rate=equal_error_rate(pairs) if both else None,
        at_threshold=at_threshold(pairs, threshold),
        warning=_warning(genuine, impostor),
    )


def _warning(genuine: int, impostor: int) -> str:
    few = [
        f"{n} {kind}" for n, kind in ((genuine, "genuine"), (impostor, "impostor")) if n < ENOUGH
    ]
    return f"too few pairs to compare groups by: {' and '.join(few)}" if few else ""
