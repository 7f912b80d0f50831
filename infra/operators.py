"""What whoever runs a command needs of AWS: a policy for each command that asks AWS by itself.

    python -m infra.operators -c env=prod                       # all of them
    python -m infra.operators -c env=prod "facecompare keys"    # one

CDK's own command line needs the roles of its bootstrap instead, and no more:
`sts:AssumeRole` on `cdk-*`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.errors import BadSetting, FaceCompareError
from facecompare.records.schema import ACCESS_KEY, COMPARISON
from infra.account.account import Account, refusal_of
from infra.account.check import chosen_options
from infra.deployed_stacks import required_region
from infra.settings import DeploySettings
from infra.stack_names import DATA, stack_names

Statement = dict[str, Any]
VERSION = "2012-10-17"  # of the policy language


@dataclass(frozen=True, slots=True)
class Place:
    """An installation, and the account and region where it is."""

    settings: DeploySettings
    account: str
    region: str

    @property
    def tables(self) -> list[str]:
        """The table and its indexes: CloudFormation's name for it, or the one that was adopted."""
        name = self.settings.table or f"{stack_names(self.settings)[DATA]}-*"
        arn = f"arn:aws:dynamodb:{self.region}:{self.account}:table/{name}"
        return [arn, f"{arn}/index/*"]

    @property
    def model_bucket(self) -> str:
        """By the beginning that CloudFormation's names have."""
        return f"arn:aws:s3:::{stack_names(self.settings)[DATA]}-modelbucket*"

    @property
    def stacks(self) -> list[str]:
        """All of this installation, in this region and in the firewall's."""
        names = stack_names(self.settings).values()
        return [f"arn:aws:cloudformation:*:{self.account}:stack/{name}/*" for name in names]

    def to_allow(self, actions: Sequence[str], *resources: str) -> Statement:
        """A statement."""
        return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources or "*")}

    def to_write(self, kind: str, *actions: str) -> Statement:
        """Items of this kind, and no others."""
        keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{kind}#*"]}}
        named = [f"dynamodb:{action}" for action in actions]
        return {**self.to_allow(named, self.tables[0]), "Condition": keys}


def _keys(place: Place) -> list[Statement]:
    return [
        place.to_allow(["cloudformation:DescribeStacks"], *place.stacks),
        place.to_allow(["dynamodb:Query"], *place.tables),
        place.to_write(ACCESS_KEY, "PutItem", "UpdateItem"),
    ]


def _log(place: Place) -> list[Statement]:
    return [
        place.to_allow(["dynamodb:Query", "dynamodb:GetItem"], *place.tables),
        place.to_write(COMPARISON, "DeleteItem"),
    ]


def _push(place: Place) -> list[Statement]:
    objects = f"{place.model_bucket}/*"
    return [
        place.to_allow(["s3:GetObject", "s3:PutObject"], objects),
        place.to_allow(["s3:ListBucket"], place.model_bucket),
    ]


def _after_deploy(place: Place) -> list[Statement]:
    return [
        place.to_allow(["cloudformation:DescribeStacks"], *place.stacks),
        place.to_allow(["dynamodb:Query"], *place.tables),
        place.to_write(ACCESS_KEY, "PutItem"),
    ]


def _guard(place: Place) -> list[Statement]:
    asked = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate")
    return [place.to_allow(asked, *place.stacks)]


def _check(place: Place) -> list[Statement]:
    anything = (
        *("acm:DescribeCertificate", "ec2:DescribeRegions", "ec2:DescribeVpcs"),
        *("iam:CreateServiceLinkedRole", "iam:GetRole", "lambda:GetAccountSettings"),
        *("s3:ListBucket", "servicequotas:GetServiceQuota"),
    )
    bootstrap = f"arn:aws:ssm:*:{place.account}:parameter/cdk-bootstrap/*"
    return [
        place.to_allow(["cloudformation:DescribeStacks"], *place.stacks),
        place.to_allow(["ssm:GetParameter"], bootstrap),
        place.to_allow(anything),
    ]


def _rotate(place: Place) -> list[Statement]:
    stacks = ("cloudformation:DescribeStacks", "cloudformation:UpdateStack")
    secret = ("DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage")
    arn = f"arn:aws:secretsmanager:{place.region}:{place.account}:secret:*"
    return [
        place.to_allow(stacks, *place.stacks),
        place.to_allow([f"secretsmanager:{action}" for action in secret], arn),
        place.to_allow(["secretsmanager:GetRandomPassword"]),
    ]


# By the command; `make deploy` runs three of them around CDK.
COMMANDS: Mapping[str, Callable[[Place], list[Statement]]] = {
    "facecompare keys": _keys,
    "facecompare log": _log,
    "facecompare models push": _push,
    "infra.account.check": _check,
    "infra.guard.check": _guard,
    "infra.after_deploy": _after_deploy,
    "infra.rotate_origin_secret": _rotate,
}
MADE_BY = {
    "facecompare keys": "`make keys`",
    "infra.account.check": "`make check-account`, `make deploy`",
    "infra.guard.check": "`make deploy`, `make destroy`",
    "infra.after_deploy": "`make deploy`, `make keys`",
    "infra.rotate_origin_secret": "`make rotate-origin-secret`",
}


def policy_of(command: str, place: Place) -> Statement:
    """The policy document. Raises  BadSetting for a command that asks AWS nothing by itself."""
    return {"Version": VERSION, "Statement": _statements_of(command)(place)}


def _statements_of(command: str) -> Callable[[Place], list[Statement]]:
    if command not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise BadSetting(f"found the unknown command {command[:80]!r}; expected one of: {known}")
    return COMMANDS[command]


def operators_table() -> str:
    """Each command and its actions, in Markdown."""
    place = Place(DeploySettings.from_context({}), "ACCOUNT", "REGION")
    lines = ["| command | run by | actions |", "|---|---|---|"]
    for command, statements in COMMANDS.items():
        actions = sorted({action for each in statements(place) for action in each["Action"]})
        lines.append(f"| `{command}` | {MADE_BY.get(command, 'itself')} | {', '.join(actions)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the policies of the commands that are named, or of all."""
    parser = argparse.ArgumentParser(prog="python -m infra.operators", description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    parser.add_argument("-c", "--context", help="an option of the deployment, NAME=VALUE")
    named = parser.parse_intermixed_args().commands or list(COMMANDS)
    try:
        for command in named:
            _statements_of(command)
        settings = DeploySettings.from_context(chosen_options(sys.argv[1:]))
        account = Account(required_region(settings))
        place = Place(settings, account.identity["Account"], account.region)
        policies = {command: policy_of(command, place) for command in named}
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None
    except (BotoCoreError, ClientError) as failure:
        raise SystemExit(f"facecompare: {refusal_of(failure)}") from None
    sys.stdout.write(f"{json.dumps(policies, indent=2)}\n")


if __name__ == "__main__":
    main()
