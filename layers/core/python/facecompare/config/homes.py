"""Where a user's files live."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def data_home(env: Mapping[str, str]) -> Path:
    """Where a user's data lives: XDG Base Directory Specification 0.8."""
    return _home(env, "XDG_DATA_HOME", ".local/share")


def cache_home(env: Mapping[str, str] = os.environ) -> Path:
    """Where what can be made again lives."""
    return _home(env, "XDG_CACHE_HOME", ".cache")


def _home(env: Mapping[str, str], name: str, default: str) -> Path:
    home = env.get(name)
    if home:
        return Path(home) / "facecompare"
    try:
        return Path.home() / default / "facecompare"
    except RuntimeError:  # a container's user may have no home
        return Path("/tmp/facecompare")  # noqa: S108 – the one place where it may write
