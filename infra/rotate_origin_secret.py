"""Replaces the origin secret by a new one while everything goes on being served.

python -m infra.rotate_origin_secret -c env=prod     # as `make rotate-origin-secret ENV=prod` asks

The API accepts the new secret before CloudFront sends it, and the old one until CloudFront has
ceased to send it everywhere. A rotation that was interrupted is continued by the next one. The
stacks keep the templates that they have: only the parameters of infra.origin_secret change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.aws_client import client, error_code
from facecompare.errors import BadSetting, FaceCompareError
from infra.account.check import chosen_options
from infra.deployed_stacks import required_region
from infra.origin_secret import ARN_OUTPUT, OTHER_VERSION, SECRET_CHARACTERS, VERSION
from infra.settings import DeploySettings

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"  # Secrets Manager's own labels of versions
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def rotate(prefix: str, cloudformation: Any, secrets: Any) -> Iterator[str]:
    """Do it step by step, and say of each what has been done.

    Raises  BadSetting where the stacks were deployed by a version that could not rotate.
    """
    api, site = _Stack(cloudformation, f"{prefix}-api"), _Stack(cloudformation, f"{prefix}-site")
    secret = _Secret(secrets, _Stack(cloudformation, f"{prefix}-data").output(ARN_OUTPUT))
    api.require(VERSION, OTHER_VERSION)
    site.require(VERSION)
    current, new = secret.labelled(CURRENT), secret.labelled(PENDING) or secret.add()
    yield f"there is a new secret, version {new}"
    api.update({VERSION: current, OTHER_VERSION: new})
    yield "the API accepts both secrets"
    site.update({VERSION: new})
    yield "CloudFront sends the new secret from everywhere"
    api.update({VERSION: new, OTHER_VERSION: new})
    yield "the API accepts the new secret only"
    secret.make_current(new, instead_of=current)
    yield "the new secret is the current one"


class _Secret:
    """The secret in Secrets Manager; a version is never changed, and labels move."""

    def __init__(self, secrets: Any, arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def labelled(self, label: str) -> str:
        """The id of the version with this label; empty where none has it."""
        versions = self._secrets.describe_secret(SecretId=self._arn)["VersionIdsToStages"]
        return next((id for id, labels in versions.items() if label in labels), "")

    def add(self) -> str:
        """A new version, pending; its id."""
        value = self._secrets.get_random_password(
            PasswordLength=SECRET_CHARACTERS, ExcludePunctuation=True
        )["RandomPassword"]
        added = self._secrets.put_secret_value(
            SecretId=self._arn, SecretString=value, VersionStages=[PENDING]
        )
        version: str = added["VersionId"]
        return version

    def make_current(self, version: str, *, instead_of: str) -> None:
        """What the next installation's references without a version stand for."""
        moved = {"SecretId": self._arn, "VersionStage": CURRENT, "MoveToVersionId": version}
        self._secrets.update_secret_version_stage(**moved, RemoveFromVersionId=instead_of)
        self._secrets.update_secret_version_stage(
            SecretId=self._arn, VersionStage=PENDING, RemoveFromVersionId=version
        )


class _Stack:
    """A deployed stack."""

    def __init__(self, cloudformation: Any, name: str) -> None:
        self._cloudformation = cloudformation
        self._name = name
        (self._found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]

    def output(self, name: str) -> str:
        """Raises  BadSetting where there is none of this name."""
        outputs = {
            each["OutputKey"]: each["OutputValue"] for each in self._found.get("Outputs", ())
        }
        if name not in outputs:
            raise self._outdated(f"output {name}")
        value: str = outputs[name]
        return value

    def require(self, *parameters: str) -> None:
        """Raises  BadSetting where one of these parameters is absent."""
        for name in parameters:
            if name not in self._parameters():
                raise self._outdated(f"parameter {name}")

    def update(self, changed: Mapping[str, str]) -> None:
        """Give these parameters these values, and wait until all resources have followed."""
        kept = [name for name in self._parameters() if name not in changed]
        try:
            self._cloudformation.update_stack(
                StackName=self._name,
                UsePreviousTemplate=True,
                Capabilities=CAPABILITIES,
                Parameters=[
                    *({"ParameterKey": name, "UsePreviousValue": True} for name in kept),
                    *({"ParameterKey": k, "ParameterValue": v} for k, v in changed.items()),
                ],
            )
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise
        self._cloudformation.get_waiter("stack_update_complete").wait(StackName=self._name)

    def _parameters(self) -> list[str]:
        return [each["ParameterKey"] for each in self._found.get("Parameters", ())]

    def _outdated(self, absent: str) -> BadSetting:
        return BadSetting(
            f"found no {absent} in the stack {self._name}; expected one that this version has "
            "deployed; run: make deploy"
        )


def main() -> None:
    """Rotate, and print each step."""
    try:
        settings = DeploySettings.from_context(chosen_options(sys.argv[1:]))
        region = required_region(settings)
        cloudformation, secrets = client("cloudformation", region), client("secretsmanager", region)
        for done in rotate(settings.prefix, cloudformation, secrets):
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(f"facecompare: {error_code(error)}: {error}") from None


if __name__ == "__main__":
    main()
