"""What to know after a deployment: where site and API are, and the first admin's key.

python -m infra.after_deploy cdk.out/outputs.json             # all of it; makes the first key
python -m infra.after_deploy cdk.out/outputs.json TableName   # one output
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from facecompare.access import Role, new_key
from facecompare.config import ENV_PREFIX, Settings
from facecompare.records.open_stores import open_stores
from facecompare.records.record import timestamp

FIRST_KEY = "admin"
SHOWN = ("SiteUrl", "ApiUrl", "ModelBucketName", "TableName")


def outputs_of(file: Path) -> dict[str, str]:
    """The outputs of all stacks, by name, as `cdk deploy --outputs-file` has written them."""
    return {name: value for stack in stacks_of(file).values() for name, value in stack.items()}


def stacks_of(file: Path) -> dict[str, dict[str, str]]:
    """The same, by stack."""
    stacks: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return stacks


def create_first_key(settings: Settings) -> str | None:
    """An admin's key, where there is no key yet; it cannot be shown again."""
    _, keys = open_stores(settings)
    if any(True for _ in keys.every()):
        return None
    key, kept = new_key(FIRST_KEY, Role.ADMIN, timestamp())
    keys.add(kept)
    return key


def lines(outputs: Mapping[str, str], key: str | None) -> Iterator[str]:
    """What is printed."""
    for name in SHOWN:
        if name in outputs:
            yield f"{name:16} {outputs[name]}\n"
    if key:
        yield f"{'first admin key':16} {key}   (shown this once)\n"


def main() -> None:
    """Read the outputs and print the named ones; none named: make the key, print what to know."""
    file, *named = sys.argv[1:]
    outputs = outputs_of(Path(file))
    if named:
        sys.stdout.writelines(f"{outputs[name]}\n" for name in named)
        return
    table = {f"{ENV_PREFIX}RECORDS_TABLE": outputs["TableName"]}
    key = create_first_key(Settings.from_env(os.environ | table))
    sys.stdout.writelines(lines(outputs, key))


if __name__ == "__main__":
    main()
