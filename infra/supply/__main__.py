"""List what ships, with its licences: sbom.cdx.json and THIRD_PARTY.txt.

    python -m infra.supply PACKAGES OUT [--name NAME] [--of LOCK] [--debian ROOT]

PACKAGES is a folder of installed packages. It ends with 1, and writes nothing, where something in
it may not ship (infra/supply/policy.toml). It needs nothing but Python, as images run it in their
build.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.supply.bill import bill
from infra.supply.binaries import UnknownLibrary
from infra.supply.component import Component
from infra.supply.inventory import debian, packages, version_of_ours
from infra.supply.licences import unshippable
from infra.supply.notices import notices
from infra.supply.pins import pins_in

BILL, NOTICES = "sbom.cdx.json", "THIRD_PARTY.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.supply", description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="facecompare")
    parser.add_argument("--of", type=Path, metavar="LOCK", help="only what this lock names")
    parser.add_argument("--debian", type=Path, metavar="ROOT", help="the Debian it runs on")
    asked = parser.parse_args(arguments)
    try:
        found = _found(asked)
    except UnknownLibrary as exc:
        print(f"supply: {exc}", file=sys.stderr)
        return 1
    if lines := list(unshippable(found)):
        print("supply: may not ship:", *lines, sep="\n    ", file=sys.stderr)
        return 1
    version = version_of_ours(asked.packages)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, write in ((BILL, bill), (NOTICES, notices)):
        (asked.out / name).write_text(write(asked.name, version, found), "utf-8")
    print(
        f"{asked.out}: {len(found)} packages, {sum(len(one.parts) for one in found)} parts of them"
    )
    return 0


def _found(asked: argparse.Namespace) -> list[Component]:
    found = packages(asked.packages, {pin.name for pin in pins_in(asked.of)} if asked.of else None)
    return [*found, *(debian(asked.debian) if asked.debian else ())]


if __name__ == "__main__":
    sys.exit(main())
