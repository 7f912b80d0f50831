"""The pages of this repository, and what a reader finds in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facecompare.config import CHECKOUT

# Pages of the past, which keep its names.
HISTORY = {"CHANGELOG.md", "UPGRADING.md"}
FOLDERS = ("functions", "infra", "layers", "models", "tests", "web")
# Other people's packages, and a template that is no page until it is filled.
NO_PAGES = (CHECKOUT / "layers" / "web" / "python", CHECKOUT / "layers" / "core")

_FENCE = re.compile(r"^```(?P<language>[\w-]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, and the line that it begins on."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """Every page, by its path."""
    found = [*CHECKOUT.glob("*.md"), *(p for f in FOLDERS for p in (CHECKOUT / f).rglob("*.md"))]
    return sorted(page for page in found if not any(map(page.is_relative_to, NO_PAGES)))


def texts() -> dict[str, str]:
    """Every page's text, by its path in the repository."""
    return {name_of(page): page.read_text("utf-8") for page in pages()}


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(CHECKOUT).as_posix()


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["language"], match["text"], line)


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Where the page's links lead."""
    return _LINK.findall(prose(text))


def inline_code(text: str) -> list[str]:
    """What stands between backticks in running text and tables."""
    return _CODE.findall(prose(text))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub, GitLab and Forgejo make them."""
    headings = (re.sub(r"[`*]", "", heading) for heading in _HEADING.findall(prose(text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def inside(page: Path, link: str) -> tuple[Path, str] | None:
    """The file of this repository that a link leads to, and the anchor; None for the web."""
    if re.match(r"[a-z]+:", link):
        return None
    path, _, anchor = link.partition("#")
    return (page.parent / path).resolve() if path else page, anchor
