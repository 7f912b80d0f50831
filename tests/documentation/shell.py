"""Shell text of a page → simple commands: words without comments, pipes and redirections."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

COMMENT = "#"
PROMPT = "$ "
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SEPARATORS = {"|", "||", "&&", ";", "&"}
_REDIRECTIONS = {">", ">>", "<", "2>", ">&", "&>"}


@dataclass(frozen=True, slots=True)
class Command:
    """One program with its arguments; `variables` are set for it alone, or for the shell."""

    words: tuple[str, ...]
    variables: dict[str, str]


def console_input(text: str) -> str:
    """What is typed in a console block, without what is printed."""
    typed = [line.removeprefix(PROMPT) for line in text.splitlines() if line.startswith(PROMPT)]
    return "\n".join(typed)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is typed, and the comment below it: what it prints."""

    typed: str
    printed: str


def typed_lines(text: str) -> list[Line]:
    """The lines of a script whose commands have what they print below them."""
    lines: list[Line] = []
    for line in text.splitlines():
        if line.startswith(COMMENT):
            last = lines.pop()
            lines.append(Line(last.typed, last.printed + line.removeprefix(f"{COMMENT} ") + "\n"))
        elif line:
            lines.append(Line(line, ""))
    return lines


def commands(text: str) -> Iterator[Command]:
    """The commands of a script, one after the other; a line that ends in a backslash goes on."""
    for line in text.replace("\\\n", " ").splitlines():
        for words in _simple(_words(line)):
            variables = dict(_variables(words))
            yield Command(tuple(words[len(variables) :]), variables)


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = COMMENT
    return list(lexer)


def _simple(words: list[str]) -> Iterator[list[str]]:
    """Divided at pipes and the like, without redirections."""
    command: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _REDIRECTIONS:
            next(rest, None)
        elif word in _SEPARATORS:
            yield command
            command = []
        else:
            command.append(word)
    if command:
        yield command


def _variables(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        if not _ASSIGNMENT.match(word):
            return
        name, _, value = word.partition("=")
        yield name, value
