"""Clients that others' generators make of the OpenAPI document compare two photos; so what it says
can be used as it is."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from facecompare.api.routes.openapi import document
from tests.support.browser.server import Server, serving
from tests.support.pictures import BIDEN, OBAMA, OBAMA2

BIN = Path(__file__).parents[2] / "node_modules" / ".bin"
NOT_INSTALLED = "the generator of TypeScript is not installed; see: make node_modules"
TYPESCRIPT = Path(__file__).with_name("clients") / "compare.mts"
READABLE = {
    "compare", "verify", "predict", "explain", "detect", "grantUpload",
    "listComparisons", "exportComparisons", "getComparison", "deleteComparison",
    "submitBatch", "listBatches", "getBatch", "getBatchResults", "cancelBatch",
    "listEngines", "getService", "getHealth", "getReady",
}  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document()), "utf-8")
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), models_dir) as server:
        yield server


@pytest.fixture(scope="module")
def client(described: Path) -> Iterator[ModuleType]:
    """The package that openapi-python-client makes, complete."""
    made = described.parent / "python"
    config = described.parent / "config.json"
    config.write_text(json.dumps({"package_name_override": "generated", "post_hooks": []}))
    run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"),
        *("--path", described, "--output-path", made, "--config", config),
    )
    sys.path.insert(0, str(made))
    yield importlib.import_module("generated")
    sys.path.remove(str(made))


def run(*command: object) -> str:
    """What it prints; it has to succeed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def part(name: str) -> Any:
    return importlib.import_module(f"generated.{name}")


def photo(path: Path) -> Any:
    return part("types").File(BytesIO(path.read_bytes()), path.name, "image/jpeg")


def test_the_document_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_every_operation_has_a_name_that_reads() -> None:
    named = [each["operationId"] for path in document()["paths"].values() for each in path.values()]
    assert len(named) == len(set(named))
    assert set(named) == READABLE


def test_a_client_in_python_compares_files(client: ModuleType, server: Server) -> None:
    models, compare = part("models"), part("api.photos.compare")
    body = models.ComparisonForm(image1=photo(OBAMA), image2=photo(OBAMA2))
    with client.Client(server.address) as connection:
        found = compare.sync(client=connection, body=body)
    assert found.verdict is models.Verdict.SAME
    assert isinstance(found.created_at, datetime)
    assert abs(found.created_at - datetime.now(UTC)).total_seconds() < 60


def test_a_client_in_python_compares_base64_with_every_option(
    client: ModuleType, server: Server
) -> None:
    models, compare = part("models"), part("api.photos.compare")
    one, again, other = (b64encode(path.read_bytes()).decode() for path in (OBAMA, OBAMA2, BIDEN))
    body = models.ComparisonFields(
        image1=one,
        image2=other,
        image1_2=again,
        threshold=0.6,
        face=models.FacePolicy.MOST_CENTRAL,
        image2_face=0,
        min_quality=models.MinQuality.WARN,
        strict=True,
        chips=True,
    )
    with client.Client(server.address) as connection:
        sent = {"client": connection, "body": body, "idempotency_key": "one-key"}
        found, repeated = compare.sync(**sent), compare.sync(**sent)
    assert found.verdict is models.Verdict.DIFFERENT
    assert found.comparison_id == repeated.comparison_id


def test_a_client_in_python_reads_records_and_errors(client: ModuleType, server: Server) -> None:
    models, records = part("models"), part("api.records.list_comparisons")
    compare = part("api.photos.compare")
    good, bad = (
        models.ComparisonForm(image1=photo(OBAMA), image2=photo(other))
        for other in (OBAMA2, TYPESCRIPT)
    )
    with client.Client(server.address) as connection:
        compare.sync(client=connection, body=good)
        listed = records.sync(client=connection).comparisons
        refused = compare.sync(client=connection, body=bad)
    assert {type(each) for each in listed} == {models.ComparisonRecord}
    assert isinstance(refused, models.ErrorResponse)
    assert (refused.code, refused.image) == ("unsupported_image", "image2")


def test_a_client_in_typescript_compares_photos(
    described: Path, server: Server, tmp_path: Path
) -> None:
    if not (BIN / "swagger-typescript-api").is_file():
        pytest.skip(NOT_INSTALLED)
    generator = BIN / "swagger-typescript-api"
    run(generator, "generate", "--path", described, "--output", tmp_path, "--enum-style", "union")
    (tmp_path / "Api.ts").rename(tmp_path / "api.ts")
    program = shutil.copy(TYPESCRIPT, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node.d.ts").write_text(
        "declare const process: {argv: string[]};\n"
        'declare module "node:fs" {\n'
        "  export function readFileSync(path: string): {toString(encoding: string): string};\n}\n"
    )
    run(
        *(BIN / "tsc", "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"),
        *("--module", "nodenext", "--allowImportingTsExtensions", program, tmp_path / "node.d.ts"),
    )
    printed = run(BIN / "node", program, server.address, OBAMA, OBAMA2)
    expected = {"verdict": "same", "recorded": True, "refusal": "missing_image"}
    assert json.loads(printed) == expected
