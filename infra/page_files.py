"""The page's files as they are published: everything but index.html under a name of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INDEX = "index.html"
UNPUBLISHED = {INDEX, "README.md"}  # the index has a way of its own; the other is for developers
ASSETS = "assets"
DIGEST_CHARACTERS = 16  # 64 bits: only versions of one page must not meet


@dataclass(frozen=True, slots=True)
class PageFiles:
    """`index` names the assets by their published keys; relative imports among them still hold,
    because they move together. So assets may be cached for ever, and only the index is asked for
    anew."""

    index: str
    assets: Mapping[str, Path]

    @classmethod
    def of(cls, web: Path) -> PageFiles:
        """The published form of this folder."""
        files = {
            path.relative_to(web).as_posix(): path
            for path in sorted(web.rglob("*"))
            if path.is_file() and path.name not in UNPUBLISHED
        }
        folder = f"{ASSETS}/{_digest(files)}"
        index = (web / INDEX).read_text("utf-8")
        for name in files:
            index = index.replace(f'"{name}"', f'"{folder}/{name}"')
        return cls(index, {f"{folder}/{name}": path for name, path in files.items()})


def _digest(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in files.items():
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST_CHARACTERS]
