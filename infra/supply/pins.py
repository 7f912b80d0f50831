"""What constraints.txt, weights.txt and the locks pin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(
    r"^([\w.-]+)(?:\[[\w, -]*\])?==([^\s;\\]+)(?: *; *([^\\\n]*[^\\\s]))?", re.MULTILINE
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry: `name` as PEP 503 writes it, `marker` as PEP 508 does, SHA-256 of its files."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]


def pins_in(path: Path) -> list[Pin]:
    """Every entry of a file in pip's format. Raises ValueError for a line that pins nothing."""
    words = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    entries = re.split(r"\n(?! )", words.strip("\n"))
    return [_pin(entry, path) for entry in entries]


def canonical(name: str) -> str:
    """As PEP 503 writes names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pin(entry: str, path: Path) -> Pin:
    found = ENTRY.match(entry)
    if not found:
        raise ValueError(f"found {entry!r} in {path.name}; expected name==version; do: make lock")
    return Pin(canonical(found[1]), found[2], found[3] or "", frozenset(HASH.findall(entry)))
