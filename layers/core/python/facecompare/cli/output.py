"""How results and progress are written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from facecompare.errors import BadField

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def print_json(answer: DataclassInstance | list[Any]) -> None:
    """The same object that the API returns, indented."""
    plain = answer if isinstance(answer, list) else asdict(answer)
    print(json.dumps(plain, indent=2, ensure_ascii=False))


def say(text: str) -> None:
    """Talk: stderr."""
    print(text, file=sys.stderr)


def progress(items: Iterable[T], label: str, total: int) -> Iterable[T]:
    """The same items with a bar on stderr, if that is a terminal and there is more than one."""
    from tqdm import tqdm

    bar: Iterable[T] = tqdm(items, desc=label, total=total, unit="photo", disable=_quiet(total))
    return bar


def _quiet(total: int) -> bool:
    return total < 2 or not sys.stderr.isatty()


def write_file(path: Path, data: bytes) -> None:
    """Write a result the caller named.

    Raises  BadField when it cannot be written there.
    """
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise BadField(f"{path} cannot be written ({exc.strerror}); name another file") from exc
