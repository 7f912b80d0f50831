"""What a deployment may not take away unless it is told to; and that nothing deployed is lost."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from facecompare.config.reader import declared
from infra.account.account import Account
from infra.deployed_stacks import DeployedStacks
from infra.guard import check
from infra.guard.replacement import HOLD_DATA, replacements
from infra.guard.weakening import STRENGTHS, weakenings
from infra.settings import DeploySettings
from infra.stack_names import stack_names
from tests.support.assembly import Assembly
from tests.support.variants import EVERYTHING, VARIANTS, Variants

REGION = "eu-west-1"
# Options that neither open anything nor lose what somebody relies on, and why.
NOTHING_IS_LOST = {
    "env": "says which installation it is",
    "environments": "says where its file is",
    "region": "another region is another installation",
    "local": "for a simulator",
    "models": "of this machine",
    "web_layer": "of this machine",
    "bootstrap_qualifier": "by whom it is deployed",
    "tags": "say what it is",
    "engine": "both ways are a choice; records tell which",
    "landmarks68": "what is left out is refused by name",
    "mtcnn": "what is left out is refused by name",
    "table": "the stacks' own table is data, and held as such",
    "compare_memory_mb": "speed",
    "compare_timeout_s": "speed",
    "deadline_s": "speed",
    "reserved_concurrency": "speed",
    "provisioned_concurrency": "speed",
    "snap_start": "speed",
    "batch_concurrency": "speed",
    "gpu": "its stack would be left behind, which is told",
    "gpu_instance": "speed",
    "gpu_max": "speed",
    "gpu_spot": "price",
    "throttle_rate_per_s": "speed",
    "throttle_burst": "speed",
    "certificate_arn": "goes with the domain",
    "price_class": "price",
    "access_logs": "their bucket is data, and held as such",
    "alarms": "both ways are a choice; symptoms always have alarms",
    "dashboard": "shows what is kept elsewhere",
    "tracing": "shows what is kept elsewhere",
}
WEAKER = {
    "permissions_boundary": "arn:aws:iam::123456789012:policy/wider",
    "access": "public",
    "records_days": "7",
    "keep_data": "off",
    "deletion_protection": "off",
    "point_in_time_recovery": "off",
    "table_key": "aws-owned",
    "waf_requests_per_5_minutes": "2000",
    "domain": "",
    "alarm_email": "others@faces.example",
    "allowed_origins": "https://b.example",
    "log_days": "7",
    "budget_usd": "",
}


class Deployed(Account):
    """An account in which the stacks of an assembly are."""

    def __init__(self, assembly: Assembly, *, protected: bool = False) -> None:
        super().__init__(REGION)
        self._names = {name: stack for stack, name in assembly.stack_names.items()}
        self._assembly, self._protected = assembly, protected

    def ask(self, service: str, operation: str, in_region: str = "", **question: Any) -> Any:
        name = question["StackName"]
        stack = self._names.get(name)
        if stack is None:
            message = f"Stack with id {name} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, operation)
        assert in_region == ("us-east-1" if stack == "edge" else REGION)
        if operation == "get_template":
            return {"TemplateBody": self._assembly.templates[stack]}
        return {"Stacks": [{"StackName": name, "EnableTerminationProtection": self._protected}]}


def context_of(variant: str, **changed: str) -> dict[str, str]:
    chosen = {"region": REGION, **VARIANTS[variant], "budget_usd": "50", **changed}
    return {name: text for name, text in chosen.items() if text}


def made(variants: Variants, **changed: str) -> Assembly:
    name = "-".join(["guarded", *changed])
    if "domain" in changed:
        changed |= {"certificate_arn": ""}
    return variants.made(name, context_of("everything", **changed))


def complaints(before: Assembly, after: Assembly, context: Mapping[str, str]) -> list[str]:
    stacks = DeployedStacks(Deployed(before), DeploySettings.from_context(context))
    return list(check.complaints_of_deployment(stacks, after.templates, "environments/prod.toml"))


def test_every_option_is_guarded_or_loses_nothing() -> None:
    assert STRENGTHS.keys() | NOTHING_IS_LOST.keys() == declared(DeploySettings).keys()
    assert STRENGTHS.keys() & NOTHING_IS_LOST.keys() == set()
    assert STRENGTHS.keys() == WEAKER.keys()


def test_the_same_options_lose_nothing(variants: Variants) -> None:
    everything = made(variants)
    assert everything.stack_names.keys() == {"data", "api", "edge", "site"}
    assert complaints(everything, everything, context_of("everything")) == []


@pytest.mark.parametrize("option", WEAKER)
def test_what_an_option_would_weaken_is_refused(variants: Variants, option: str) -> None:
    before, after = made(variants), made(variants, **{option: WEAKER[option]})
    found = [name for name, _, _ in weakenings(before.templates, after.templates)]
    assert found == [option]
    back = {name for name, _, _ in weakenings(after.templates, before.templates)}
    both_ways = {"alarm_email", "permissions_boundary"}  # another one is a loss both ways
    assert back - both_ways == set()
    (line,) = complaints(before, after, context_of("everything"))
    assert line.startswith(f"found {option} deployed as ")
    assert line.endswith(f"; say {option} in environments/prod.toml")


def test_what_is_said_of_access(variants: Variants) -> None:
    before, after = made(variants), made(variants, access="public")
    assert complaints(before, after, context_of("everything")) == [
        "found access deployed as keys; expected no less, and these options make it public; "
        "say access in environments/prod.toml"
    ]


@pytest.mark.parametrize(
    ("stack", "option", "without"),
    [("gpu", "gpu", {"gpu": "on"}), ("edge", "firewall", {"waf_requests_per_5_minutes": "1000"})],
)
def test_a_stack_is_not_left_behind(
    variants: Variants, stack: str, option: str, without: dict[str, str]
) -> None:
    whole = {"region": REGION, **without}
    before = variants.made(f"with-{option}", whole)
    after = variants.made("guarded-plain", {"region": REGION})
    settings = DeploySettings.from_context({"region": REGION})
    name = stack_names(settings)[stack]
    (line,) = complaints(before, after, {"region": REGION})
    assert line == (
        f"found the stack {name}; expected options that have it; say them in "
        f"environments/prod.toml or, to be rid of it, run: make destroy STACKS={name}, with the "
        "options that have it"
    )


def test_another_table_is_not_put_in_the_place_of_the_one_with_the_records(
    variants: Variants,
) -> None:
    before = made(variants)
    template = copy.deepcopy(before.templates["data"])
    (id,) = (
        id for id, each in template["Resources"].items() if each["Type"] == "AWS::DynamoDB::Table"
    )
    template["Resources"][id]["Properties"]["KeySchema"][0]["AttributeName"] = "other"
    assert list(replacements(before.templates["data"], template)) == [
        (id, "is made anew where KeySchema changes")
    ]
    del template["Resources"][id]
    lost = [(id, "is not in it any more")]
    assert list(replacements(before.templates["data"], template)) == lost
    adopted = made(variants, table="kept")
    assert list(replacements(before.templates["data"], adopted.templates["data"])) == lost


def test_access_logs_are_data(variants: Variants) -> None:
    before, after = made(variants), made(variants, access_logs="off")
    lines = complaints(before, after, context_of("everything"))
    assert [line.split(",")[0] for line in lines] == [
        f"found {each.id}" for each in before.all("AWS::S3::Bucket") if "Log" in each.id
    ]


@pytest.mark.parametrize("kind", HOLD_DATA)
def test_what_cannot_change_in_place_is_as_aws_says(kind: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [
        *schema.get("createOnlyProperties", ()),
        *schema.get("conditionalCreateOnlyProperties", ()),
    ]
    assert set(HOLD_DATA[kind]) == {path.removeprefix("/properties/") for path in paths}


def test_protected_stacks_are_not_destroyed(variants: Variants) -> None:
    everything = made(variants)
    manifest = json.loads((everything.folder / "manifest.json").read_text("utf-8"))["artifacts"]
    for name in everything.stack_names.values():
        assert manifest[name]["properties"]["terminationProtection"] is True
    settings = DeploySettings.from_context(context_of("everything"))
    stacks = DeployedStacks(Deployed(everything, protected=True), settings)
    lines = list(check.complaints_of_destruction(stacks, everything.templates, "prod.toml"))
    assert lines == [
        f"found {name} protected from deletion; expected deletion_protection=off; deploy so "
        "first, see infra/README.md, Teardown"
        for name in stacks.protected()
    ]
    assert len(lines) == 4
    free = DeployedStacks(Deployed(everything), settings)
    assert list(check.complaints_of_destruction(free, everything.templates, "prod.toml")) == []


def test_nothing_deployed_is_nothing_to_lose(variants: Variants, tmp_path: Path) -> None:
    empty = Assembly(tmp_path, {}, {})
    assert complaints(empty, made(variants), context_of("everything")) == []


@pytest.fixture
def reopened(variants: Variants, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command's arguments, of a deployment that would reopen the API."""
    monkeypatch.setattr("infra.deployed_stacks.Account", lambda region: Deployed(made(variants)))
    context = context_of("everything", access="public")
    options = [word for name, text in context.items() for word in ("-c", f"{name}={text}")]
    return [str(made(variants, access="public").folder), *options]


def test_the_command_refuses_and_says_how_it_would_not(
    reopened: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["check", *reopened])
    assert check.main() == 1
    refused, how = capsys.readouterr().out.splitlines()
    assert refused.startswith("REFUSED: found access deployed as keys; expected no less")
    assert refused.endswith("say access in environments/prod.toml")
    assert how == "Where this is meant, run it again with FORCE=yes."
    monkeypatch.setattr(sys, "argv", ["check", *reopened, "--force"])
    assert check.main() == 0
    assert capsys.readouterr().out.startswith("forced: found access deployed as keys")


def test_every_option_of_everything_is_there() -> None:
    """So that what is weakened above is there at first."""
    assert STRENGTHS.keys() - EVERYTHING.keys() - {"budget_usd"} == {
        *("keep_data", "deletion_protection", "point_in_time_recovery", "table_key", "log_days")
    }
