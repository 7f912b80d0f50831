"""Licences as SPDX expressions, and whether they may ship (infra/supply/policy.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from infra.supply.component import UNKNOWN, Component

POLICY = Path(__file__).with_name("policy.toml")
EXPRESSION = re.compile(r"\(*[\w.+-]+\)*(?: (?:AND|OR|WITH) \(*[\w.+-]+\)*)*")
TOKEN = re.compile(r"\(|\)|\bAND\b|\bOR\b|[\w.+-]+(?: WITH [\w.-]+)?")


@cache
def policy() -> dict[str, Any]:
    """policy.toml."""
    return tomllib.loads(POLICY.read_text("utf-8"))


def stated(metadata: Any) -> str:
    """What a distribution says of itself, by PEP 639, by its field or by its classifiers."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [
        line.split(" :: ")[-1]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    for words in (metadata.get("License") or "", *classifiers):
        if licence := policy()["stated"].get(words) or (words if _is_known(words) else ""):
            return str(licence)
    return UNKNOWN


def leaves(expression: str) -> list[str]:
    """The licences that an expression names and anyone may choose, without exceptions to them."""
    named = [word.partition(" WITH ")[0] for word in TOKEN.findall(expression)]
    return sorted(set(named) & set(policy()["allowed"]))


def _is_known(words: str) -> bool:
    known = {*policy()["allowed"], *policy()["exceptions"].values()}
    return bool(EXPRESSION.fullmatch(words)) and any(word in known for word in TOKEN.findall(words))


def unshippable(components: Iterable[Component]) -> Iterator[str]:
    """One line for each component, or part of one, that may not ship."""
    for component in components:
        if component.judged and not may_ship(component):
            licence = component.licence or "no licence is stated"
            yield f"{component.name} {component.version}: {licence}"
        for line in unshippable(component.parts):
            yield f"{line}, in {component.name}"


def may_ship(component: Component) -> bool:
    """By what is allowed to all, or to this one by name."""
    allowed = set(policy()["allowed"])
    for pattern, licence in policy()["exceptions"].items():
        if fnmatch(component.name, pattern):
            allowed.add(licence)
    return component.licence != UNKNOWN and _holds(TOKEN.findall(component.licence), allowed)


def _holds(tokens: list[str], allowed: set[str]) -> bool:
    """An expression's truth when what is allowed is true: AND binds closer than OR."""
    ended, held = _either([*tokens, "end"], 0, allowed)
    return held and tokens[ended:] == []


def _either(tokens: list[str], at: int, allowed: set[str]) -> tuple[int, bool]:
    at, held = _both(tokens, at, allowed)
    while tokens[at] == "OR":
        at, other = _both(tokens, at + 1, allowed)
        held = held or other
    return at, held


def _both(tokens: list[str], at: int, allowed: set[str]) -> tuple[int, bool]:
    at, held = _one(tokens, at, allowed)
    while tokens[at] == "AND":
        at, other = _one(tokens, at + 1, allowed)
        held = held and other
    return at, held


def _one(tokens: list[str], at: int, allowed: set[str]) -> tuple[int, bool]:
    if tokens[at] == "(":
        at, held = _either(tokens, at + 1, allowed)
        return (at + 1, held) if tokens[at] == ")" else (at, False)
    return (at + 1, tokens[at] in allowed) if tokens[at] != "end" else (at, False)
