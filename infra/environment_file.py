"""The options of an environment, from its file: `infra/environments/NAME.toml`.

A deployment that is typed again is then the same one, and what was chosen is read and reviewed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from facecompare.config.reader import refuse_unknown
from facecompare.errors import BadSetting

# It is in the upload bucket's name, of which AWS's limit of 63 characters leaves so many.
NAME = re.compile(r"[a-z][a-z0-9-]{0,13}[a-z0-9]")
# What the stacks of production are called ends so: facecompare-data is no environment's.
TAKEN = {"data", "api", "gpu", "edge", "site"}


def environment_name(text: str) -> str:
    """The name of an environment. Raises  ValueError."""
    if not NAME.fullmatch(text) or text in TAKEN:
        raise ValueError(text)
    return text


def options_of(name: str, folder: Path, known: Collection[str]) -> dict[str, str]:
    """The options of this environment as one would type them; `known` are the names there are.

    Raises  BadSetting where there is no such file, or something else in it.
    """
    path = folder / f"{name}.toml"
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        others = ", ".join(sorted(each.stem for each in folder.glob("*.toml"))) or "none"
        raise BadSetting(
            f"found no {path.name} in {folder}; expected the options of the environment {name}; "
            f"make this file, or name one that is there: {others}"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadSetting(f"{path}: {exc}; expected TOML, such as records_days = 30") from None
    try:
        refuse_unknown(found, sorted(known))
    except BadSetting as error:
        raise BadSetting(f"{path}: {error.message}") from None
    return {option: _text(option, value, path) for option, value in found.items()}


def _text(option: str, value: Any, path: Path) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    if isinstance(value, str | int):
        return str(value)
    raise BadSetting(
        f"{path}: found {option} = {value!r}; expected a text, a whole number, true, false or a "
        "list of texts"
    )
