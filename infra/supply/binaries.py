"""Which libraries a package's binaries are or contain (infra/supply/libraries.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.supply.component import Component, Text

ROWS = Path(__file__).with_name("libraries.toml")
BINARY = re.compile(r"\.(so|dylib|pyd|dll)(\.\d+)*$")
# CPython's own names of what it imports: the package's code, not somebody else's library.
EXTENSION = re.compile(r"\.(cpython-[\w-]+|abi3)\.so$")
MAGIC = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


class UnknownLibrary(Exception):
    """A shared library that no row of libraries.toml knows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One library, and what it is recognised by."""

    name: str
    licence: str
    source: str
    file: str = ""
    words: str = ""
    version: str = ""
    text: str = ""
    closed: bool = False

    def is_file(self, path: Path) -> bool:
        """Whether this file is the library itself."""
        return bool(self.file) and bool(re.match(rf"({self.file})(?=[-.])", path.name))

    def version_in(self, content: bytes, *, own: bool) -> str | None:
        """The version that the file tells; empty where it tells none; None: it is not in there."""
        patterns = [self.words, self.version] if own else [self.words]
        found = [re.search(pattern.encode(), content) for pattern in patterns if pattern]
        versions = [match[1].decode() for match in found if match and match.re.groups]
        return versions[0] if versions else "" if own or any(found) else None


@cache
def rows() -> tuple[Row, ...]:
    """All of libraries.toml."""
    return tuple(Row(**row) for row in tomllib.loads(ROWS.read_text("utf-8"))["library"])


def is_binary(path: Path) -> bool:
    """Whether a file has a binary's name and is one; a bare program's counts too."""
    if not path.is_file() or not (BINARY.search(path.name) or "." not in path.name):
        return False
    with path.open("rb") as file:
        return file.read(4) in MAGIC


def libraries(files: Iterable[Path], place: Path) -> tuple[Component, ...]:
    """What the binaries among these files are and contain, once each, by name.

    Raises UnknownLibrary.
    """
    found: dict[str, tuple[Row, set[str], set[str]]] = {}
    for path in filter(is_binary, files):
        for row, version in _inside(path):
            _, versions, names = found.setdefault(row.name, (row, set(), set()))
            versions |= {version} - {""}
            names.add(path.relative_to(place).as_posix())
    return tuple(_component(*each) for _, each in sorted(found.items(), key=lambda item: item[0]))


def _inside(path: Path) -> Iterator[tuple[Row, str]]:
    itself = [row for row in rows() if row.is_file(path)]
    if not itself and not EXTENSION.search(path.name):
        raise UnknownLibrary(
            f"found {path.name}, a shared library; expected one that {ROWS.name} knows; do: find "
            f"out whose it is and under which licence, and add a row"
        )
    content = b"" if any(row.closed for row in itself) else path.read_bytes()
    for row in rows():
        version = row.version_in(content, own=row in itself)
        if version is not None:
            yield row, version


def _component(row: Row, versions: set[str], names: set[str]) -> Component:
    version = " ".join(sorted(versions))
    return Component(
        row.name,
        version,
        row.licence,
        f"pkg:generic/{row.name}" + (f"@{version}" if len(versions) == 1 else ""),
        source=row.source,
        texts=(Text.standard(row.text),) if row.text else (),
        files=tuple(sorted(names)),
    )
