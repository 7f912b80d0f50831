"""Takes the lists that `make sbom` has written into the wheel: dist-info/sboms, and the notices.

A wheel that is built without them (`pip install .`) does without: it has nobody else's code either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LISTS = Path("dist") / "licences"
PACKAGE = "facecompare"


class ListsOfOthers(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls it for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds what is there."""
        bill, notices = LISTS / "sbom.cdx.json", LISTS / "THIRD_PARTY.txt"
        if version == "standard" and (Path(self.root) / bill).is_file():
            build_data["sbom_files"].append(str(bill))
            build_data["force_include"][str(notices)] = f"{PACKAGE}/{notices.name}"
