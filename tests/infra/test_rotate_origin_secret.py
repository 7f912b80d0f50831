"""A rotation step by step: what CloudFront sends is served at each, and nothing else is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel
from moto import mock_aws

from facecompare.access import ORIGIN_HEADER
from facecompare.errors import BadSetting
from functions.origin.handler import handler
from infra.operators import Place, policy_of
from infra.origin_secret import ARN_OUTPUT, OTHER_VERSION, VERSION
from infra.rotate_origin_secret import main, rotate
from infra.settings import DeploySettings
from tests.support.assembly import Assembly, Properties
from tests.support.aws_credentials import use_credentials

PREFIX, REGION, STEPS = "facecompare-dev", "eu-west-1", 5
FOREIGN = "x" * 40


@dataclass
class Installation:
    """moto's stacks have the parameters of the synthesized ones; the references in these are
    resolved here, as CloudFormation does and moto does not."""

    assembly: Assembly
    cloudformation: Any
    secrets: Any
    arn: str

    def rotation(self) -> Iterator[str]:
        return rotate(PREFIX, self.cloudformation, self.secrets)

    def sent(self) -> str:
        """By CloudFront."""
        distribution = self.assembly.one("AWS::CloudFront::Distribution").properties
        (header,) = (
            header
            for origin in distribution["DistributionConfig"]["Origins"]
            for header in origin.get("OriginCustomHeaders", ())
        )
        assert header["HeaderName"] == ORIGIN_HEADER
        return self._resolved("site", header["HeaderValue"])

    def serves(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> bool:
        """Whether a request with this secret gets to the functions."""
        function = self.assembly.one("AWS::Lambda::Function", "OriginAuthorizerFunction").properties
        for name, value in function["Environment"]["Variables"].items():
            monkeypatch.setenv(name, self._resolved("api", value))
        return handler({"identitySource": [secret]}, None)["isAuthorized"]

    def _resolved(self, stack: str, value: str | Properties) -> str:
        """The value, with the stack's parameters and the versions of the secret that it names."""
        if isinstance(value, str):
            return value
        (found,) = self.cloudformation.describe_stacks(StackName=f"{PREFIX}-{stack}")["Stacks"]
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
        text = "".join(
            part if isinstance(part, str) else parameters.get(part.get("Ref"), self.arn)
            for part in value["Fn::Join"][1]
        )
        versions = self.secrets.describe_secret(SecretId=self.arn)["VersionIdsToStages"]
        for version in ("", *versions):
            named = {"VersionId": version} if version else {"VersionStage": "AWSCURRENT"}
            secret = self.secrets.get_secret_value(SecretId=self.arn, **named)["SecretString"]
            reference = f"{{{{resolve:secretsmanager:{self.arn}:SecretString:::{version}}}}}"
            text = text.replace(reference, secret)
        assert "{{" not in text
        return text


@pytest.fixture
def installation(standard: Assembly, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    use_credentials(monkeypatch)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        session = botocore.session.get_session()
        cloudformation: Any = session.create_client("cloudformation", REGION)
        secrets: Any = session.create_client("secretsmanager", REGION)
        arn = secrets.create_secret(Name="origin", SecretString="first" * 8)["ARN"]
        for stack, template in standard.templates.items():
            own = {
                name: parameter
                for name, parameter in template.get("Parameters", {}).items()
                if parameter["Type"] == "String"
            }
            outputs = {ARN_OUTPUT: {"Value": arn}} if stack == "data" else {}
            cloudformation.create_stack(
                StackName=f"{PREFIX}-{stack}", TemplateBody=json.dumps(_template(own, outputs))
            )
        yield Installation(standard, cloudformation, secrets, arn)


def _template(parameters: Properties, outputs: Properties) -> Properties:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {}}
    return {"Parameters": parameters, "Resources": {"Topic": topic}, "Outputs": outputs}


def test_at_every_step_what_cloudfront_sends_is_served_and_nothing_else(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While CloudFront changes, some of its locations still send what they sent before."""
    first = before = installation.sent()
    assert installation.serves(first, monkeypatch)
    steps = 0
    for _ in installation.rotation():
        steps += 1
        for sent in (before, installation.sent()):
            assert installation.serves(sent, monkeypatch)
        for foreign in ("", FOREIGN, f"{before} {FOREIGN}", before[:-1]):
            assert not installation.serves(foreign, monkeypatch)
        before = installation.sent()
    assert steps == STEPS
    assert installation.sent() != first
    assert not installation.serves(first, monkeypatch)


@pytest.mark.parametrize("interrupted_after", range(1, STEPS + 1))
def test_a_rotation_that_was_interrupted_is_continued_by_the_next(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, interrupted_after: int
) -> None:
    first = installation.sent()
    list(islice(installation.rotation(), interrupted_after))
    before = installation.sent()
    for _ in installation.rotation():
        for sent in (before, installation.sent()):
            assert installation.serves(sent, monkeypatch)
        before = installation.sent()
    assert not installation.serves(first, monkeypatch)
    versions = installation.secrets.describe_secret(SecretId=installation.arn)["VersionIdsToStages"]
    labels = sorted(label for each in versions.values() for label in each)
    assert labels == ["AWSCURRENT", "AWSPREVIOUS"]


def test_after_it_a_stack_that_names_no_version_has_the_new_secret(
    installation: Installation,
) -> None:
    list(installation.rotation())
    current = installation.secrets.get_secret_value(
        SecretId=installation.arn, VersionStage="AWSCURRENT"
    )
    assert current["SecretString"] == installation.sent()


def test_other_parameters_of_the_stacks_keep_their_values(installation: Installation) -> None:
    name = f"{PREFIX}-site"
    template = _template(
        {VERSION: {"Type": "String", "Default": ""}, "Kept": {"Type": "String"}}, {}
    )
    installation.cloudformation.update_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Kept", "ParameterValue": "as it is"}],
    )
    list(installation.rotation())
    (found,) = installation.cloudformation.describe_stacks(StackName=name)["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
    assert values["Kept"] == "as it is"


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("data", "found no output OriginSecretArn in the stack facecompare-dev-data"),
        ("api", f"found no parameter {VERSION} in the stack facecompare-dev-api"),
        ("site", f"found no parameter {VERSION} in the stack facecompare-dev-site"),
    ],
)
def test_stacks_of_an_older_version_are_refused_before_anything_is_changed(
    installation: Installation, stack: str, words: str
) -> None:
    older = {"StackName": f"{PREFIX}-{stack}", "TemplateBody": json.dumps(_template({}, {}))}
    installation.cloudformation.delete_stack(StackName=older["StackName"])
    installation.cloudformation.create_stack(**older)
    with pytest.raises(BadSetting, match=words):
        next(installation.rotation())
    versions = installation.secrets.describe_secret(SecretId=installation.arn)["VersionIdsToStages"]
    assert len(versions) == 1


def test_the_command_prints_each_step(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        sys, "argv", ["rotate_origin_secret", "-c", "env=dev", "-c", f"region={REGION}"]
    )
    main()
    assert len(capsys.readouterr().out.splitlines()) == STEPS


def test_its_policy_has_what_it_asks_for(installation: Installation) -> None:
    """moto resolves no secrets, so no rehearsal gets as far as this."""
    asked: set[str] = set()
    for client in (installation.cloudformation, installation.secrets):
        service = client.meta.service_model.service_name

        def note(model: OperationModel, service: str = service, **_: object) -> None:
            asked.add(f"{service}:{model.name}")

        client.meta.events.register("before-call", note)
    list(installation.rotation())
    place = Place(DeploySettings.from_context({}), "123456789012", REGION)
    statements = policy_of("infra.rotate_origin_secret", place)["Statement"]
    assert asked == {action for each in statements for action in each["Action"]}


def test_stacks_that_are_not_there_are_told_in_a_line(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["-c", "env=prod", "-c", f"region={REGION}"]
    monkeypatch.setattr(sys, "argv", ["rotate_origin_secret", *options])
    with pytest.raises(SystemExit, match=r"facecompare: ValidationError: .*facecompare-api"):
        main()


def test_the_versions_of_both_stacks_are_theirs_to_change(either: Assembly) -> None:
    for stack, names in (("api", {VERSION, OTHER_VERSION}), ("site", {VERSION})):
        parameters = either.templates[stack]["Parameters"]
        assert names == {name for name in parameters if name.startswith("OriginSecret")}
        assert {parameters[name]["Default"] for name in names} == {""}
