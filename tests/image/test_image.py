"""The image that ships, built and run without Docker: `make test-image`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import httpx2
import pytest

from facecompare.compare import compare
from facecompare.config import CHECKOUT
from facecompare.engines.protocol import Engine
from facecompare.model_store.files import ModelFolder
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo
from infra.supply.__main__ import BILL, NOTICES
from infra.supply.binaries import EXTENSION, is_binary
from infra.supply.component import Component
from infra.supply.licences import may_ship
from infra.supply.pins import canonical
from tests.image.conftest import BUCKET
from tests.support.aws_emulator.moto_server import credentials
from tests.support.aws_emulator.throttled_s3 import ThrottledAws
from tests.support.bills import bill_at, every_component, named, places
from tests.support.container import Image
from tests.support.dynamo_tables import TABLE
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.pictures import OBAMA, OBAMA2

pytestmark = pytest.mark.image

MAX_MB = 400
LICENCES = "opt/facecompare/licences"
PACKAGES = "opt/facecompare/venv/lib/python3.13/site-packages"
MAX_COMMAND_LINES = 4  # the function also starts a web application, and fetches 70 MB of models
PHOTOS = {"image1": OBAMA.read_bytes(), "image2": OBAMA2.read_bytes()}


@pytest.fixture
def function(image: Image, aws: ThrottledAws, tmp_path: Path) -> Iterator[LambdaFunction]:
    """The image as a Lambda function, with two vCPUs' worth of threads."""
    env = {
        **image.env,
        **credentials(aws.address),
        "FACECOMPARE_MODEL_BUCKET": BUCKET,
        "FACECOMPARE_RECORDS_TABLE": TABLE,
        "FACECOMPARE_ACCESS": "public",
        "FACECOMPARE_THREADS": "2",
        "POWERTOOLS_SERVICE_NAME": "compare",
    }
    command = image.command(*image.config["Cmd"])
    settings = FunctionSettings(code=tmp_path, log=tmp_path / "log", env=env, command=command)
    with LambdaFunction(settings) as function:
        yield function


@pytest.fixture
def address(function: LambdaFunction) -> Iterator[str]:
    with HttpFront({"ANY /api/{proxy+}": function}) as front:
        yield front.address


def test_it_answers_that_it_is_well(address: str, function: LambdaFunction) -> None:
    answer = httpx2.get(f"{address}/api/health", timeout=30)
    assert answer.status_code == 200, function.log_text()


def test_its_distance_is_the_one_computed_here(address: str, engine: Engine) -> None:
    answer = httpx2.post(f"{address}/api/compare", files=PHOTOS, timeout=30).json()
    one, other = (Photo(data, name) for name, data in PHOTOS.items())
    here = compare(one, other, engine, RequestOptions()).match
    for name in ("distance", "second_distance", "combined_distance"):
        assert answer[name] == pytest.approx(getattr(here, name), abs=1e-6)
    assert answer["decided_by"] == here.decided_by


def test_the_first_verdict_comes_soon_after_the_start(
    address: str, function: LambdaFunction
) -> None:
    """Measured by the command line, in turn, so that a slow or busy machine slows both."""
    turns = [(_first_verdict_s(address, function), _command_line_s()) for _ in range(3)]
    first, command_line = (min(times) for times in zip(*turns, strict=True))
    assert first <= MAX_COMMAND_LINES * command_line


def test_it_is_small(image: Image) -> None:
    listed = subprocess.run(["du", "-sm", image.root], capture_output=True, text=True, check=True)
    assert int(listed.stdout.split()[0]) <= MAX_MB


@pytest.mark.parametrize("place", ["/var/task", "/opt/facecompare", "/data", "/etc", "/"])
def test_nothing_can_be_written_outside_tmp(image: Image, place: str) -> None:
    assert "Read-only file system" in image.run("touch", f"{place}/file").stderr
    assert image.run("touch", "/tmp/file").returncode == 0


def test_it_is_not_meant_for_root(image: Image) -> None:
    assert image.config["User"] == "10001:10001"


def test_only_temporary_folders_are_open_to_all(image: Image) -> None:
    found = image.run("find", "/", "-xdev", "-perm", "-o+w", "-not", "-type", "l")
    assert found.stdout.split() == ["/var/tmp"]  # and /tmp, which is mounted here


def test_no_program_changes_the_user(image: Image) -> None:
    found = image.run("find", "/", "-xdev", "-type", "f", "-perm", "/6000")
    assert found.stdout == ""


@pytest.mark.parametrize("package", ["pip", "setuptools", "tqdm", "onnx", "pytest", "boto3"])
def test_what_only_developers_need_is_not_in_it(image: Image, package: str) -> None:
    assert f"No module named '{package}'" in image.run("python", "-c", f"import {package}").stderr


def test_models_are_not_in_it(image: Image) -> None:
    assert image.run("ls", "/opt/facecompare/models").stdout == "manifest.json\n"


def test_the_weights_licences_are_in_it(image: Image) -> None:
    notices = list((image.root / "opt/facecompare/venv").rglob("facecompare-*/licenses/NOTICE"))
    assert [notice.read_text("utf-8") for notice in notices] == [
        (CHECKOUT / "NOTICE").read_text("utf-8")
    ]


def test_the_bill_has_every_package_of_python_and_of_debian(image: Image) -> None:
    bill = bill_at(image.root / LICENCES / BILL)
    site = image.root / PACKAGES
    installed = {canonical(one.name) for one in distributions(path=[str(site)])}
    assert named(bill, "pypi") == installed - {"facecompare"}
    asked = image.run("dpkg-query", "--show", "--showformat", "${Package}\n")
    assert named(bill, "deb") == set(asked.stdout.split())


def test_the_bill_has_every_shared_library(image: Image) -> None:
    site = image.root / PACKAGES
    here = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if is_binary(path) and not EXTENSION.search(path.name)
    }
    assert here == {path for path in places(bill_at(image.root / LICENCES / BILL)) if path in here}
    assert len(here) > 20


def test_none_of_it_is_under_the_gpl(image: Image) -> None:
    for one in every_component(bill_at(image.root / LICENCES / BILL)):
        if not one["purl"].startswith("pkg:deb/"):
            (licence,) = one["licenses"]
            shown = Component(
                one["name"], "", licence.get("expression") or licence["license"]["id"], ""
            )
            assert may_ship(shown), shown
    assert not list((image.root / PACKAGES).rglob("*x265*"))


def test_the_licences_of_others_are_in_it(image: Image) -> None:
    notices = (image.root / LICENCES / NOTICES).read_text("utf-8")
    for one in every_component(bill_at(image.root / LICENCES / BILL)):
        assert f"{one['name']} {one.get('version', '')}".strip() in notices


def test_what_debian_brings_has_its_copyright_files(image: Image) -> None:
    listed = named(bill_at(image.root / LICENCES / BILL), "deb")
    docs = image.root / "usr" / "share" / "doc"
    assert {name for name in listed if not (docs / name).exists()} == set()


def test_it_serves_page_and_api_on_any_host(image: Image, models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o777)
    (tmp_path / "data").chmod(0o777)
    binds = ("--ro-bind", str(models_dir), "/models", "--bind", str(tmp_path / "data"), "/data")
    env = image.env | {
        "FACECOMPARE_MODELS_DIR": "/models",
        "FACECOMPARE_RECORDS": "/data/comparisons.sqlite3",
    }
    command = image.command("serve", "--host", "127.0.0.1", "--port", "0", binds=binds)
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        announced = server.stderr.readline()
        address = announced.split(" on ")[1].split()[0]
        page = httpx2.get(address)
        answer = httpx2.post(f"{address}/api/compare", files=PHOTOS, timeout=30)
        server.terminate()
    assert "<title>" in page.text
    assert answer.json()["same_person"] is True
    assert (tmp_path / "data" / "comparisons.sqlite3").exists()


def test_the_models_image_fills_a_volume(models_image: Image, tmp_path: Path) -> None:
    volume = tmp_path / "models"
    volume.mkdir()
    volume.chmod(0o777)
    command = models_image.command("models", "build", binds=("--bind", str(volume), "/models"))
    subprocess.run(command, env=models_image.env, check=True, capture_output=True)
    folder = ModelFolder.at(volume)
    for row in folder.files:
        folder.verify(row.name)
    assert folder.files == ModelFolder.at(CHECKOUT / "models").files


def _command_line_s() -> float:
    """From the start of a process to its verdict, with models on the disk."""
    command = [sys.executable, "-m", "facecompare", "compare", str(OBAMA), str(OBAMA2)]
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - started


def _first_verdict_s(address: str, function: LambdaFunction) -> float:
    function.end()
    started = time.monotonic()
    answer = httpx2.post(f"{address}/api/compare", files=PHOTOS, timeout=30)
    assert answer.json()["same_person"] is True
    return time.monotonic() - started
