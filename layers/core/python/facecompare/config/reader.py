"""Settings are declared once, as fields of a dataclass.

Reading their texts, refusing unknown names and the reference table (facecompare.config.reference)
all follow from the declaration. The options of a deployment are declared in the same way.

Kinds and declarations are plain classes: a named tuple or a dataclass takes ten times as long to
make, at every start of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, field, fields
from pathlib import Path
from typing import Any

from facecompare.errors import BadSetting

LONGEST = 19  # digits of a whole number: enough for 10¹⁸, and int() refuses thousands of them
DECLARED = "setting"  # the key of the declaration in a field's metadata


class Kind:
    """What a setting's text may be.

    `parse` raises ValueError; `valid` is Markdown, of which a message leaves the backticks out;
    `texts` are the texts there are and their values, if they can be listed.
    """

    def __init__(
        self, parse: Callable[[str], Any], valid: str, texts: Mapping[str, Any] | None = None
    ) -> None:
        self.parse = parse
        self.valid = valid
        self.texts = texts or {}


class Declaration:
    """What is known about a setting; `shown_default` is Markdown, empty: the default's own text."""

    def __init__(self, kind: Kind, default: Any, meaning: str, shown_default: str) -> None:
        self.kind = kind
        self.default = default
        self.meaning = meaning
        self.shown_default = shown_default


def setting(kind: Kind, default: Any, meaning: str, shown_default: str = "") -> Any:
    """A dataclass field that is read from text.

    A `default` that depends on where the program runs is a function, which whoever reads the
    settings calls; the table then has the words of `shown_default`.
    """
    declaration = Declaration(kind, default, meaning, shown_default)
    return field(
        default=MISSING if callable(default) else default, metadata={DECLARED: declaration}
    )


def declared(settings: type) -> dict[str, Declaration]:
    """The settings of this dataclass by name, in order."""
    return {each.name: each.metadata[DECLARED] for each in fields(settings)}


def parsed(
    settings: type, texts: Mapping[str, str], spelled: Callable[[str, str], str]
) -> dict[str, Any]:
    """Name → value, of the texts that are given; `spelled` says name and text as a user does.

    Raises  BadSetting, which says what was found, what is expected, and what to do.
    """
    known = declared(settings)
    return {
        name: _value(known[name].kind, text, spelled(name, text)) for name, text in texts.items()
    }


def refuse_unknown(found: Iterable[str], valid: Iterable[str]) -> None:
    """Names as a user spells them.

    Raises  BadSetting with the first unknown name and all valid ones.
    """
    names = list(valid)
    unknown = sorted(set(found) - set(names))
    if unknown:
        raise BadSetting(f"unknown setting {unknown[0]}; valid: {', '.join(names)}")


def refusal(found: str, expected: str) -> str:
    """What is said of a setting that is not valid."""
    return f"found {found}; expected {expected.replace('`', '')}; correct it or leave it out"


def _value(kind: Kind, text: str, found: str) -> Any:
    try:
        return kind.parse(text)
    except ValueError:
        raise BadSetting(refusal(found, kind.valid)) from None


def string(valid: str) -> Kind:
    """Any text."""
    return Kind(str, valid)


def path(valid: str) -> Kind:
    """A file or a folder, which need not exist."""
    return Kind(Path, valid)


def whole_number(lowest: int, highest: int | None = None) -> Kind:
    """In digits, at least the lowest and, where there is one, at most the highest."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > LONGEST:
            raise ValueError(text)
        if int(text) < lowest or (highest is not None and int(text) > highest):
            raise ValueError(text)
        return int(text)

    if highest is None:
        return Kind(parse, f"a whole number ≥ {lowest:,}")
    return Kind(parse, f"a whole number from {lowest:,} to {highest:,}")


# What is more no machine and no calendar has; AWS hides a message for twelve hours at most.
AMOUNT, ANY_AMOUNT = whole_number(1, 10**12), whole_number(0, 10**12)
THREADS, SECONDS, DAYS = map(whole_number, (1, 1, 1), (1_024, 43_200, 36_500))
MEMORY = whole_number(50_000_000, 10**12)  # of a decoder, above itself


def one_of(texts: Mapping[str, Any]) -> Kind:
    """One of these texts, each standing for its value."""

    def parse(text: str) -> Any:
        if text not in texts:
            raise ValueError(text)
        return texts[text]

    return Kind(parse, ", ".join(f"`{text}`" for text in texts), texts)


def switch() -> Kind:
    """On or off; CDK's users and JSON write true and false."""
    texts = {"on": True, "off": False, "true": True, "false": False}
    choice = one_of(texts)
    return Kind(lambda text: choice.parse(text.lower()), choice.valid, texts)
