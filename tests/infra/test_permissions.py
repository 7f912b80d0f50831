from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

import pytest

from facecompare.records import schema
from facecompare.records.schema import ACCESS_KEY
from tests.support.assembly import Assembly, Properties, actions_of, service_of


@pytest.mark.parametrize(
    ("action", "functions"),
    [
        ("dynamodb:PutItem", ["compare", "records", "worker"]),
        ("dynamodb:UpdateItem", ["records", "worker"]),
        ("dynamodb:DeleteItem", ["records"]),
        ("dynamodb:GetItem", ["compare", "records", "worker"]),
        ("dynamodb:Query", ["records"]),
        ("dynamodb:Scan", []),
        ("s3:ListBucket", ["cdk", "cdk", "compare", "worker"]),
        ("sqs:SendMessage", ["records", "worker"]),
        ("sqs:ReceiveMessage", ["worker"]),
        ("secretsmanager:GetSecretValue", []),
        ("lambda:InvokeFunction", []),
    ],
)
def test_who_may_do_what(standard: Assembly, action: str, functions: list[str]) -> None:
    assert standard.functions_allowed(action) == functions


def our_statements(assembly: Assembly) -> list[Properties]:
    return [
        statement
        for function in assembly.all("AWS::Lambda::Function")
        if service_of(function) != "cdk"
        for statement in assembly.statements(function)
    ]


def test_no_function_of_ours_may_do_more_than_it_says(either: Assembly) -> None:
    for statement in our_statements(either):
        assert not any("*" in action for action in actions_of(statement))
        if statement["Resource"] == "*":
            assert all(action.startswith("xray:") for action in actions_of(statement))


def test_uploads_are_written_by_one_function_and_read_by_the_other(either: Assembly) -> None:
    of = {
        service_of(function): either.statements(function)
        for function in either.all("AWS::Lambda::Function")
    }
    for service, action in (("records", "s3:PutObject"), ("compare", "s3:GetObject")):
        assert allows(of[service], action, "/uploads/*")
    assert not allows(of["compare"], "s3:GetObject", "/photos/*")
    assert not allows(of["records"], "s3:PutObject", "/photos/*")


def allows(statements: list[Properties], action: str, resource: str) -> bool:
    return any(
        action in actions_of(each) and resource in str(each["Resource"]) for each in statements
    )


def test_only_its_own_services_may_take_a_role(either: Assembly) -> None:
    for role in either.all("AWS::IAM::Role"):
        (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert trust["Action"] == "sts:AssumeRole"


WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert"}
WRITES |= {"PartiQLUpdate", "PartiQLDelete"}
# The first words of the table's partition keys, as the schema's docstring lists them.
KINDS = set(re.findall(r"^    ([a-z-]+)#<", str(schema.__doc__), re.MULTILINE))


@pytest.fixture(scope="session")
def with_gpu(sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return Assembly.of(sources | {"gpu": "on"}, tmp_path_factory.mktemp("gpu"))


@pytest.fixture(scope="session", params=["standard", "everything", "with_gpu"])
def each(request: pytest.FixtureRequest) -> Assembly:
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly


def allowed(assembly: Assembly, service: str) -> list[Properties]:
    """The statements of all roles, not only of functions, that allow an action of this service."""
    return [
        statement
        for policy in assembly.all("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        and any(action.startswith(f"{service}:") for action in actions_of(statement))
    ]


def test_nobody_deployed_may_write_an_access_key(each: Assembly) -> None:
    writing = [
        statement
        for statement in allowed(each, "dynamodb")
        if any(fnmatchcase(f"dynamodb:{w}", a) for a in actions_of(statement) for w in WRITES)
    ]
    assert writing
    for statement in writing:
        patterns = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert patterns
        assert not any(fnmatchcase(f"{ACCESS_KEY}#admin", pattern) for pattern in patterns)


def test_every_other_kind_of_item_may_be_written_by_somebody(each: Assembly) -> None:
    patterns = {
        pattern
        for statement in allowed(each, "dynamodb")
        for pattern in statement.get("Condition", {})
        .get("ForAllValues:StringLike", {})
        .get("dynamodb:LeadingKeys", ())
    }
    assert patterns == {f"{kind}#*" for kind in KINDS - {ACCESS_KEY}}


def test_the_names_of_uploads_can_be_listed_by_nobody(each: Assembly) -> None:
    listing = [
        statement
        for statement in allowed(each, "s3")
        if any(fnmatchcase("s3:ListBucket", action) for action in actions_of(statement))
    ]
    assert listing
    assert not any("-uploads-" in json.dumps(statement["Resource"]) for statement in listing)


def test_no_bucket_of_another_account_is_trusted(each: Assembly) -> None:
    """By a condition on what is allowed or, for the functions that CDK brings along, by refusing
    everything elsewhere."""
    here = {"s3:ResourceAccount": {"Ref": "AWS::AccountId"}}
    for policy in each.all("AWS::IAM::Policy"):
        statements = policy.properties["PolicyDocument"]["Statement"]
        elsewhere_denied = any(
            statement["Effect"] == "Deny"
            and actions_of(statement) == ["s3:*"]
            and statement["Resource"] == "*"
            and statement["Condition"] == {"StringNotEquals": here}
            for statement in statements
        )
        for statement in statements:
            if statement["Effect"] == "Allow" and any(
                action.startswith("s3:") for action in actions_of(statement)
            ):
                assert elsewhere_denied or statement["Condition"] == {"StringEquals": here}


def test_only_the_function_that_checks_the_origin_knows_its_secret(each: Assembly) -> None:
    """Least of all those that decode what strangers send."""
    knowing = [
        (resource.definition["Type"], re.sub("[0-9A-F]{8}$", "", resource.id))
        for resource in each.resources()
        if "{{resolve:secretsmanager:" in json.dumps(resource.definition)
    ]
    assert knowing == [
        ("AWS::Lambda::Function", "OriginAuthorizerFunction"),
        ("AWS::CloudFront::Distribution", "WebsiteDistribution"),
    ]
