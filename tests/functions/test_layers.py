"""The zip function's layers: what `make layers` fills, and where Lambda mounts them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from facecompare.aws_client import client
from facecompare.config import CHECKOUT
from tests.support.aws_emulator.moto_server import credentials
from tests.support.dynamo_tables import create_table
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import RUNTIME, FunctionSettings

CORE, WEB = (CHECKOUT / "layers" / name for name in ("core", "web"))
MAX_MB = 250  # AWS, Lambda Developer Guide, "Lambda quotas": function and layers, unzipped


@pytest.fixture(scope="module")
def packages() -> Path:
    """What is in the filled layer."""
    if not (WEB / "python" / "fastapi").is_dir():
        pytest.skip("layers/web is empty and NOT tested; run: make layers")
    return WEB / "python"


def test_it_holds_what_the_records_function_imports(packages: Path) -> None:
    wanted = {"aws_lambda_powertools", "aws_xray_sdk", "botocore", "fastapi", "mangum", "pydantic"}
    assert wanted <= {path.name for path in packages.iterdir()}


def test_it_holds_neither_runtime_nor_server_nor_engines(packages: Path) -> None:
    unwanted = {"awslambdaric", "boto3", "numpy", "onnxruntime", "pip", "uvicorn", "bin"}
    assert unwanted & {path.name for path in packages.iterdir()} == set()


def test_botocore_knows_the_services_that_are_called(packages: Path) -> None:
    folders = {path.name for path in (packages / "botocore" / "data").iterdir() if path.is_dir()}
    assert folders == {"dynamodb", "s3", "sqs", "sts", "xray"}


def test_compiled_parts_are_for_lambda(packages: Path) -> None:
    libraries = [path.name for path in packages.rglob("*.so")]
    assert libraries
    assert [name for name in libraries if "cpython-313-x86_64-linux-gnu" not in name] == []


def test_both_layers_are_far_below_what_lambda_takes(packages: Path) -> None:
    files = [path for layer in (CORE, WEB) for path in layer.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_MB * 1_000_000 / 5


@pytest.fixture
def address(moto_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The records function, with the library at /opt as on Lambda."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        pytest.skip("the layer at /opt is NOT tested; run: apt-get install bubblewrap")
    for name, value in credentials(moto_address).items():
        monkeypatch.setenv(name, value)
    table = uuid4().hex
    create_table(client("dynamodb"), table)
    mounts = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    settings = FunctionSettings(
        code=CHECKOUT / "functions" / "records",
        log=tmp_path / "log",
        env={
            **credentials(moto_address),
            "PYTHONPATH": "/opt/python",
            "FACECOMPARE_RECORDS_TABLE": table,
        },
        command=(bwrap, *mounts, "--ro-bind", str(CORE), "/opt", "--die-with-parent", *RUNTIME),
    )
    with LambdaFunction(settings) as function, HttpFront({"ANY /{proxy+}": function}) as front:
        yield front.address


def test_the_library_works_where_lambda_mounts_it(address: str) -> None:
    answer = httpx2.get(f"{address}/api/comparisons", timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["comparisons"] == []
