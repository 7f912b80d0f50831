"""The environment beside the settings: what others put there, and what dependencies read there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, MutableMapping
from difflib import get_close_matches
from pathlib import Path

# ONNX Runtime ≥ 1.29 keeps a device id and a database of events in the user's cache, and sends them
# some seconds after its start; it reads this when it is loaded, and nothing stops it later.
ONNX_RUNTIME_TELEMETRY = "ORT_DISABLE_TELEMETRY"
FONTS_FOLDER = "MPLCONFIGDIR"  # matplotlib's variable: where it keeps its list of fonts
_NEAR = 0.75  # of difflib's ratio: a letter of three may be missing or another
WARNINGS = "PYTHONWARNINGS"  # Python's own, for the processes of a pool


def switch_off_telemetry(env: MutableMapping[str, str] = os.environ) -> None:
    """Before ONNX Runtime is imported: nothing leaves the machine. A value that is there stays."""
    _set_where_unset(env, ONNX_RUNTIME_TELEMETRY, "1")


def quieten_command(
    cache: Path, *, debugging: bool, env: MutableMapping[str, str] = os.environ
) -> None:
    """Before a command runs, in this process and those that it starts: dependencies write below
    `cache`, send nothing, and keep their warnings, which name their files and not the user's.
    """
    switch_off_telemetry(env)
    _set_where_unset(env, FONTS_FOLDER, str(cache / "matplotlib"))
    if not debugging:
        _set_where_unset(env, WARNINGS, "ignore")


def _set_where_unset(env: MutableMapping[str, str], name: str, value: str) -> None:
    if not env.get(name):
        env[name] = value


def wanted_colour(env: Mapping[str, str] = os.environ) -> bool | None:
    """Whether output is coloured: what the user's variables say, or None, where a terminal is.

    Source  no-color.org, force-color.org and bixense.com/clicolors.
    """
    if env.get("NO_COLOR"):
        return False
    if any(env.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if env.get("CLICOLOR") == "0" or env.get("TERM") == "dumb":
        return False
    return None


def own_variables(env: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The variables of this prefix, without what Kubernetes puts there."""
    return {
        name: value
        for name, value in env.items()
        if name.startswith(prefix) and not _set_by_kubernetes(name, value, prefix)
    }


def unknown_variables(found: Iterable[str], known: Iterable[str], prefix: str) -> list[str]:
    """What to tell of each variable that is no setting: it is ignored, and may be misspelt."""
    names = [name.removeprefix(prefix) for name in known]
    others = {name.removeprefix(prefix) for name in found} - set(names)
    return [_told(name, names, prefix) for name in sorted(others)]


def _told(name: str, names: list[str], prefix: str) -> str:
    near = get_close_matches(name.upper(), names, n=1, cutoff=_NEAR)
    meant = f"did you mean {prefix}{near[0]}?" if near else f"valid: {', '.join(names)}"
    return f"ignored the unknown setting {prefix}{name}; {meant}"


def _set_by_kubernetes(name: str, value: str, prefix: str) -> bool:
    """True for what every container is told about a Service whose name begins with the prefix.

    Source: Kubernetes documentation, "Service", section "Environment variables".
    """
    address = r"(TCP|UDP|SCTP)"
    forms = (
        r"SERVICE_HOST=\S+",
        r"SERVICE_PORT(_\w+)?=\d+",
        rf"PORT(_\d+_{address})?=(tcp|udp|sctp)://\S+",
        rf"PORT_\d+_{address}_(PROTO=(tcp|udp|sctp)|PORT=\d+|ADDR=\S+)",
    )
    pattern = rf"{prefix}([A-Z0-9_]+_)?({'|'.join(forms)})"
    return re.fullmatch(pattern, f"{name}={value}") is not None
