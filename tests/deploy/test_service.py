"""From `cdk deploy` to a verdict, a record, an update and `cdk destroy`, in a simulated account."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from facecompare.access import ORIGIN_HEADER
from facecompare.config import DEFAULT_ENGINE
from infra.http_api import COMPARE_ROUTES, RECORDS_ROUTES
from tests.support import pictures
from tests.support.browser.chromium import chromium
from tests.support.browser.visitor import Visitor, Watch
from tests.support.deployed.bucket_front import BucketFront
from tests.support.deployed.installation import Installation, installed
from tests.support.deployed.service import SERVED, Service, running
from tests.support.deployed.site import SiteFront

pytestmark = pytest.mark.deploy

PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, models_dir: Path
) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("deployed"), models_dir) as made:
        yield made


@pytest.fixture
def service(installation: Installation, tmp_path: Path) -> Iterator[Service]:
    compare, records, origin = map(installation.environment, SERVED)
    with running(compare, records, origin, tmp_path) as service:
        yield service


def test_the_first_key_is_made_once(installation: Installation) -> None:
    after = ("infra.after_deploy", "-c", "local=on")
    first, second = installation.command(*after), installation.command(*after)
    installation.key = next(word for word in first.split() if word.startswith("fck_admin."))
    assert "fck_" not in second


def test_a_verdict_is_the_command_line_s_and_leaves_one_record(
    installation: Installation, service: Service
) -> None:
    answer = httpx.post(f"{service.address}/api/compare", files=PAIR, timeout=60)
    assert answer.status_code == 200, (answer.text, service.compare.log_text())
    printed = json.loads(
        installation.command(
            *("facecompare", "compare", "--json", str(pictures.OBAMA), str(pictures.OBAMA2)),
            FACECOMPARE_MODELS_DIR=str(installation.models_dir),
        )
    )
    for name in ("distance", "second_distance", "combined_distance"):
        assert answer.json()[name] == pytest.approx(printed[name], abs=1e-6)
    assert answer.json()["same_person"] is printed["same_person"] is True
    (kept,) = comparisons(installation)
    assert kept["comparison_id"]["S"] == answer.json()["comparison_id"]
    assert "expires_at" in kept


def test_the_csv_lists_it_for_the_key_only(installation: Installation, service: Service) -> None:
    path = f"{service.address}/api/comparisons.csv"
    assert httpx.get(path).json()["code"] == "key_missing"
    (row,) = csv.DictReader(io.StringIO(httpx.get(path, headers=installation.header).text))
    assert row["same_person"] == "true"
    assert row["engine"] == row["decided_by"] == DEFAULT_ENGINE


def test_a_large_photo_comes_by_upload(installation: Installation, service: Service) -> None:
    asked = {"content_type": "image/jpeg"}
    grant = httpx.post(f"{service.address}/api/uploads", json=asked).json()
    sent = httpx.post(grant["url"], data=grant["fields"], files={"file": PAIR["image1"]})
    assert sent.status_code == 204
    body = {"image": {"upload": grant["upload"]}}
    found = httpx.post(f"{service.address}/api/detect", json=body, timeout=60).json()
    assert len(found["image"]["faces"]) == 1


def test_the_page_compares_photos_and_uploads_large_ones(
    installation: Installation, tmp_path: Path
) -> None:
    deployment = installation.deployment
    bucket = deployment.outputs["UploadBucketName"]
    rules = deployment.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
    environments = [installation.environment(name) for name in SERVED]
    with (
        BucketFront(deployment.url, rules) as uploads,
        running(
            environments[0] | {"AWS_ENDPOINT_URL_S3": uploads.address},
            environments[1] | {"AWS_ENDPOINT_URL_S3": uploads.address},
            environments[2],
            tmp_path,
        ) as service,
        SiteFront(service, installation.folder / "assembly", uploads.address) as site,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        uploads.origin = site.address
        page = browser.new_page()
        visitor = Visitor(page, Watch(page, site.address, uploads.address))
        page.goto(site.address)
        visitor.button("photos of two people").click()
        expect(visitor.photo(2)).to_contain_text("biden.jpg")
        visitor.predict()
        expect(visitor.verdict.get_by_role("heading")).to_have_text("Different people")

        visitor.load(2, ("phone.heic", padded_heic(6_000_000)))
        with page.expect_response("**/api/compare") as response:
            visitor.predict()
        assert set((response.value.request.post_data_json or {})["image2"]) == {"upload"}
        expect(visitor.verdict.get_by_role("heading")).to_have_text("Same person")

        visitor.load(2, ("vast.heic", padded_heic(16_000_000)))
        visitor.predict()
        expect(visitor.error_of(2)).to_contain_text("at most 15 MB are accepted")
        assert visitor.watch.complaints == []


def comparisons(installation: Installation) -> list[dict[str, Any]]:
    """What the table holds of them."""
    table = installation.deployment.outputs["TableName"]
    items = installation.deployment.client("dynamodb").scan(TableName=table)["Items"]
    return [item for item in items if item["pk"]["S"].startswith("comparison#")]


def padded_heic(size: int) -> bytes:
    """A photo that a browser cannot shrink, of this many bytes."""
    data = pictures.heic(pictures.portrait(pictures.OBAMA2))
    padding = size - len(data)
    return data + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8)


def test_without_the_site_s_secret_the_api_is_closed(service: Service) -> None:
    from tests.support.lambda_emulator.http_front import HttpFront

    with HttpFront(service.routes, authorizer=service.authorizer) as around:
        statuses = [
            httpx.get(f"{around.address}/api/engines", headers=sent).status_code
            for sent in ({}, {ORIGIN_HEADER: "guess"}, service.added_headers)
        ]
    assert statuses == [401, 403, 200]


def test_the_document_describes_every_route(service: Service) -> None:
    document = httpx.get(f"{service.address}/api/openapi.json", timeout=60).json()
    documented = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    deployed = {*COMPARE_ROUTES, *RECORDS_ROUTES} - {"GET /api/openapi.json"}
    assert documented == deployed


def test_a_key_from_the_command_line_is_known_to_the_service(
    installation: Installation, service: Service
) -> None:
    table = installation.command("infra.after_deploy", "-c", "local=on", "TableName").strip()
    named = {"FACECOMPARE_RECORDS_TABLE": table}
    key = installation.command("facecompare", "keys", "create", "front-desk", **named).strip()
    header = {"Authorization": f"Bearer {key}"}
    compared = httpx.post(f"{service.address}/api/compare", files=PAIR, headers=header, timeout=60)
    listed = httpx.get(f"{service.address}/api/comparisons", headers=header).json()
    assert [row["comparison_id"] for row in listed["comparisons"]] == [
        compared.json()["comparison_id"]
    ]
    assert listed["comparisons"][0]["caller"] == "front-desk"
    installation.command("facecompare", "keys", "revoke", "front-desk", **named)
    refused = httpx.get(f"{service.address}/api/comparisons", headers=header)
    assert refused.json()["code"] == "key_refused"


def test_an_update_changes_what_it_names_and_keeps_the_records(
    installation: Installation, tmp_path: Path
) -> None:
    before = len(comparisons(installation))
    installation.deployment.deploy(access="keys", records_days="30")
    compare, records, origin = map(installation.environment, SERVED)
    assert (compare["FACECOMPARE_ACCESS"], records["FACECOMPARE_RECORDS_DAYS"]) == ("keys", "30")
    with running(compare, records, origin, tmp_path) as service:
        refused = httpx.post(f"{service.address}/api/compare", files=PAIR, timeout=60)
        rows = httpx.get(f"{service.address}/api/comparisons", headers=installation.header).json()[
            "comparisons"
        ]
    assert refused.json()["code"] == "key_missing"
    assert len(rows) == before >= 2


def test_destroy_leaves_no_stack_no_function_and_no_data(installation: Installation) -> None:
    installation.deployment.destroy()
    client = installation.deployment.client
    stacks = [stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]]
    assert stacks == ["CDKToolkit"]
    assert client("lambda").list_functions()["Functions"] == []
    # Asked for a deleted stack, moto makes others under new names, of what its outputs name.
    outputs = installation.deployment.outputs
    assert outputs["TableName"] not in client("dynamodb").list_tables()["TableNames"]
    buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    assert outputs["ModelBucketName"] not in buckets
