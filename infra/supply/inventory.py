"""What is installed in a folder of packages, and in a Debian, read from the files there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from infra.supply.binaries import libraries
from infra.supply.component import UNKNOWN, Component, Text
from infra.supply.licences import leaves, stated
from infra.supply.pins import canonical

LICENCE_FILE = re.compile(r"(licen[cs]es?|copying|copyright|notice|thirdpartynotices)\b", re.I)
NO_TEXT = {".py", ".pyc", ".pyi", ".json", ".so"}
# It looks into what it builds; other lists in wheels are written by hand, Pillow's for one,
# which names libimagequant (GPL) although its wheels have never had it.
MEASURED_BY = {"cargo-cyclonedx"}
OURS = "facecompare"


def packages(site: Path, only: set[str] | None = None) -> list[Component]:
    """Every distribution in a folder, by name, with what is inside of each; ours is left out.

    `only` leaves out all others too. Raises UnknownLibrary.
    """
    found = {canonical(one.name): one for one in distributions(path=[str(site)])}
    named = set(found) - {OURS} if only is None else set(found) & only
    return [_package(name, found[name], site) for name in sorted(named)]


def version_of_ours(site: Path) -> str:
    """facecompare's own, in this folder; empty where it is not."""
    return next((one.version for one in distributions(name=OURS, path=[str(site)])), "")


def debian(root: Path) -> list[Component]:
    """Every package that dpkg has installed below a root; none where there is no dpkg."""
    status = root / "var" / "lib" / "dpkg" / "status"
    if not status.exists():
        return []
    stanzas = status.read_text("utf-8").split("\n\n")
    fields = (dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.MULTILINE)) for stanza in stanzas)
    return [
        _debian_package(one, root) for one in fields if one.get("Status", "").endswith(" installed")
    ]


def _package(name: str, one: Distribution, site: Path) -> Component:
    files = [site / file for file in one.files or () if ".." not in file.parts]
    texts = tuple(_texts(files, site))
    metadata: Any = one.metadata  # a Message, which its type leaves out
    licence = stated(metadata)
    if not texts and licence:
        texts = (Text.standard(licence),)
    return Component(
        name,
        one.version,
        licence,
        f"pkg:pypi/{name}@{one.version}",
        author=metadata.get("Author") or metadata.get("Author-email") or "",
        source=_source(metadata),
        texts=texts,
        parts=(*libraries(files, site), *_measured(files)),
    )


def _texts(files: list[Path], site: Path) -> Iterator[Text]:
    for path in sorted(files):
        named = LICENCE_FILE.match(path.name) or "licenses" in path.parent.name
        if named and path.suffix not in NO_TEXT and path.is_file():
            yield Text(path.relative_to(site).as_posix(), path.read_text("utf-8", "replace"))


def _source(metadata: Any) -> str:
    links = [link.partition(", ")[2] for link in metadata.get_all("Project-URL") or ()]
    return next(iter(links), metadata.get("Home-page") or "")


def _measured(files: list[Path]) -> Iterator[Component]:
    """What a wheel's own lists (PEP 770) name, where a program has looked."""
    for path in files:
        if path.parent.name == "sboms" and path.is_file():
            bill = json.loads(path.read_text("utf-8"))
            if MEASURED_BY & {tool["name"] for tool in _tools(bill)}:
                own = bill["metadata"]["component"]["name"]
                yield from (_listed(one) for one in bill["components"] if _is_part(one, own))


def _tools(bill: dict[str, Any]) -> list[dict[str, Any]]:
    tools: Any = bill["metadata"].get("tools", [])
    listed: list[dict[str, Any]] = tools["components"] if isinstance(tools, dict) else tools
    return listed


def _is_part(one: dict[str, Any], own: str) -> bool:
    """Not what only the build needs, nor the package itself."""
    return one.get("scope") != "excluded" and one["name"] != own


def _listed(one: dict[str, Any]) -> Component:
    licences: list[str] = [
        each.get("expression") or each["license"].get("id", "") for each in one.get("licenses", ())
    ]
    return Component(
        one["name"],
        one["version"],
        " AND ".join(licences) if all(licences) else UNKNOWN,
        one.get("purl", ""),
        author=one.get("author", ""),
        texts=tuple(map(Text.standard, leaves(" ".join(licences)))),
    )


def _debian_package(fields: dict[str, str], root: Path) -> Component:
    name, version = fields["Package"], fields["Version"]
    copyright_file = root / "usr" / "share" / "doc" / name / "copyright"
    words = copyright_file.read_text("utf-8", "replace") if copyright_file.exists() else ""
    return Component(
        name,
        version,
        " AND ".join(sorted(set(re.findall(r"^License: *(\S.*)$", words, re.MULTILINE)))),
        f"pkg:deb/debian/{name}@{version}?arch={fields['Architecture']}",
        judged=False,
    )
