"""One thing that ships: a distribution, a library inside of one, a crate, a Debian package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

UNKNOWN = ""
TEXTS = Path(__file__).parent / "texts"


class Text(NamedTuple):
    """A licence or a notice, and what it is called where it was found."""

    name: str
    words: str

    @classmethod
    def standard(cls, name: str) -> Text:
        """One of infra/supply/texts. Raises FileNotFoundError."""
        return cls(f"{name}.txt", (TEXTS / f"{name}.txt").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Component:
    """`licence` is an SPDX expression, or UNKNOWN; `purl` says which registry knows it."""

    name: str
    version: str
    licence: str
    purl: str
    author: str = ""
    source: str = ""
    texts: tuple[Text, ...] = ()
    parts: tuple[Component, ...] = ()
    files: tuple[str, ...] = ()  # shared objects, where it is one or some
    judged: bool = True  # False: of the base image, which the policy leaves alone
