"""The reference table of settings, in Markdown, made of their declarations."""

from __future__ import annotations

from collections.abc import Callable

from facecompare.config import Settings, variable
from facecompare.config.reader import Declaration, declared


def settings_table() -> str:
    """The library's settings: variable, valid values, default, meaning."""
    return reference_table(Settings, "variable", variable)


def reference_table(
    settings: type,
    head: str,
    spelled: Callable[[str], str],
    note: Callable[[str], str] = lambda _: "",
) -> str:
    """The settings that this dataclass declares, in order.

    `spelled` says a name as users do; `note` is what is added to the default of a name.
    """
    lines = [f"| {head} | valid values | default | meaning |", "|---|---|---|---|"]
    for name, each in declared(settings).items():
        default = default_text(each) + note(name)
        cells = (f"`{spelled(name)}`", each.kind.valid, default, each.meaning)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def default_text(declaration: Declaration) -> str:
    """The default as one would type it."""
    texts = declaration.kind.texts.items()
    named = [f"`{text}`" for text, value in texts if value == declaration.default]
    if declaration.shown_default or named:
        return declaration.shown_default or named[0]
    if isinstance(declaration.default, int):
        return f"{declaration.default:,}"
    return f"`{declaration.default}`" if declaration.default else "none"
