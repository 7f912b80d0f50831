"""The real handlers in the real runtime on a bad day: each trouble has its answer, nothing is lost.

Between the functions and moto stands a proxy that fails by rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.session
import httpx2 as httpx
import pytest

from facecompare.config import CHECKOUT, DEFAULT_ENGINE
from facecompare.engines.cards import engine_card
from facecompare.model_store.files import ModelFolder, model_key
from facecompare.model_store.s3 import push_models
from facecompare.planning.installation import Installation
from facecompare.telemetry import STAGES
from tests.support import pictures
from tests.support.aws_emulator.moto_server import credentials, moto_server
from tests.support.aws_emulator.throttled_s3 import THROTTLED_TABLE, Fault, ThrottledAws
from tests.support.dynamo_tables import TABLE, create_table
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings

# API Gateway's line, Lambda's START, END and REPORT, and 26 bytes that CloudWatch adds to each.
OTHER_LOG_BYTES = 270 + 60 + 50 + 180 + 5 * 26
BUCKET, UPLOADS = "models-of-tests", "uploads-of-tests"
PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
TABLE_DOWN = Fault(target="Item", status=0)

# The shipped handler, with an engine that does what a request's file name says.
SPOILED_HANDLER = """
import os, time
from facecompare import service
from facecompare.config import Settings
from facecompare.aws_lambda.functions import compare_handler

well = service.compare
def compare(photos, *others):
    image1, = photos
    if image1.name == "hang.jpg":
        time.sleep(60)
    if image1.name == "crash.jpg":
        os.kill(os.getpid(), 11)
    return well(photos, *others)
service.compare = compare
handler = compare_handler(Settings.from_env())
"""


@dataclass
class Account:
    """moto, the proxy before it, and what a function is told of both."""

    aws: ThrottledAws
    moto: str
    models: ModelFolder

    def client(self, service: str) -> Any:
        """A client of moto itself, without the proxy's faults."""
        session = botocore.session.get_session()
        session.set_credentials("testing", "testing")
        return session.create_client(service, "us-east-1", endpoint_url=self.moto)

    def comparisons(self) -> list[str]:
        """The ids of all that was recorded."""
        items = self.client("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return [item["comparison_id"]["S"] for item in items]

    def environment(self, folder: Path) -> dict[str, str]:
        return credentials(self.aws.address) | {
            "FACECOMPARE_MODELS_DIR": str(self.models.path),
            "FACECOMPARE_MODEL_BUCKET": BUCKET,
            "FACECOMPARE_RECORDS_TABLE": TABLE,
            "FACECOMPARE_UPLOAD_BUCKET": UPLOADS,
            "FACECOMPARE_MAX_REQUEST_BYTES": "4500000",
            "FACECOMPARE_DEADLINE_S": "6",
            "FACECOMPARE_THREADS": "2",
            "POWERTOOLS_SERVICE_NAME": "compare",
            "LAMBDA_TASK_ROOT": "/var/task",
            "TMPDIR": str(folder),
        }


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def account(moto: str, models_dir: Path) -> Iterator[Account]:
    """An account with an empty table and the models that every comparison needs."""
    folder = ModelFolder.at(models_dir)
    needed = tuple(row for row in folder.files if row.name != "landmarks68")
    with ThrottledAws(moto) as aws:
        account = Account(aws, moto, replace(folder, files=needed))
        dynamodb, s3 = account.client("dynamodb"), account.client("s3")
        create_table(dynamodb)
        for bucket in (BUCKET, UPLOADS):
            s3.create_bucket(Bucket=bucket)
        list(push_models(account.models, BUCKET, s3))
        yield account
        dynamodb.delete_table(TableName=TABLE)


Start = Callable[..., tuple[str, LambdaFunction]]


@pytest.fixture
def start(account: Account, tmp_path: Path) -> Iterator[Start]:
    """Starts the compare function, shipped or spoiled, behind the HTTP API."""
    with ExitStack() as running:

        def function(handler: str = "", **environment: str) -> tuple[str, LambdaFunction]:
            code = CHECKOUT / "functions" / "compare"
            if handler:
                code = tmp_path / "code"
                code.mkdir()
                (code / "handler.py").write_text(handler)
            compare = running.enter_context(
                LambdaFunction(
                    FunctionSettings(
                        code=code,
                        log=tmp_path / "log",
                        env=account.environment(tmp_path) | environment,
                    )
                )
            )
            front = running.enter_context(HttpFront({"ANY /api/{proxy+}": compare}))
            return front.address, compare

        yield function


def compare(address: str, name: str = "well.jpg", **headers: str) -> httpx.Response:
    files: dict[str, Any] = {"image1": (name, PAIR["image1"]), "image2": PAIR["image2"]}
    return httpx.post(f"{address}/api/compare", files=files, headers=headers, timeout=90)


def test_a_comparison_is_answered_recorded_logged_and_measured(
    start: Start, account: Account
) -> None:
    address, function = start()
    answer = compare(address)
    assert answer.status_code == 200, function.log_text()
    assert account.comparisons() == [answer.json()["comparison_id"]]
    lines = function.log_records()
    (answered,) = [line for line in lines if line.get("message") == "answered"]
    assert answered["operation"] == "compare"
    assert answered["correlation_id"]
    assert set(answered["stages_ms"]) == set(STAGES)
    longest = max(answered["stages_ms"].values())  # of both photos, which go side by side
    assert 0 < longest <= answered["total_ms"] * len(PAIR)
    assert answered["cold_start"] is True
    assert not [line for line in lines if "_aws" in line]  # each would be a custom metric
    assert len(json.dumps(answered)) + OTHER_LOG_BYTES <= Installation().log_bytes
    fetched = {line["model"] for line in lines if line.get("message") == "fetched"}
    assert fetched == set(engine_card(DEFAULT_ENGINE).models)


def test_photos_without_a_face_are_counted(start: Start, account: Account) -> None:
    address, function = start()
    blank = pictures.plain()
    answer = httpx.post(f"{address}/api/detect", files={"image": blank}, timeout=60)
    assert answer.json()["code"] == "no_face"
    (refused,) = [line for line in function.log_records() if line.get("message") == "refused"]
    assert refused["code"] == "no_face"


@pytest.mark.parametrize(("megabytes", "code"), [(4.4, "image_too_large"), (6, None), (11, None)])
def test_a_request_too_large_is_413(start: Start, megabytes: float, code: str | None) -> None:
    """The function answers what reaches it; API Gateway what does not, where there is no site."""
    address, _ = start()
    files = {"image1": b"x" * int(megabytes * 1_000_000), "image2": PAIR["image2"]}
    answer = httpx.post(f"{address}/api/compare", files=files, timeout=60)
    assert answer.status_code == 413
    assert answer.json().get("code") == code
    assert code is None or "POST /api/uploads" in answer.json()["message"]


def test_work_that_hangs_is_given_up_and_the_next_request_is_answered(
    start: Start, account: Account
) -> None:
    address, function = start(SPOILED_HANDLER)
    hung, well = compare(address, "hang.jpg"), compare(address)
    assert (hung.status_code, hung.json()["code"]) == (503, "timed_out")
    assert hung.headers["retry-after"] == "2"
    assert well.status_code == 200
    assert account.comparisons() == [well.json()["comparison_id"]]
    assert "timed_out: found the work unfinished after 6 s" in function.log_text()


def test_a_crash_of_the_engine_fails_one_request_only(start: Start, account: Account) -> None:
    address, _ = start(SPOILED_HANDLER)
    crashed, well = compare(address, "crash.jpg"), compare(address)
    assert (crashed.status_code, crashed.json()) == (500, {"message": "Internal Server Error"})
    assert well.status_code == 200
    assert account.comparisons() == [well.json()["comparison_id"]]


def test_a_missing_model_is_told_logged_and_mended_without_a_restart(
    start: Start, account: Account
) -> None:
    row = account.models.row("landmarks5")
    s3 = account.client("s3")
    s3.delete_object(Bucket=BUCKET, Key=model_key(row))
    address, function = start()
    missing = compare(address)
    assert (missing.status_code, missing.json()["code"]) == (503, "model_file_missing")
    assert BUCKET not in missing.text
    assert f"s3://{BUCKET}/{model_key(row)} is missing" in function.log_text()
    list(push_models(account.models, BUCKET, s3))
    assert compare(address).status_code == 200


def test_a_model_with_a_wrong_checksum_is_never_used(start: Start, account: Account) -> None:
    row = account.models.row("landmarks5")
    wrong = bytearray(account.models.path_of("landmarks5").read_bytes())
    wrong[-1] ^= 1
    account.client("s3").put_object(Bucket=BUCKET, Key=model_key(row), Body=bytes(wrong))
    address, function = start()
    answer = compare(address)
    assert (answer.status_code, answer.json()["code"]) == (503, "model_file_damaged")
    assert f"expected {row.sha256[:16]}" in function.log_text()
    assert account.comparisons() == []


@pytest.mark.parametrize("fault", [THROTTLED_TABLE, TABLE_DOWN], ids=["throttled", "down"])
def test_a_table_in_trouble_is_told_and_a_retry_leaves_one_record(
    start: Start, account: Account, fault: Fault
) -> None:
    address, function = start(FACECOMPARE_DEADLINE_S="25")
    key = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
    account.aws.faults = [fault]
    failed = compare(address, **key)
    assert failed.json()["code"] == "records_unavailable", function.log_text()
    assert failed.status_code == 503
    assert failed.headers["retry-after"] == "2"
    assert TABLE not in failed.text
    assert f"records_unavailable: table {TABLE}" in function.log_text()
    assert account.comparisons() == []
    account.aws.faults = []
    ids = {compare(address, **key).json()["comparison_id"] for _ in range(2)}
    assert len(ids) == 1
    assert account.comparisons() == list(ids)


def test_several_tries_are_made_before_a_throttled_table_is_given_up(
    start: Start, account: Account
) -> None:
    address, _ = start(FACECOMPARE_DEADLINE_S="25")
    account.aws.faults = [THROTTLED_TABLE]
    compare(address)
    puts = [line for line in account.aws.requests if line.endswith("PutItem")]
    assert len(puts) == 3


def test_a_bucket_that_is_down_is_told_apart_from_a_missing_file(
    start: Start, account: Account
) -> None:
    account.aws.faults = [Fault(path=BUCKET, status=0)]
    address, function = start(FACECOMPARE_DEADLINE_S="25")
    answer = compare(address)
    assert (answer.status_code, answer.json()["code"]) == (503, "models_unavailable")
    account.aws.faults = []
    assert compare(address).status_code == 200, function.log_text()
