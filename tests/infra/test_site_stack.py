from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from facecompare.access import ORIGIN_HEADER
from facecompare.api.security_headers import SECURITY_HEADERS
from facecompare.config import CHECKOUT
from facecompare.uploads.grants import OBJECT_DAYS
from infra.page_files import INDEX, PageFiles
from tests.support.assembly import Assembly, Properties

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def distribution(assembly: Assembly) -> Properties:
    config: Properties = assembly.one("AWS::CloudFront::Distribution").properties[
        "DistributionConfig"
    ]
    return config


def origin_of(assembly: Assembly, behaviour: Properties) -> Properties:
    (origin,) = (
        each
        for each in distribution(assembly)["Origins"]
        if each["Id"] == behaviour["TargetOriginId"]
    )
    found: Properties = origin
    return found


def test_the_page_comes_from_a_bucket_that_only_cloudfront_may_read(either: Assembly) -> None:
    page = distribution(either)["DefaultCacheBehavior"]
    origin = origin_of(either, page)
    assert page["CachePolicyId"] == CACHING_OPTIMIZED
    assert page["Compress"] is True
    assert "OriginAccessControlId" in origin
    bucket = origin["DomainName"]["Fn::GetAtt"][0]
    (policy,) = (
        each
        for each in either.all("AWS::S3::BucketPolicy")
        if each.properties["Bucket"] == {"Ref": bucket}
    )
    readers = [
        statement
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and "s3:GetObject" in statement["Action"]
    ]
    assert [each["Principal"] for each in readers] == [{"Service": "cloudfront.amazonaws.com"}]
    assert "AWS:SourceArn" in readers[0]["Condition"]["StringEquals"]


def test_api_requests_are_passed_on_whole_and_never_cached(either: Assembly) -> None:
    (api,) = distribution(either)["CacheBehaviors"]
    assert api["PathPattern"] == "/api/*"
    assert api["CachePolicyId"] == CACHING_DISABLED
    assert api["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
    assert {"POST", "DELETE"} < set(api["AllowedMethods"])
    assert api["ViewerProtocolPolicy"] == "https-only"


def test_cloudfront_proves_to_the_api_that_it_is_cloudfront(either: Assembly) -> None:
    (api,) = distribution(either)["CacheBehaviors"]
    origin = origin_of(either, api)
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == ORIGIN_HEADER
    arn, version = (part for part in header["HeaderValue"]["Fn::Join"][1] if isinstance(part, dict))
    assert "OriginSecret" in arn["Fn::ImportValue"]
    assert version == {"Ref": "OriginSecretVersion"}
    assert header["HeaderValue"]["Fn::Join"][1][0] == "{{resolve:secretsmanager:"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_every_answer_carries_the_librarys_security_headers(either: Assembly) -> None:
    config = either.one("AWS::CloudFront::ResponseHeadersPolicy").properties[
        "ResponseHeadersPolicyConfig"
    ]
    security = config["SecurityHeadersConfig"]
    sent = {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
    sent["X-Content-Type-Options"] = "nosniff" if security["ContentTypeOptions"] else ""
    sent["Referrer-Policy"] = security["ReferrerPolicy"]["ReferrerPolicy"]
    content = text(security["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    assert {**sent, "Content-Security-Policy": without_uploads(content)} == SECURITY_HEADERS
    assert uploads_in(content) == [f"https://{upload_host(either)}"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 31_536_000
    behaviours = distribution(either)
    for behaviour in (behaviours["DefaultCacheBehavior"], *behaviours["CacheBehaviors"]):
        assert "ResponseHeadersPolicyId" in behaviour


def text(joined: Properties) -> str:
    parts = joined["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else part["Ref"] for part in parts)


def uploads_in(policy: str) -> list[str]:
    return [word for word in policy.replace(";", "").split() if word.startswith("https://")]


def upload_host(assembly: Assembly) -> str:
    """The region's, as grants have it; the global one would let the page post elsewhere, too."""
    bucket = assembly.one("AWS::S3::Bucket", "UploadBucket").properties["BucketName"]
    region = "eu-west-1" if "eu-west-1" in str(bucket) else "AWS::Region"
    return f"{text(bucket)}.s3.{region}.AWS::URLSuffix"


def without_uploads(policy: str) -> str:
    return "; ".join(
        " ".join(word for word in directive.split() if not word.startswith("https://"))
        for directive in policy.split("; ")
    )


def upload_origins(assembly: Assembly) -> list[Any]:
    bucket = assembly.one("AWS::S3::Bucket", "UploadBucket").properties
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    origins: list[Any] = rule["AllowedOrigins"]
    return origins


def test_only_the_sites_pages_may_upload(standard: Assembly, everything: Assembly) -> None:
    site = standard.one("AWS::CloudFront::Distribution")
    host = {"Fn::GetAtt": [site.id, "DomainName"]}
    assert upload_origins(standard) == [{"Fn::Join": ["", ["https://", host]]}]
    assert upload_origins(everything) == [
        "https://faces.example",
        "https://a.example",
        "https://b.example",
    ]


def test_uploads_are_gone_after_a_day_and_what_batches_need_after_a_week(either: Assembly) -> None:
    bucket = either.one("AWS::S3::Bucket", "UploadBucket").properties
    parts, *rules = bucket["LifecycleConfiguration"]["Rules"]
    assert parts["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules} == OBJECT_DAYS
    assert OBJECT_DAYS == {"uploads/": 1, "photos/": 7, "batches/": 7}
    assert {rule["Status"] for rule in rules} == {"Enabled"}


def test_the_functions_know_the_upload_bucket_by_its_name(either: Assembly) -> None:
    name = either.one("AWS::S3::Bucket", "UploadBucket").properties["BucketName"]
    for construct in ("CompareFunction", "RecordsFunction"):
        function = either.one("AWS::Lambda::Function", construct)
        variables = function.properties["Environment"]["Variables"]
        assert text(variables["FACECOMPARE_UPLOAD_BUCKET"]).split("Ref") == text(name).split("Ref")


def test_options_of_the_site(everything: Assembly) -> None:
    config = distribution(everything)
    assert config["Aliases"] == ["faces.example"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["PriceClass"] == "PriceClass_All"
    assert "WebACLId" in config
    assert "Bucket" in config["Logging"]
    (rule,) = everything.one("AWS::WAFv2::WebACL").properties["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] == 1_000


def test_there_is_no_firewall_and_no_access_log_by_default(standard: Assembly) -> None:
    config = distribution(standard)
    assert "edge" not in standard.templates
    assert "WebACLId" not in config
    assert "Logging" not in config


def test_what_is_stored_of_uploads_raises_an_alarm_before_it_is_dear(
    everything: Assembly, standard: Assembly
) -> None:
    alarms = standard.all("AWS::CloudWatch::Alarm")
    assert not [each for each in alarms if each.id.startswith("UploadBucket")]
    bucket = everything.one("AWS::S3::Bucket", "UploadBucket")
    alarm = everything.one("AWS::CloudWatch::Alarm", "UploadBucketStoredBytes").properties
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/S3", "BucketSizeBytes")
    assert dimensions == {"BucketName": {"Ref": bucket.id}, "StorageType": "StandardStorage"}
    assert alarm["Threshold"] == 500_000_000_000
    (action,) = alarm["AlarmActions"]
    assert "MonitoringAlarms" in action["Fn::ImportValue"]


def test_a_budget_is_there_where_one_is_asked_for(
    standard: Assembly, sources: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert "edge" not in standard.templates
    asked = {"budget_usd": "50", "alarm_email": "ops@faces.example", "region": "eu-west-1"}
    assembly = Assembly.of(sources | asked, tmp_path_factory.mktemp("budget"))
    budget = assembly.one("AWS::Budgets::Budget").properties
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert {
        (each["Notification"]["NotificationType"], each["Subscribers"][0]["Address"])
        for each in budget["NotificationsWithSubscribers"]
    } == {("FORECASTED", "ops@faces.example"), ("ACTUAL", "ops@faces.example")}
    assert assembly.all("AWS::WAFv2::WebACL") == []
    assert "WebACLId" not in distribution(assembly)


@pytest.fixture(scope="session")
def answered(standard: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What CloudFront's function makes of a request with these headers."""
    ask = edge_function(standard, "WebsiteRequestSize", tmp_path_factory.mktemp("edge"))
    return lambda headers: ask({"headers": {name: {"value": headers[name]} for name in headers}})


def edge_function(
    assembly: Assembly, construct: str, folder: Path
) -> Callable[[Properties], Properties]:
    """CloudFront's function of this construct: what it makes of a request."""
    code = assembly.one("AWS::CloudFront::Function", construct).properties["FunctionCode"]
    script = folder / f"{construct}.js"
    script.write_text(
        f"{code}\nconsole.log(JSON.stringify(handler(JSON.parse(process.argv[2]))));", "utf-8"
    )

    def answer(request: Properties) -> Properties:
        event = json.dumps({"request": request})
        done = subprocess.run(["node", script, event], capture_output=True, text=True, check=True)
        found: Properties = json.loads(done.stdout)
        return found

    return answer


def test_where_no_page_is_a_visitor_is_told_so(standard: Assembly, tmp_path: Path) -> None:
    """And whatever is published is asked for."""
    ask = edge_function(standard, "WebsiteUnknownPages", tmp_path)
    page = PageFiles.of(CHECKOUT / "web")
    for path in ("/", f"/{INDEX}", *(f"/{key}" for key in page.assets)):
        assert "statusCode" not in ask({"uri": path}), path
    for path in ("/compare", "/wp-login.php", "/assets", "/api", "/INDEX.HTML"):
        answer = ask({"uri": path})
        assert answer["statusCode"] == 404
        assert 'href="/"' in answer["body"]["data"]


@pytest.mark.parametrize("headers", [{}, {"content-length": "0"}, {"content-length": "4500000"}])
def test_a_request_that_lambda_can_take_is_passed_on(
    answered: Any, headers: dict[str, str]
) -> None:
    assert "headers" in answered(headers)
    assert "statusCode" not in answered(headers)


def test_a_request_that_is_too_large_is_told_of_uploads(answered: Any) -> None:
    answer = answered({"content-length": "4500001"})
    refusal = json.loads(answer["body"]["data"])
    assert answer["statusCode"] == 413
    assert answer["headers"]["content-type"]["value"] == "application/json"
    assert (refusal["code"], refusal["image"]) == ("image_too_large", None)
    assert "POST /api/uploads" in refusal["message"]


def test_assets_are_kept_for_a_year_and_the_index_is_asked_for_anew(standard: Assembly) -> None:
    ages = {
        each.id.removeprefix("Website")[:5]: each.properties["SystemMetadata"]["cache-control"]
        for each in standard.all("Custom::CDKBucketDeployment")
        if each.stack == "site"
    }
    assert ages == {"Asset": "public, max-age=31536000, immutable", "Index": "no-cache"}


def test_assets_are_there_before_the_index_names_them(standard: Assembly) -> None:
    index = standard.one("Custom::CDKBucketDeployment", "WebsiteIndex")
    assets = standard.one("Custom::CDKBucketDeployment", "WebsiteAssets")
    assert assets.id in index.definition["DependsOn"]
