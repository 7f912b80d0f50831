"""What a deployment, or a destruction, would take away from what is deployed.

    python -m infra.guard.check cdk.out -c env=prod                # as `make deploy` asks
    python -m infra.guard.check cdk.out -c env=prod --to-destroy   # as `make destroy` does
    python -m infra.guard.check cdk.out -c env=prod --force        # tells it, and lets it happen

A line each; it ends with 1 where there is one. `cdk.out` is what was synthesized with the same
options.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.errors import FaceCompareError
from infra.account.account import refusal_of
from infra.account.check import chosen_options
from infra.deployed_stacks import DeployedStacks
from infra.guard.replacement import replacements
from infra.guard.weakening import weakenings
from infra.settings import DeploySettings

Templates = Mapping[str, Mapping[str, Any]]


def complaints_of_deployment(
    deployed: DeployedStacks, next_ones: Templates, file: str
) -> Iterator[str]:
    """`next_ones` are the templates to be deployed, by what is in them; `file` is where the
    environment's options are."""
    yield from _left_behind(deployed, next_ones, file)
    templates = {stack: deployed.template(stack) for stack in deployed.found if stack in next_ones}
    for option, before, after in weakenings(templates, next_ones):
        yield (
            f"found {option} deployed as {_shown(before)}; expected no less, and these options "
            f"make it {_shown(after)}; say {option} in {file}"
        )
    for stack, template in templates.items():
        for id, reason in replacements(template, next_ones[stack]):
            yield (
                f"found {id}, which holds data, in {deployed.names[stack]}; expected the same in "
                f"what is to be deployed, where it {reason}; deploy with the options of before"
            )


def complaints_of_destruction(
    deployed: DeployedStacks, next_ones: Templates, file: str
) -> Iterator[str]:
    """Of one that would stop half-way."""
    yield from _left_behind(deployed, next_ones, file)
    for name in deployed.protected():
        yield (
            f"found {name} protected from deletion; expected deletion_protection=off; deploy so "
            "first, see infra/README.md, Teardown"
        )


def _left_behind(deployed: DeployedStacks, next_ones: Templates, file: str) -> Iterator[str]:
    for stack in deployed.found:
        if stack not in next_ones:
            name = deployed.names[stack]
            yield (
                f"found the stack {name}; expected options that have it; say them in {file} or, to "
                f"be rid of it, run: make destroy STACKS={name}, with the options that have it"
            )


def _shown(found: Any) -> str:
    if isinstance(found, bool):
        return "on" if found else "off"
    if isinstance(found, set):
        return ", ".join(sorted(found)) or "none"
    return "none" if found is None else str(found)


def synthesized(assembly: Path, deployed: DeployedStacks) -> Templates:
    """The templates in this folder, by what is in them."""
    artifacts = json.loads((assembly / "manifest.json").read_text("utf-8"))["artifacts"]
    files = {
        name: artifact["properties"]["templateFile"]
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    return {
        stack: json.loads((assembly / files[name]).read_text("utf-8"))
        for stack, name in deployed.names.items()
        if name in files
    }


def main() -> int:
    """Print what would be lost; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.guard.check", description=__doc__)
    parser.add_argument("assembly", type=Path)
    parser.add_argument("--to-destroy", action="store_true")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("-c", "--context", help="an option of the deployment, NAME=VALUE")
    chosen, _ = parser.parse_known_args()
    ask = complaints_of_destruction if chosen.to_destroy else complaints_of_deployment
    try:
        settings = DeploySettings.from_context(chosen_options(sys.argv[1:]))
        deployed = DeployedStacks.of(settings)
        next_ones = synthesized(chosen.assembly, deployed)
        file = f"{settings.environments.name}/{settings.env}.toml"
        found = list(ask(deployed, next_ones, file))
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None
    except (BotoCoreError, ClientError) as failure:
        raise SystemExit(f"facecompare: {refusal_of(failure)}") from None
    forced = bool(chosen.force)
    sys.stdout.writelines(f"{'forced' if forced else 'REFUSED'}: {line}\n" for line in found)
    if found and not forced:
        sys.stdout.write("Where this is meant, run it again with FORCE=yes.\n")
    return int(bool(found) and not forced)


if __name__ == "__main__":
    sys.exit(main())
