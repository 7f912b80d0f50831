from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from moto import mock_aws

import infra  # noqa: F401 – says where jsii keeps its files, before anything loads it
from facecompare.api.app import local_app
from facecompare.aws_client import client as boto_client
from facecompare.config import ENV_PREFIX, Settings
from facecompare.config.environment import switch_off_telemetry
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import SetupError
from facecompare.model_build.build import build_models
from facecompare.model_store.files import ModelFolder
from facecompare.model_store.sources import FACE_NETWORK_DAT, dat_path
from facecompare.records.dynamo_table import DynamoTable
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support.aws_credentials import use_credentials
from tests.support.dynamo_tables import TABLE, create_table, dynalite
from tests.support.pictures import OBAMA

switch_off_telemetry()  # tests that import ONNX Runtime themselves send nothing either

TESTS = Path(__file__).parent
TOGETHER = ("evaluation", "infra")  # what their fixtures make takes long, and once is enough


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Of `-n auto`: for half of their time tests wait for browsers and processes they started."""
    return 3 * (os.cpu_count() or 1) // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A suite that shares what took long to make runs in one process of several (`-n`)."""
    for item in items:
        suite = item.path.relative_to(TESTS).parts[0]
        if suite in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(suite))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models_dir: Path) -> None:
    """No test reads the developer's settings or touches the developer's log."""
    for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FACECOMPARE_RECORDS", str(tmp_path / "log" / "comparisons.sqlite3"))
    monkeypatch.setenv("FACECOMPARE_EMBEDDINGS", str(tmp_path / "cache" / "embeddings.sqlite3"))
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(models_dir))


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's models if `facecompare models build` has made them, else a fresh build."""
    built = Settings.from_env({}).models_dir
    try:
        folder = ModelFolder.at(built)
        for row in folder.files:
            folder.verify(row.name)
    except SetupError:
        built = tmp_path_factory.mktemp("models")
        list(build_models(built))
    return built


@pytest.fixture(scope="session")
def dat_dir() -> Path:
    """The folder with dlib's own weights."""
    return dat_path(FACE_NETWORK_DAT).parent


@pytest.fixture(scope="session")
def portrait() -> Path:
    return OBAMA


@pytest.fixture(scope="session")
def engine(models_dir: Path) -> Engine:
    """The default engine, loaded once."""
    settings = Settings.from_env({"FACECOMPARE_MODELS_DIR": str(models_dir)})
    return load_engine(settings.engine, settings)


@pytest.fixture(scope="session")
def dlib_fast(models_dir: Path) -> Engine:
    """dlib's network alone, on faces that its HOG detector finds; loaded once."""
    return load_engine("dlib-fast", Settings.from_env({"FACECOMPARE_MODELS_DIR": str(models_dir)}))


@pytest.fixture
def settings(_own_environment: None) -> Settings:
    return Settings.from_env()


@pytest.fixture
def log(settings: Settings) -> SqliteLog:
    return SqliteLog(settings.records)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS account in memory."""
    use_credentials(monkeypatch)
    with mock_aws():
        yield


@pytest.fixture
def moto_table(aws: None) -> DynamoTable:
    """The comparison log's table in that account."""
    dynamodb = boto_client("dynamodb")
    create_table(dynamodb)
    return DynamoTable(TABLE, dynamodb)


@pytest.fixture(scope="session")
def dynalite_address() -> Iterator[str]:
    with dynalite() as address:
        yield address


@pytest.fixture
def dynalite_table(dynalite_address: str, monkeypatch: pytest.MonkeyPatch) -> DynamoTable:
    """The table in another make of DynamoDB, under a new name for each test."""
    use_credentials(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", dynalite_address)
    dynamodb, name = boto_client("dynamodb"), f"comparisons-{uuid4().hex}"
    create_table(dynamodb, name)
    while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        pass
    return DynamoTable(name, dynamodb)


@pytest.fixture
def client(settings: Settings, log: SqliteLog, engine: Engine) -> Iterator[TestClient]:
    """The whole local application; its engine is the session's, so that tests start at once."""
    keys = SqliteKeys(settings.records)
    app = local_app(settings, log, keys, FaceService(settings, log, [engine]))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
