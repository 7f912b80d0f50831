from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from facecompare.api.app import local_app
from facecompare.config import ENV_PREFIX, Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import SetupError
from facecompare.model_build.build import build_models
from facecompare.model_build.sources import FACE_NETWORK_DAT, dat_path
from facecompare.model_files import ModelFolder
from facecompare.records.sqlite import SqliteLog
from facecompare.service import FaceService

FACES = Path(__file__).parent / "data" / "faces"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models_dir: Path) -> None:
    """No test reads the developer's settings or touches the developer's log."""
    for name in [name for name in os.environ if name.startswith(ENV_PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FACECOMPARE_RECORDS", str(tmp_path / "log" / "comparisons.sqlite3"))
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
    return FACES / "obama.jpg"


@pytest.fixture(scope="session")
def engine(models_dir: Path) -> Engine:
    """The default engine, loaded once."""
    settings = Settings.from_env({"FACECOMPARE_MODELS_DIR": str(models_dir)})
    return load_engine(settings.engine, settings)


@pytest.fixture
def settings(_own_environment: None) -> Settings:
    return Settings.from_env()


@pytest.fixture
def log(settings: Settings) -> SqliteLog:
    return SqliteLog(settings.records)


@pytest.fixture
def client(settings: Settings, log: SqliteLog, engine: Engine) -> Iterator[TestClient]:
    """The whole local application; its engine is the session's, so that tests start at once."""
    app = local_app(settings, log, FaceService(settings, log, [engine]))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
