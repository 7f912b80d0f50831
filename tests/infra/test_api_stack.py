from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from facecompare.access import ORIGIN_HEADER
from facecompare.api.routes import photo_routers, record_routers
from facecompare.aws_lambda.ping import PING
from facecompare.config import Settings
from facecompare.planning.cost import ALL_ALARM_METRICS
from facecompare.planning.installation import Installation
from facecompare.planning.lambda_memory import DEFAULT_MEMORY_MB, NEW_ACCOUNT_MEMORY_MB
from infra.http_api import ANYTHING_ELSE, COMPARE_PATHS, COMPARE_ROUTES, RECORDS_ROUTES
from infra.limits import HTTP_API_TIMEOUT_S
from infra.origin_authorizer import HANDLER
from tests.support.assembly import Assembly, Properties

RESOLVED = "resolved-at-deployment"
ALIAS = "AWS::Lambda::Alias"


def environment(assembly: Assembly, construct: str) -> dict[str, str]:
    """With a word for what only CloudFormation knows."""
    function = assembly.one("AWS::Lambda::Function", construct)
    variables: Properties = function.properties["Environment"]["Variables"]
    return {
        name: value if isinstance(value, str) else RESOLVED for name, value in variables.items()
    }


def test_the_library_accepts_each_functions_environment(either: Assembly) -> None:
    for construct in ("CompareFunction", "RecordsFunction"):
        settings = Settings.from_env(environment(either, construct))
        assert settings.records_table == settings.upload_bucket == RESOLVED
        assert settings.max_request_bytes == 4_500_000


def test_only_the_compare_function_loads_models(standard: Assembly) -> None:
    compare = Settings.from_env(environment(standard, "CompareFunction"))
    assert (compare.model_bucket, compare.threads, compare.deadline_s) == (RESOLVED, 2, 25)
    assert Settings.from_env(environment(standard, "RecordsFunction")).model_bucket == ""


def test_options_reach_both_functions(everything: Assembly) -> None:
    for construct in ("CompareFunction", "RecordsFunction"):
        settings = Settings.from_env(environment(everything, construct))
        assert (settings.access, settings.landmarks68, settings.records_days) == ("keys", True, 30)
        assert settings.mtcnn is True


def test_what_a_licence_switches_off_is_off_by_default(standard: Assembly) -> None:
    for construct in ("CompareFunction", "RecordsFunction"):
        settings = Settings.from_env(environment(standard, construct))
        assert (settings.landmarks68, settings.mtcnn) == (False, False)


def test_functions_answer_before_the_api_gives_up(either: Assembly) -> None:
    for construct in ("CompareFunction", "RecordsFunction"):
        function = either.one("AWS::Lambda::Function", construct)
        assert function.properties["Timeout"] < HTTP_API_TIMEOUT_S


def test_the_functions_are_as_large_as_measured(standard: Assembly) -> None:
    compare = standard.one("AWS::Lambda::Function", "CompareFunction").properties
    records = standard.one("AWS::Lambda::Function", "RecordsFunction").properties
    assert (compare["MemorySize"], compare["PackageType"]) == (3_008, "Image")
    assert (records["MemorySize"], records["Runtime"]) == (1_769, "python3.13")
    assert "ReservedConcurrentExecutions" not in compare
    assert len(records["Layers"]) == 2


@pytest.mark.parametrize(("name", "mode"), [("standard", None), ("everything", "Active")])
def test_traces_are_kept_where_somebody_wants_them(
    request: pytest.FixtureRequest, name: str, mode: str | None
) -> None:
    assembly: Assembly = request.getfixturevalue(name)
    for construct in ("CompareFunction", "RecordsFunction", "BatchFunction"):
        function = assembly.one("AWS::Lambda::Function", construct)
        assert function.properties.get("TracingConfig", {}).get("Mode") == mode
    assert Settings.from_env(environment(assembly, "CompareFunction")).tracing is (mode is not None)


def test_no_function_is_larger_than_a_new_account_allows(standard: Assembly) -> None:
    functions = standard.all("AWS::Lambda::Function")
    sizes = {each.id: each.properties.get("MemorySize", 128) for each in functions}
    assert len(sizes) >= 3
    assert {name: size for name, size in sizes.items() if size > NEW_ACCOUNT_MEMORY_MB} == {}


def test_every_function_of_an_image_is_called_each_week(either: Assembly) -> None:
    """After weeks without a call Lambda refuses the next one."""
    rules = [each.properties for each in either.all("AWS::Events::Rule")]
    assert {rule["ScheduleExpression"] for rule in rules} == {"rate(7 days)"}
    called = [target for rule in rules for target in rule["Targets"]]
    assert [json.loads(target["Input"]) for target in called] == [PING] * len(rules)
    aliases = {each.id: each.properties["FunctionName"] for each in either.all(ALIAS)}
    names = [target["Arn"].get("Ref") or target["Arn"]["Fn::GetAtt"][0] for target in called]
    functions = {aliases[name]["Ref"] if name in aliases else name for name in names}
    images = {
        each.id
        for each in either.all("AWS::Lambda::Function")
        if each.properties.get("PackageType") == "Image"
    }
    assert functions == images


def test_the_image_is_made_of_nothing_but_what_it_needs(standard: Assembly) -> None:
    function = standard.one("AWS::Lambda::Function", "CompareFunction")
    digest = function.properties["Code"]["ImageUri"]["Fn::Sub"].rpartition(":")[2]
    folder = standard.folder / f"asset.{digest}"
    for absent in (".venv", "node_modules", "tests", "cdk.json", ".git"):
        assert not (folder / absent).exists()
    assert {path.name for path in (folder / "infra").iterdir()} == {"locks", "supply"}
    assert (folder / "layers" / "core" / "python" / "facecompare" / "compare.py").is_file()
    assert (folder / "functions" / "compare" / "Dockerfile").is_file()


def test_layers_ship_the_bytecode_of_their_runtime_and_no_other(standard: Assembly) -> None:
    keys = [
        layer.properties["Content"]["S3Key"] for layer in standard.all("AWS::Lambda::LayerVersion")
    ]
    compiled = {
        path.name
        for key in keys
        for path in (standard.folder / f"asset.{Path(key).stem}").rglob("fastapi/**/*.pyc")
    }
    assert compiled == {"__init__.cpython-313.pyc"}


def test_the_api_is_throttled_and_logs_each_request(standard: Assembly) -> None:
    stage = standard.one("AWS::ApiGatewayV2::Stage").properties
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 20
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 40
    assert "requestId" in stage["AccessLogSettings"]["Format"]


def test_other_origins_are_refused_unless_they_are_named(
    standard: Assembly, everything: Assembly
) -> None:
    assert "CorsConfiguration" not in standard.one("AWS::ApiGatewayV2::Api").properties
    cors = everything.one("AWS::ApiGatewayV2::Api").properties["CorsConfiguration"]
    assert "link" in cors["ExposeHeaders"]  # by which a CSV goes on
    assert cors["AllowOrigins"] == ["https://a.example", "https://b.example"]


def target(assembly: Assembly, route: Properties) -> str:
    """The service that answers this route."""
    (integration,) = (
        each
        for each in assembly.all("AWS::ApiGatewayV2::Integration")
        if {"Ref": each.id} in route["Target"]["Fn::Join"][1]
    )
    assert integration.properties["PayloadFormatVersion"] == "2.0"
    uri = integration.properties["IntegrationUri"]
    called = uri.get("Fn::GetAtt", [uri.get("Ref")])[0]
    return "compare" if called.startswith("CompareFunction") else "records"


def test_each_path_goes_to_the_function_that_has_it(either: Assembly) -> None:
    routes = {
        each.properties["RouteKey"]: target(either, each.properties)
        for each in either.all("AWS::ApiGatewayV2::Route")
    }
    assert routes == {
        **dict.fromkeys(COMPARE_PATHS, "compare"),
        **dict.fromkeys((*RECORDS_ROUTES, ANYTHING_ELSE), "records"),
    }


def test_no_path_is_for_those_who_go_around_cloudfront(either: Assembly) -> None:
    """Without the secret's header API Gateway refuses and calls nothing; nor does it charge."""
    authorizer = either.one("AWS::ApiGatewayV2::Authorizer")
    assert authorizer.properties["AuthorizerType"] == "REQUEST"
    assert authorizer.properties["IdentitySource"] == [f"$request.header.{ORIGIN_HEADER}"]
    assert authorizer.properties["EnableSimpleResponses"] is True
    assert authorizer.properties["AuthorizerResultTtlInSeconds"] == 300
    function = either.one("AWS::Lambda::Function", "OriginAuthorizerFunction")
    assert function.id in str(authorizer.properties["AuthorizerUri"])
    assert function.properties["Code"]["ZipFile"] == HANDLER.read_text("utf-8")
    for route in either.all("AWS::ApiGatewayV2::Route"):
        assert route.properties["AuthorizationType"] == "CUSTOM"
        assert route.properties["AuthorizerId"] == {"Ref": authorizer.id}


def test_warm_containers_are_called_through_their_alias(everything: Assembly) -> None:
    alias = everything.one("AWS::Lambda::Alias")
    uris = [
        each.properties["IntegrationUri"]
        for each in everything.all("AWS::ApiGatewayV2::Integration")
    ]
    assert {"Ref": alias.id} in uris
    warm = alias.properties["ProvisionedConcurrencyConfig"]
    assert warm == {"ProvisionedConcurrentExecutions": 2}
    compare = everything.one("AWS::Lambda::Function", "CompareFunction").properties
    assert compare["ReservedConcurrentExecutions"] == 50


def test_snapshots_are_of_a_published_version(
    sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("snapshots")
    assembly = Assembly.of(sources | {"snap_start": "on"}, folder)
    compare = assembly.one("AWS::Lambda::Function", "CompareFunction").properties
    assert compare["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    version = assembly.one("AWS::Lambda::Version")
    alias = assembly.one("AWS::Lambda::Alias").properties
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version.id, "Version"]}


def paths(*routers: APIRouter) -> set[str]:
    """ "POST /api/compare" and so on."""
    return {
        f"{method} {route.path}"
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def test_the_api_has_the_applications_paths_and_no_others() -> None:
    assert set(COMPARE_ROUTES) == paths(*photo_routers())
    assert set(RECORDS_ROUTES) == paths(*record_routers())


def test_the_cost_is_computed_for_what_is_deployed(standard: Assembly) -> None:
    function = standard.one("AWS::Lambda::Function", "CompareFunction")
    assert function.properties["MemorySize"] == DEFAULT_MEMORY_MB
    expected = Installation()
    assert alarm_metrics(standard) == expected.alarm_metrics
    assert len(standard.all("AWS::SecretsManager::Secret")) == expected.secrets
    assert len(standard.all("AWS::CloudWatch::Dashboard")) == expected.dashboards
    (stage,) = standard.all("AWS::ApiGatewayV2::Stage")
    assert "DetailedMetricsEnabled" not in stage.properties["DefaultRouteSettings"]
    assert sum(expected.month_at_rest.values()) <= 1


def test_the_cost_of_all_alarms_is_that_of_their_metrics(everything: Assembly) -> None:
    assert alarm_metrics(everything) == ALL_ALARM_METRICS


def alarm_metrics(assembly: Assembly) -> int:
    """What CloudWatch bills: the metrics that alarms look at, not the alarms."""
    return sum(
        sum("MetricStat" in query for query in alarm.properties.get("Metrics", ()))
        or int("MetricName" in alarm.properties)
        for alarm in assembly.all("AWS::CloudWatch::Alarm")
    )


def test_the_records_function_knows_the_engines_and_holds_no_weights(
    standard: Assembly, models: Path
) -> None:
    folder = standard.folder / "staged" / "records"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"handler.py", "models/manifest.json"}
    assert (folder / "models/manifest.json").read_bytes() == (models / "manifest.json").read_bytes()
    variables = environment(standard, "RecordsFunction")
    assert variables["FACECOMPARE_MODELS_DIR"] == "/var/task/models"
