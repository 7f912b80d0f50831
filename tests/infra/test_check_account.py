"""`make check-account`: what it says of an account that is ready, and of one that is not."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from botocore.session import get_session
from botocore.stub import Stubber

from infra.account import check
from infra.account.account import Account, region_of
from infra.account.finding import CheckState, Finding
from infra.account.linked_roles import GPU_ROLES, SPOT_ROLES, make_linked_roles
from infra.account.machine import container_tool, node_version
from infra.account.needs import Needs
from infra.settings import DeploySettings
from tests.support.aws_credentials import use_credentials

OWNER = "123456789012"
CERTIFICATE = f"arn:aws:acm:us-east-1:{OWNER}:certificate/01234567-89ab-cdef-0123-456789abcdef"
ELSEWHERE = CERTIFICATE.replace("us-east-1", "eu-west-1")
IDENTITY = {
    "Account": OWNER,
    "Arn": f"arn:aws:iam::{OWNER}:user/ops",
    "UserId": "AIDA0000000000000000",
}
REGIONS = {
    "Regions": [
        {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "ap-east-1", "OptInStatus": "not-opted-in"},
    ]
}
STANDARD = Needs(
    prefix="facecompare-dev",
    bootstrap_qualifier="hnb659fds",
    memory_mb=3_008,
    reserved=0,
    provisioned=0,
    batch_concurrency=20,
    edge=False,
    certificate_arn="",
    gpu=False,
    gpu_instance="g4dn.xlarge",
    gpu_max=4,
    gpu_spot=False,
    bucket="facecompare-dev-uploads-<AWS::AccountId>-<AWS::Region>",
)
BUCKET = f"facecompare-dev-uploads-{OWNER}-eu-west-1"
GPU = replace(STANDARD, gpu=True)
WITH_CERTIFICATE = replace(STANDARD, certificate_arn=CERTIFICATE)
Answer = dict[str, Any] | str
"""a response, or the code of an error"""


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    use_credentials(monkeypatch)


@dataclass
class Answers:
    """botocore's own clients, which answer so; what was asked is kept.

    They check question and answer against AWS's own description of the service.
    """

    given: list[tuple[str, str, Answer]]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def client(self, service: str, region: str) -> Any:
        client = get_session().create_client(service, region_name=region)
        stubber = Stubber(client)
        for its, operation, answer in self.given:
            if its != service:
                continue
            if isinstance(answer, str):
                code, _, message = answer.partition(": ")
                stubber.add_client_error(operation, code, message or code)
            else:
                stubber.add_response(operation, answer)
        stubber.activate()
        self.asked.append((service, region))
        return client

    def account(self, region: str = "eu-west-1") -> Account:
        return Account(region, self.client)


def quota(value: float) -> Answer:
    return {"Quota": {"Value": value}}


def limits(total: int, free: int | None = None) -> tuple[str, str, Answer]:
    unreserved = total if free is None else free
    limit = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}
    return ("lambda", "get_account_settings", {"AccountLimit": limit})


def version(text: str) -> tuple[str, str, Answer]:
    return ("ssm", "get_parameter", {"Parameter": {"Value": text}})


def role(name: str) -> tuple[str, str, Answer]:
    described = {
        "Path": "/aws-service-role/",
        "RoleName": name,
        "RoleId": "AROA0000000000000000",
        "Arn": f"arn:aws:iam::{OWNER}:role/{name}",
        "CreateDate": "2026-11-01T00:00:00Z",
    }
    return ("iam", "get_role", {"Role": described})


WHO = ("sts", "get_caller_identity", IDENTITY)
NO_STACK = ("cloudformation", "describe_stacks", "ValidationError: Stack does not exist")
STACK = (
    "cloudformation",
    "describe_stacks",
    {
        "Stacks": [
            {
                "StackName": "there",
                "CreationTime": "2026-11-01T00:00:00Z",
                "StackStatus": "CREATE_COMPLETE",
            }
        ]
    },
)
CERTIFIED = {"Certificate": {"Status": "ISSUED", "DomainName": "faces.example"}}
WAITING = {"Certificate": {"Status": "PENDING_VALIDATION", "DomainName": "faces.example"}}
ROLES = [role(name) for name in GPU_ROLES.values()]


@dataclass(frozen=True)
class Case:
    """What a check says of these answers."""

    name: str
    given: list[tuple[str, str, Answer]]
    state: CheckState
    says: str
    needs: Needs = STANDARD
    region: str = "eu-west-1"

    def finding(self) -> Finding | None:
        account = Answers(self.given).account(self.region)
        findings = check.account_findings(
            account, self.needs, {self.name: check.ACCOUNT_CHECKS[self.name]}
        )
        return dict(findings).get(self.name)


OK, NOTE, FAILS, UNKNOWN = CheckState.OK, CheckState.NOTE, CheckState.FAILS, CheckState.UNKNOWN
CASES = [
    Case("credentials", [WHO], OK, f"user/ops of account {OWNER}"),
    Case("credentials", [(*WHO[:2], "ExpiredToken")], FAILS, "aws sso login"),
    Case("credentials", [(*WHO[:2], "ServiceUnavailable")], UNKNOWN, "ServiceUnavailable"),
    Case("region", [("ec2", "describe_regions", REGIONS)], OK, "eu-west-1"),
    Case(
        "region", [("ec2", "describe_regions", REGIONS)], FAILS, "switch it on", region="ap-east-1"
    ),
    Case(
        "region",
        [("ec2", "describe_regions", REGIONS)],
        FAILS,
        "a region of AWS",
        region="eu-west-9",
    ),
    Case("region", [], FAILS, "outside of China", region="cn-north-1"),
    Case("bootstrap", [version("30")], OK, "version 30 in eu-west-1"),
    Case("bootstrap", [version("5")], FAILS, "version 6 or newer"),
    Case("bootstrap", [("ssm", "get_parameter", "ParameterNotFound")], FAILS, "make bootstrap"),
    Case("bootstrap", [("ssm", "get_parameter", "AccessDeniedException")], UNKNOWN, "AccessDenied"),
    Case(
        "bootstrap of the edge",
        [version("30")],
        OK,
        "version 30 in us-east-1",
        replace(STANDARD, edge=True),
    ),
    Case(
        "bootstrap of the edge",
        [("ssm", "get_parameter", "ParameterNotFound")],
        FAILS,
        "no CDKToolkit in us-east-1",
        replace(STANDARD, edge=True),
    ),
    Case("Lambda memory", [limits(10)], OK, "3,008 MB asked for"),
    Case("Lambda memory", [limits(1_000)], OK, "3,538 MB", replace(STANDARD, memory_mb=3_538)),
    Case(
        "Lambda memory",
        [limits(10)],
        FAILS,
        "-c compare_memory_mb=3008",
        replace(STANDARD, memory_mb=3_538),
    ),
    Case(
        "Lambda memory",
        [limits(400)],
        NOTE,
        "that AWS counts as new",
        replace(STANDARD, memory_mb=3_538),
    ),
    Case("Lambda concurrency", [limits(1_000)], OK, "1,000 of 1,000"),
    Case("Lambda concurrency", [limits(10)], NOTE, "-c batch_concurrency=5"),
    Case(
        "Lambda concurrency",
        [limits(10), NO_STACK],
        FAILS,
        "expected 15: 5 for the compare function, 10 for others",
        replace(STANDARD, reserved=5),
    ),
    Case(
        "Lambda concurrency",
        [limits(1_000, 120), NO_STACK],
        FAILS,
        "expected 150",
        replace(STANDARD, provisioned=50),
    ),
    Case(
        "Lambda concurrency",
        [limits(1_000, 120), STACK],
        OK,
        "120 of 1,000",
        replace(STANDARD, reserved=50),
    ),
    Case(
        "upload bucket", [WHO, NO_STACK, ("s3", "head_bucket", "404")], OK, f"{BUCKET} to be free"
    ),
    Case("upload bucket", [WHO, STACK], OK, "of the stack that is deployed"),
    Case("upload bucket", [WHO, NO_STACK, ("s3", "head_bucket", "403")], FAILS, "somebody else's"),
    Case("upload bucket", [WHO, NO_STACK, ("s3", "head_bucket", {})], FAILS, "aws s3 rb --force"),
    Case(
        "certificate",
        [("acm", "describe_certificate", CERTIFIED)],
        OK,
        "faces.example",
        WITH_CERTIFICATE,
    ),
    Case(
        "certificate",
        [("acm", "describe_certificate", WAITING)],
        FAILS,
        "PENDING_VALIDATION",
        WITH_CERTIFICATE,
    ),
    Case(
        "certificate",
        [("acm", "describe_certificate", "ResourceNotFoundException")],
        FAILS,
        "none of this ARN",
        WITH_CERTIFICATE,
    ),
    Case(
        "certificate", [], FAILS, "one in eu-west-1", replace(STANDARD, certificate_arn=ELSEWHERE)
    ),
    Case("service-linked roles", ROLES, OK, "AWSServiceRoleForECS", GPU),
    Case(
        "service-linked roles",
        [("iam", "get_role", "NoSuchEntity"), *ROLES[1:]],
        NOTE,
        "no AWSServiceRoleForECS; expected service-linked roles; do: nothing; make deploy",
        GPU,
    ),
    Case("GPU vCPUs", [("service-quotas", "get_service_quota", quota(16))], OK, "16 vCPUs", GPU),
    Case(
        "GPU vCPUs",
        [("service-quotas", "get_service_quota", quota(0))],
        NOTE,
        "expected 16 for 4 × g4dn.xlarge, 4 for the first; do: ask AWS",
        GPU,
    ),
    Case(
        "GPU vCPUs",
        [("service-quotas", "get_service_quota", quota(8))],
        NOTE,
        "8 vCPUs of spot",
        replace(GPU, gpu_spot=True),
    ),
    Case(
        "networks",
        [
            NO_STACK,
            ("ec2", "describe_vpcs", {"Vpcs": [{}]}),
            ("service-quotas", "get_service_quota", quota(5)),
        ],
        OK,
        "1 networks (VPCs) of 5",
        GPU,
    ),
    Case(
        "networks",
        [
            NO_STACK,
            ("ec2", "describe_vpcs", {"Vpcs": [{}] * 5}),
            ("service-quotas", "get_service_quota", quota(5)),
        ],
        FAILS,
        "room for one more",
        GPU,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}: {case.says}")
def test_a_line_says_what_is_found_expected_and_to_do(case: Case) -> None:
    finding = case.finding()
    assert finding is not None
    line = finding.line(case.name)
    assert finding.state is case.state, line
    assert case.says in line
    bad = finding.state in (CheckState.NOTE, CheckState.FAILS)
    assert (": " in line and "; expected " in line and "; do: " in line) is bad
    assert "\n" not in line


def test_every_check_has_a_good_and_a_bad_case() -> None:
    """Of the account and of the machine, whose cases are further down."""
    states = {(case.name, case.state) for case in CASES}
    states |= {(name, state) for name, (_, cases) in MACHINE.items() for state, _ in cases.values()}
    good = {name for name, state in states if state is OK}
    bad = {name for name, state in states if state in (NOTE, FAILS)}
    everything = {*check.MACHINE_CHECKS, *check.ACCOUNT_CHECKS}
    assert everything - good == everything - bad == set()


@pytest.mark.parametrize("name", check.ACCOUNT_CHECKS)
def test_what_is_not_allowed_to_be_asked_fails_nothing(name: str) -> None:
    denied = [
        (service, operation, "AccessDeniedException")
        for service, operation in {
            answer[:2] for case in CASES if case.name == name for answer in case.given
        }
        if (service, operation) != WHO[:2]
    ]
    needs = replace(GPU, edge=True, certificate_arn=CERTIFICATE, reserved=1)
    asking = {name: check.ACCOUNT_CHECKS[name]}
    findings = dict(check.account_findings(Answers([WHO, *denied]).account(), needs, asking))
    expected = CheckState.OK if name == "credentials" else CheckState.UNKNOWN
    assert findings[name].state is expected
    assert name == "credentials" or "AccessDeniedException" in findings[name].line(name)


def test_without_credentials_nothing_else_is_asked() -> None:
    def nobody(service: str, region: str) -> Any:
        raise NoCredentialsError

    findings = dict(check.account_findings(Account("eu-west-1", nobody), STANDARD))
    assert [each.state for each in findings.values()] == [CheckState.FAILS, CheckState.UNKNOWN]


def test_without_gpu_firewall_and_domain_nothing_is_asked_for_them() -> None:
    given: list[tuple[str, str, Answer]] = [
        WHO,
        ("ec2", "describe_regions", REGIONS),
        version("30"),
        limits(1_000),
        limits(1_000),
    ]
    answers = Answers([*given, NO_STACK, ("s3", "head_bucket", "404")])
    findings = dict(check.account_findings(answers.account(), STANDARD))
    assert {*check.ACCOUNT_CHECKS} - {*findings} == {
        "bootstrap of the edge",
        "certificate",
        "service-linked roles",
        "GPU vCPUs",
        "networks",
    }
    assert {service for service, _ in answers.asked}.isdisjoint({"iam", "service-quotas", "acm"})


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        (role("AWSServiceRoleForEC2Spot")[2], OK, "AWSServiceRoleForEC2Spot, made just now"),
        ("InvalidInput", OK, "made just now"),
        ("AccessDenied", FAILS, "create-service-linked-role --aws-service-name spot.amazonaws.com"),
    ],
)
def test_a_deployment_makes_the_roles_that_are_missing(
    answer: Answer, state: CheckState, says: str
) -> None:
    (missing,) = SPOT_ROLES.values()
    given = [*ROLES, ("iam", "get_role", "NoSuchEntity")]
    finding = make_linked_roles(
        Answers([*given, ("iam", "create_service_linked_role", answer)]).account(),
        replace(GPU, gpu_spot=True),
    )
    assert finding is not None
    assert finding.state is state
    assert says in finding.line("roles")
    assert missing in finding.line("roles")


def test_the_options_of_a_deployment_say_what_is_needed() -> None:
    arguments = ["-c", "gpu=on", "--method=direct", "--context=gpu_max=2", "--context", "env=prod"]
    options = check.chosen_options(arguments)
    assert options == {"gpu": "on", "gpu_max": "2", "env": "prod"}
    needs = Needs.of(DeploySettings.from_context(options))
    assert (needs.gpu, needs.gpu_max, needs.prefix) == (True, 2, "facecompare")
    assert re.search(r"<AWS::AccountId>.*<AWS::Region>", needs.bucket)


def test_the_region_is_the_one_that_cdk_deploys_to() -> None:
    both = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-2"}
    assert region_of("ap-east-1", both) == "ap-east-1"
    assert region_of("", both) == "eu-west-1"
    assert region_of("", {"AWS_DEFAULT_REGION": "us-east-2"}) == "us-east-2"


MACHINE: dict[str, tuple[Callable[[], Finding], dict[str, tuple[CheckState, str]]]] = {
    "node": (
        node_version,
        {
            "node: echo v22.1.0": (OK, "Node 22"),
            "node: echo v20.1.0": (NOTE, "expected Node 22 or 24"),
            "node: echo v16.1.0": (FAILS, "install a newer one"),
            "": (FAILS, "no node"),
        },
    ),
    "container tool": (
        container_tool,
        {
            "docker: true": (OK, "docker, whose engine runs"),
            "docker: exit 1": (FAILS, "which reaches no engine"),
            "": (FAILS, "expected docker, or another tool that CDK_DOCKER names"),
        },
    ),
}
PROGRAMS = [
    pytest.param(name, program, id=f"{name}: {program}")
    for name, (_, programs) in MACHINE.items()
    for program in programs
]


@pytest.mark.parametrize(("name", "program"), PROGRAMS)
def test_the_machine_has_what_it_takes(
    name: str, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    if program:
        called, _, does = program.partition(": ")
        make_program(tmp_path / called, does)
    ask, programs = MACHINE[name]
    state, says = programs[program]
    assert ask().state is state
    assert says in ask().line(name)


def make_program(path: Path, does: str) -> None:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_another_container_tool_is_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(tmp_path / "finch", "true")
    monkeypatch.setenv("CDK_DOCKER", str(tmp_path / "finch"))
    assert container_tool().line("x").endswith("found finch, whose engine runs")


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def answer(*states: CheckState) -> None:
        checks = {
            f"check {number}": lambda state=state: Finding(state, "it")
            for number, state in enumerate(states)
        }
        monkeypatch.setattr(check, "MACHINE_CHECKS", checks)
        monkeypatch.setattr(check, "ACCOUNT_CHECKS", {})
        monkeypatch.setattr("sys.argv", ["check"])

    yield answer


@pytest.mark.parametrize(
    ("states", "status"),
    [((OK, NOTE, UNKNOWN), 0), ((OK, FAILS, OK), 1)],
)
def test_only_what_would_fail_fails(
    answered: Callable[..., None],
    states: tuple[CheckState, ...],
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answered(*states)
    assert check.main() == status
    assert len(capsys.readouterr().out.splitlines()) == len(states)


def test_a_bad_option_is_told_as_a_deployment_tells_it(
    answered: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(OK)
    monkeypatch.setattr("sys.argv", ["check", "-c", "gpu=perhaps"])
    with pytest.raises(SystemExit, match=r"facecompare: .*gpu=perhaps"):
        check.main()
