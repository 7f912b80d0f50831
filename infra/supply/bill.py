"""A bill of materials in CycloneDX's JSON (ECMA-424), the same for the same components."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.supply.component import Component

SPEC = "1.6"
SPDX_ID = re.compile(r"(?!LicenseRef-)[\w.+-]+")
SPDX_EXPRESSION = re.compile(
    r"\(*[\w.+-]+\)*(?: (?:AND|OR|WITH) \(*[\w.+-]+\)*)+|LicenseRef-[\w.-]+"
)


def bill(name: str, version: str, components: Iterable[Component]) -> str:
    """The document about what a thing of this name and version consists of."""
    listed = [_component(one, name) for one in components]
    root = f"{name}@{version}"
    subject = {"type": "application", "bom-ref": root, "name": name, "version": version}
    document = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, root + json.dumps(listed))}",
        "version": 1,
        "metadata": {"component": subject},
        "components": listed,
        "dependencies": [{"ref": root, "dependsOn": sorted(one["bom-ref"] for one in listed)}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _component(one: Component, inside: str) -> dict[str, Any]:
    place = f"{inside}/{one.name}" + (f"@{one.version}" if one.version else "")
    written: dict[str, Any] = {"type": "library", "bom-ref": place, "name": one.name}
    if one.author:
        written["author"] = one.author
    if one.version:
        written["version"] = one.version
    if one.licence:
        written["licenses"] = _licences(one)
    if one.purl:
        written["purl"] = one.purl
    if one.source:
        written["externalReferences"] = [{"type": "vcs", "url": one.source}]
    if one.files:
        written["evidence"] = {"occurrences": [{"location": file} for file in one.files]}
    if one.parts:
        written["components"] = [_component(part, place) for part in one.parts]
    return written


def _licences(one: Component) -> list[dict[str, Any]]:
    """SPDX where it is; Debian's own names of licences are names."""
    if not one.judged:
        return [{"license": {"name": name}} for name in one.licence.split(" AND ")]
    if SPDX_EXPRESSION.fullmatch(one.licence):
        return [{"expression": one.licence}]
    return [{"license": {"id" if SPDX_ID.fullmatch(one.licence) else "name": one.licence}}]
