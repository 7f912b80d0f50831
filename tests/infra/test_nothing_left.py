"""Whatever a deployment makes belongs to one of its stacks, so that it goes with them."""

from __future__ import annotations

import pytest

from tests.support.assembly import Assembly, Properties

LOGGED = {"gpu": "on", "env": "prod", "region": "eu-west-1", "waf_requests_per_5_minutes": "1000"}


@pytest.fixture(scope="module")
def abroad(sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Values of us-east-1 are carried elsewhere, by two functions of CDK's own."""
    return Assembly.of(sources | LOGGED, tmp_path_factory.mktemp("abroad"))


@pytest.fixture(params=["standard", "everything", "abroad"])
def variant(request: pytest.FixtureRequest) -> Assembly:
    assembly: Assembly = request.getfixturevalue(request.param)
    return assembly


def test_every_function_writes_into_a_log_of_its_own_stack(variant: Assembly) -> None:
    functions = variant.all("AWS::Lambda::Function")
    logs = {(each.stack, each.id) for each in variant.all("AWS::Logs::LogGroup")}
    written = {each.id: (each.stack, log_of(each.properties)) for each in functions}
    assert {name: log for name, log in written.items() if log not in logs} == {}


def log_of(function: Properties) -> str:
    """The logical id of its log group; empty where Lambda would make one."""
    name = function.get("LoggingConfig", {}).get("LogGroup", {})
    return name.get("Ref", "") if isinstance(name, dict) else ""


def test_every_log_forgets_and_goes_with_its_stack(variant: Assembly) -> None:
    for log in variant.all("AWS::Logs::LogGroup"):
        assert log.properties["RetentionInDays"] in (30, 90)
        assert log.definition["DeletionPolicy"] == "Delete"


def test_both_functions_that_carry_values_between_regions_are_among_them(
    abroad: Assembly,
) -> None:
    carrying = {
        (each.stack, each.id.split("CustomResource")[0])
        for each in abroad.all("AWS::Lambda::Function")
        if "CrossRegionExport" in each.id
    }
    assert carrying == {
        ("edge", "CustomCrossRegionExportWriter"),
        ("site", "CustomCrossRegionExportReader"),
    }
