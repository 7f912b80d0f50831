from __future__ import annotations

import pytest

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
        ("s3:ListBucket", ["cdk", "cdk", "compare", "records", "worker"]),
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
