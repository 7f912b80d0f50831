"""What to know after a deployment: where site and API are, and the first admin's key.

    python -m infra.after_deploy -c env=prod                    # all of it; makes the first key
    python -m infra.after_deploy -c env=prod TableName          # one output
    python -m infra.after_deploy -c env=prod --environment      # what `facecompare keys` needs

The stacks are asked, so that it tells of this environment whatever was deployed last from here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.access import Role, new_key
from facecompare.aws_client import REGION_VARIABLES
from facecompare.config import ENV_PREFIX, Settings
from facecompare.errors import BadSetting, FaceCompareError
from facecompare.records.open_stores import open_stores
from facecompare.records.record import timestamp
from infra.account.account import refusal_of
from infra.account.check import chosen_options
from infra.deployed_stacks import DeployedStacks
from infra.settings import DeploySettings

FIRST_KEY = "admin"
TABLE = "TableName"
SHOWN = ("SiteUrl", "ApiUrl", "ModelBucketName", TABLE)


def create_first_key(settings: Settings) -> str | None:
    """An admin's key, where there is no key yet; it cannot be shown again."""
    _, keys = open_stores(settings)
    if any(True for _ in keys.every()):
        return None
    key, kept = new_key(FIRST_KEY, Role.ADMIN, timestamp())
    keys.add(kept)
    return key


def lines(outputs: Mapping[str, str], region: str, key: str | None) -> Iterator[str]:
    """What is printed."""
    yield f"{'region':16} {region}\n"
    for name in SHOWN:
        if name in outputs:
            yield f"{name:16} {outputs[name]}\n"
    if key:
        yield f"{'first admin key':16} {key}   (shown this once)\n"


def environment(outputs: Mapping[str, str], region: str) -> dict[str, str]:
    """The variables with which commands here find the table; in every name of the region, because
    a shell may have set either."""
    table = {f"{ENV_PREFIX}RECORDS_TABLE": outputs[TABLE]}
    return table | dict.fromkeys(REGION_VARIABLES, region)


def _asked(deployed: DeployedStacks, names: list[str]) -> dict[str, str]:
    outputs = deployed.outputs()
    for name in names:
        if name not in outputs:
            there = ", ".join(sorted(outputs)) or "none"
            raise BadSetting(
                f"found no output {name} of {deployed.names['data']} and its other stacks in "
                f"{deployed.region}; expected one of: {there}; name the environment and its "
                "region, or run: make deploy"
            )
    return outputs


def _told(deployed: DeployedStacks, chosen: argparse.Namespace) -> Iterator[str]:
    outputs = _asked(deployed, chosen.outputs or [TABLE])
    variables = environment(outputs, deployed.region)
    if chosen.outputs:
        yield from (f"{outputs[name]}\n" for name in chosen.outputs)
    elif chosen.environment:
        yield from (f"{name}={value}\n" for name, value in variables.items())
    else:
        os.environ.update(variables)
        yield from lines(outputs, deployed.region, create_first_key(Settings.from_env()))


def main() -> None:
    """Print the named outputs; none named: make the key, print what to know."""
    parser = argparse.ArgumentParser(prog="python -m infra.after_deploy", description=__doc__)
    parser.add_argument("outputs", nargs="*")
    parser.add_argument("--environment", action="store_true")
    parser.add_argument("-c", "--context", help="an option of the deployment, NAME=VALUE")
    chosen, _ = parser.parse_known_args()
    try:
        settings = DeploySettings.from_context(chosen_options(sys.argv[1:]))
        sys.stdout.writelines(_told(DeployedStacks.of(settings), chosen))
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None
    except (BotoCoreError, ClientError) as failure:
        raise SystemExit(f"facecompare: {refusal_of(failure)}") from None


if __name__ == "__main__":
    main()
