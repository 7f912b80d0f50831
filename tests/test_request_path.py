"""How many of the package's files one comparison crosses, from each of its three entrances.

Counted is every file of `facecompare` in which a function runs, on any thread, between the call of
an entrance and its return, when the engine is loaded and one comparison went before. A process's
start is not counted: imports, and on the command line parsing, the settings and the making of
the service, which the other entrances do before they are called.

The files fall into two groups, and CONTRIBUTING.md lists both, in the order in which a comparison
comes to them: its *path*, which is limited here, and what lies behind a protocol: `Engine`,
`ComparisonLog` and `KeyStore`, `Telemetry`, and what a decoding cell answers. Who follows a
comparison reads the path and may stop at a protocol, as at Pillow or sqlite3; so all of `engines/`,
`records/` and `decoding/`, `aws_client` below them, and the two modules called telemetry, are the
second group, and nothing else is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from facecompare.api.app import local_app
from facecompare.cli.main import main
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support.aws_credentials import CREDENTIALS
from tests.support.pictures import OBAMA, OBAMA2
from tests.support.request_path import files_entered

CHECKOUT = Path(__file__).resolve().parents[1]
CONTRIBUTING = CHECKOUT / "CONTRIBUTING.md"
LIMITS = {"cli": 12, "http": 15, "lambda": 17}
BY_PROTOCOL = (
    *("engines/", "records/", "decoding/"),
    *("aws_client.py", "telemetry.py", "aws_lambda/telemetry.py"),
)


def written(entrance: str, group: str) -> list[str]:
    """The files that CONTRIBUTING.md lists between the markers of this entrance."""
    text = CONTRIBUTING.read_text("utf-8")
    block = re.search(rf"<!-- {group}: {entrance} -->(.*?)<!-- /{group} -->", text, re.DOTALL)
    assert block, f"CONTRIBUTING.md has no <!-- {group}: {entrance} -->"
    return re.findall(r"`([\w/]+\.py)`", block[1])


def check(entrance: str, entered: list[str]) -> None:
    path = [file for file in entered if not file.startswith(BY_PROTOCOL)]
    behind = [file for file in entered if file.startswith(BY_PROTOCOL)]
    assert len(path) <= LIMITS[entrance], path
    assert written(entrance, "path") == path
    assert sorted(written(entrance, "behind")) == sorted(behind)


def test_from_the_command_line(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facecompare.service.load_engine", lambda *_: engine)
    check("cli", files_entered(lambda: main(["compare", str(OBAMA), str(OBAMA2)])))


def test_from_http(settings: Settings, log: SqliteLog, engine: Engine) -> None:
    service = FaceService(settings, log, [engine])
    # Not entered as a context: each request gets fresh threads, and so is seen on all of them.
    client = TestClient(local_app(settings, log, SqliteKeys(settings.records), service))
    photos = {"image1": OBAMA.read_bytes(), "image2": OBAMA2.read_bytes()}

    def request() -> None:
        assert client.post("/api/compare", files=photos).status_code == 200

    check("http", files_entered(request))


def test_from_lambda() -> None:
    """In a process of its own, for the handler changes how its process logs and collects."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.support.request_path"],
        cwd=CHECKOUT,
        env=os.environ | CREDENTIALS | {"POWERTOOLS_SERVICE_NAME": "compare"},
        capture_output=True,
        text=True,
        check=True,
    )
    check("lambda", json.loads(run.stdout.splitlines()[-1]))
