"""The licences of others in one file: name, version, licence, and each text once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.supply.component import Component, Text

RULE = "=" * 100
HEAD = """Third-party software in {name} {version}

Made by the build from what is installed there: {packages} packages, and what is compiled into them.
The code of facecompare itself is under the MIT License; NOTICE has the licences of the weights.
Texts that packages share stand once, below the first of them.
"""
SOURCE_OFFER = """
Libraries under the LGPL are shared libraries in files of their own, which you may replace. Their
source is at the address beside each; its authors publish it there in the version that is named.
"""


def notices(name: str, version: str, components: Iterable[Component]) -> str:
    """The text; Debian's packages, whose files have it all, are only listed."""
    listed = list(components)
    ours = [one for one in listed if one.judged]
    seen: set[str] = set()
    parts = [HEAD.format(name=name, version=version, packages=len(ours)), SOURCE_OFFER]
    parts += [line for one in ours for line in _about(one, seen)]
    if base := [one for one in listed if not one.judged]:
        parts += [f"\n{RULE}\nDebian's packages: /usr/share/doc has the copyright file of each\n\n"]
        parts += [f"{one.name} {one.version}: {one.licence or 'see there'}\n" for one in base]
    return "".join(parts)


def _about(one: Component, seen: set[str]) -> Iterator[str]:
    yield f"\n{RULE}\n{_line(one)}\n"
    if one.author:
        yield f"by {one.author}\n"
    for part in one.parts:
        yield f"    contains {_line(part)}" + (f", by {part.author}" if part.author else "") + "\n"
    texts = [*one.texts, *(text for part in one.parts for text in part.texts)]
    yield from (_text(text, seen) for text in dict.fromkeys(texts))


def _line(one: Component) -> str:
    return " ".join(filter(None, (one.name, one.version, f"({one.licence})", one.source)))


def _text(text: Text, seen: set[str]) -> str:
    words = text.words.strip("\n")
    if words in seen:
        return f"\n--- {text.name}: as above\n"
    seen.add(words)
    return f"\n--- {text.name}\n\n{words}\n"
