"""Large photos by way of the upload bucket: grants, fetching, and every way it can fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from facecompare import __version__
from facecompare.access import Role, new_key
from facecompare.api.app import create_app
from facecompare.api.dependencies import Services
from facecompare.api.routes import photo_routers, record_routers
from facecompare.aws_client import client as boto_client
from facecompare.config import PUBLIC, Settings
from facecompare.engines.protocol import Engine
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from facecompare.uploads.grants import MANIFEST_TYPES
from facecompare.uploads.s3 import UploadBucket
from tests.support import pictures

BUCKET = "uploads-of-tests"
OBAMA, OBAMA2 = (path.read_bytes() for path in (pictures.OBAMA, pictures.OBAMA2))
MAX_BYTES = 200_000


@pytest.fixture
def client(aws: None, settings: Settings, log: SqliteLog, engine: Engine) -> Iterator[TestClient]:
    boto_client("s3").create_bucket(Bucket=BUCKET)
    settings = replace(settings, upload_bucket=BUCKET, max_bytes=MAX_BYTES)
    uploads, service = UploadBucket(BUCKET, MAX_BYTES), FaceService(settings, log, [engine])
    keys = SqliteKeys(settings.records)
    services = Services(settings, keys, log, uploads, faces=service)
    app = create_app(services, (*photo_routers(), *record_routers()))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def uploaded(client: TestClient, data: bytes) -> str:
    """The photo, put where its grant says; moto takes the bytes without the form's checks."""
    grant = client.post("/api/uploads", json={"content_type": "image/jpeg"}).json()
    boto_client("s3").put_object(Bucket=BUCKET, Key=grant["fields"]["key"], Body=data)
    return str(grant["upload"])


def test_a_grant_limits_size_type_name_and_time(client: TestClient) -> None:
    answer = client.post("/api/uploads", json={"content_type": "image/heic"})
    grant = answer.json()
    policy = json.loads(base64.b64decode(grant["fields"]["policy"]))
    assert answer.status_code == 201
    assert {"Content-Type": "image/heic"} in policy["conditions"]
    assert ["content-length-range", 1, MAX_BYTES] in policy["conditions"]
    assert {"key": grant["upload"]} in policy["conditions"]
    assert {"bucket": BUCKET} in policy["conditions"]
    assert policy["expiration"][:16] == grant["expires_at"][:16]
    assert grant["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert grant["max_bytes"] == MAX_BYTES
    assert grant["url"] == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/"


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "eu-west-1", "ap-southeast-3", "me-central-1", "af-south-1", "eu-south-2"],
)
def test_a_grant_is_for_the_bucket_s_host_in_its_region(
    aws: None, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """A new bucket's global host redirects, which a page's upload does not follow."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    grant = UploadBucket(BUCKET, MAX_BYTES).grant("image/jpeg")
    assert grant.url == f"https://{BUCKET}.s3.{region}.amazonaws.com/"


@pytest.mark.parametrize("content_type", MANIFEST_TYPES)
def test_a_manifest_needs_the_key_that_its_batch_needs(
    settings: Settings, log: SqliteLog, aws: None, content_type: str
) -> None:
    settings = replace(settings, access=PUBLIC, upload_bucket=BUCKET, max_bytes=MAX_BYTES)
    keys, body = SqliteKeys(settings.records), {"content_type": content_type}
    key, kept = new_key("front-desk", Role.CALLER, "2026-11-27T10:00:00.000000Z")
    keys.add(kept)
    services = Services(settings, keys, log, UploadBucket(BUCKET, MAX_BYTES))
    with TestClient(create_app(services, record_routers())) as public:
        photo = public.post("/api/uploads", json={"content_type": "image/jpeg"})
        refused = public.post("/api/uploads", json=body)
        header = {"Authorization": f"Bearer {key}"}
        granted = public.post("/api/uploads", json=body, headers=header)
    assert (photo.status_code, photo.json()["max_bytes"]) == (201, MAX_BYTES)
    assert (refused.status_code, refused.json()["code"]) == (401, "key_missing")
    assert (granted.status_code, granted.json()["max_bytes"]) == (201, 250_000_000)


def test_no_two_grants_share_a_name(client: TestClient) -> None:
    body = {"content_type": "image/jpeg"}
    names = {client.post("/api/uploads", json=body).json()["upload"] for _ in range(5)}
    assert len(names) == 5


@pytest.mark.parametrize(
    "body", [{}, {"content_type": "text/html"}, {"content_type": "image/"}, {"type": "x"}, []]
)
def test_a_grant_for_something_else_is_refused(client: TestClient, body: object) -> None:
    answer = client.post("/api/uploads", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_an_upload_is_compared_as_the_photo_itself(client: TestClient) -> None:
    direct = client.post("/api/compare", files={"image1": OBAMA, "image2": OBAMA2}).json()
    body = {
        "image1": {"upload": uploaded(client, OBAMA)},
        "image2": base64.b64encode(OBAMA2).decode(),
    }
    by_upload = client.post("/api/compare", json=body).json()
    assert by_upload["distance"] == direct["distance"]
    assert by_upload["image1"]["sha256"] == direct["image1"]["sha256"]


@pytest.mark.parametrize(
    "upload",
    ["uploads/" + "0" * 32, "uploads/../secrets", "models/x", "", "uploads/" + "0" * 33, "é"],
)
def test_an_upload_that_is_not_there_is_a_clear_error(client: TestClient, upload: str) -> None:
    answer = client.post("/api/detect", json={"image": {"upload": upload}})
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_not_found")
    assert answer.json()["image"] == "image"


def test_an_upload_that_is_too_large_is_not_read(client: TestClient) -> None:
    upload = uploaded(client, b"x" * (MAX_BYTES + 1))
    answer = client.post("/api/detect", json={"image": {"upload": upload}})
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")


def test_an_upload_that_is_no_photo_is_told_as_any_other(client: TestClient) -> None:
    upload = uploaded(client, b"no photo")
    answer = client.post("/api/detect", json={"image": {"upload": upload}})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_image")


def test_a_bucket_that_is_gone_is_the_services_fault(client: TestClient) -> None:
    boto_client("s3").delete_bucket(Bucket=BUCKET)
    answer = client.post("/api/detect", json={"image": {"upload": "uploads/" + "0" * 32}})
    assert (answer.status_code, answer.json()["code"]) == (503, "uploads_unavailable")
    assert BUCKET not in answer.text


@pytest.mark.parametrize("image", [{"upload": 7}, {"upload": None}, {"key": "x"}, {}, 7])
def test_an_upload_of_another_form_is_refused(client: TestClient, image: object) -> None:
    answer = client.post("/api/detect", json={"image": image})
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in {"bad_field", "upload_not_found"}


def test_a_body_too_large_for_a_request_is_told_of_uploads(client: TestClient) -> None:
    big = b"x" * 61_000_001
    answer = client.post("/api/detect", content=big, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    assert "POST /api/uploads" in answer.json()["message"]


def test_the_service_says_what_it_accepts(client: TestClient) -> None:
    assert client.get("/api/service").json() == {
        "version": __version__,
        "access": "open",
        "uploads": True,
        "max_request_bytes": 61_000_000,
        "max_photo_bytes": MAX_BYTES,
        "records_days": 365,
    }


def test_one_machine_takes_no_uploads(settings: Settings, log: SqliteLog, engine: Engine) -> None:
    from facecompare.api.app import local_app

    app = local_app(
        settings, log, SqliteKeys(settings.records), FaceService(settings, log, [engine])
    )
    with TestClient(app) as local:
        asked = local.post("/api/uploads", json={"content_type": "image/jpeg"})
        named = local.post("/api/detect", json={"image": {"upload": "uploads/" + "0" * 32}})
    assert [each.json()["code"] for each in (asked, named)] == ["uploads_off", "uploads_off"]
