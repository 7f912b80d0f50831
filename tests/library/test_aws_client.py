"""AWS's failures as our own errors, and objects of a bucket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from facecompare.aws_client import (
    S3Bucket,
    aws_errors,
    client,
    when_not_found,
    when_not_readable,
)
from facecompare.errors import (
    ImageTooLarge,
    QueueUnavailable,
    UploadNotFound,
    UploadsUnavailable,
)

BUCKET = "objects-of-tests"
MISSING = when_not_found(UploadNotFound("there is none"))


def service_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (service_error("Throttling"), "queue: Throttling: .* no"),
        (EndpointConnectionError(endpoint_url="x"), "queue: EndpointConnectionError: "),
        (ClientError({}, "GetObject"), "queue: : "),
    ],
)
def test_a_failure_of_aws_becomes_ours_with_place_and_code(failure: Exception, words: str) -> None:
    with (
        pytest.raises(QueueUnavailable, match=words) as raised,
        aws_errors(QueueUnavailable, "queue"),
    ):
        raise failure
    assert raised.value.__cause__ is failure


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NotFound"])
def test_what_means_something_else_is_another_error(code: str) -> None:
    with pytest.raises(UploadNotFound), aws_errors(UploadsUnavailable, "bucket", MISSING):
        raise service_error(code)


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NotFound", "403", "AccessDenied"])
def test_where_nothing_can_be_listed_a_refusal_says_that_there_is_none(code: str) -> None:
    missing = when_not_readable(UploadNotFound("there is none"))
    with pytest.raises(UploadNotFound), aws_errors(UploadsUnavailable, "bucket", missing):
        raise service_error(code)


@pytest.mark.parametrize("code", ["NoSuchBucket", "SlowDown", "InternalError"])
def test_what_the_bucket_itself_lacks_is_no_missing_object(code: str) -> None:
    missing = when_not_readable(UploadNotFound("there is none"))
    with pytest.raises(UploadsUnavailable), aws_errors(UploadsUnavailable, "bucket", missing):
        raise service_error(code)


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "eu-west-1", "ap-southeast-3", "me-central-1", "af-south-1", "eu-south-2"],
)
def test_a_bucket_is_asked_at_its_host_in_the_region(aws: None, region: str) -> None:
    s3 = client("s3", region)
    for method in ("get_object", "head_object", "put_object", "delete_object"):
        url = s3.generate_presigned_url(method, Params={"Bucket": BUCKET, "Key": "a"})
        assert url.startswith(f"https://{BUCKET}.s3.{region}.amazonaws.com/a?")


def test_at_a_configured_address_buckets_are_addressed_by_path(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's DNS knows the names of buckets below the host of a simulator."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://simulator:9000")
    form = client("s3").generate_presigned_post(BUCKET, "a")
    assert form["url"] == f"http://simulator:9000/{BUCKET}"


def test_other_errors_and_results_pass() -> None:
    with pytest.raises(ZeroDivisionError), aws_errors(UploadsUnavailable, "bucket", MISSING):
        raise ZeroDivisionError
    with aws_errors(UploadsUnavailable, "bucket", MISSING):
        pass


@pytest.fixture
def bucket(aws: None) -> S3Bucket:
    client("s3").create_bucket(Bucket=BUCKET)
    return S3Bucket(BUCKET, UploadsUnavailable)


def test_an_object_is_written_read_and_deleted(bucket: S3Bucket) -> None:
    bucket.write("a", b"0123456789")
    assert bucket.exists("a")
    assert bucket.read("a", MISSING) == b"0123456789"
    assert bucket.read("a", MISSING, span=(2, 4)) == b"234"
    bucket.delete("a")
    assert not bucket.exists("a")
    bucket.delete("a")


def test_an_object_that_is_missing_or_too_large_is_told_apart(bucket: S3Bucket) -> None:
    with pytest.raises(UploadNotFound, match="there is none"):
        bucket.read("a", MISSING)
    bucket.write("a", b"12345")
    assert bucket.read("a", MISSING, max_bytes=5) == b"12345"
    with pytest.raises(ImageTooLarge, match="has 5 bytes; expected at most 4"):
        bucket.read("a", MISSING, max_bytes=4)


@pytest.mark.parametrize(
    "call",
    [
        lambda bucket: bucket.read("a", MISSING),
        lambda bucket: bucket.write("a", b""),
        lambda bucket: bucket.delete("a"),
    ],
)
def test_a_missing_bucket_is_unavailable_and_no_missing_object(
    aws: None, call: Callable[[S3Bucket], object]
) -> None:
    with pytest.raises(UploadsUnavailable, match="s3://elsewhere/a: NoSuchBucket"):
        call(S3Bucket("elsewhere", UploadsUnavailable))


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_region_that_only_aws_s_other_programs_know_is_known(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "eu-central-1")
    assert client("sqs").meta.region_name == "eu-central-1"
    assert client("sqs", "us-east-2").meta.region_name == "us-east-2"


def test_the_stubs_of_awss_clients_are_not_needed() -> None:
    """They are installed for development only."""
    code = """
import sys
for name in ("types_boto3_s3", "types_boto3_sqs", "types_boto3_dynamodb"):
    sys.modules[name] = None
from facecompare.aws_client import client
from facecompare.batches import queue, storage, worker
from facecompare.model_store import s3
from facecompare.records import dynamo_table
from facecompare.uploads import s3
"""
    subprocess.run([sys.executable, "-c", code], check=True)
