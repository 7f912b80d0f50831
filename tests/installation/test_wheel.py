"""The wheel in an environment of its own: `facecompare serve` with its page, and nothing of AWS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from facecompare.config import CHECKOUT, ENV_PREFIX
from tests.support import pictures
from tests.support.fresh_environment import FreshEnvironment, build_wheel

PAGE = CHECKOUT / "web"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> FreshEnvironment:
    """With the extra `serve`."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(CHECKOUT, folder)
    return FreshEnvironment.with_wheel(folder / "environment", wheel, "serve")


def environment(home: Path, **settings: str) -> dict[str, str]:
    """A new user's."""
    ours = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return ours | {ENV_PREFIX + name: value for name, value in settings.items()}


def facecompare(
    installed: FreshEnvironment, env: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [installed.program("facecompare"), *arguments]
    return subprocess.run(command, env=env, cwd=env["HOME"], capture_output=True, text=True)


@contextmanager
def served(installed: FreshEnvironment, env: dict[str, str]) -> Iterator[str]:
    """The address at which it answers."""
    said = Path(env["HOME"]) / "said.txt"
    command = [installed.program("facecompare"), "serve", "--port", "0"]
    with (
        said.open("wb") as stderr,
        subprocess.Popen(command, env=env, cwd=env["HOME"], stderr=stderr) as server,
    ):
        try:
            while not (announced := re.search(r" on (http://\S+)", said.read_text())):
                assert server.poll() is None, said.read_text()
                time.sleep(0.05)
            yield announced[1]
        finally:
            server.terminate()


def test_nothing_of_aws_or_of_development_is_there(installed: FreshEnvironment) -> None:
    there = {path.name for path in installed.packages.iterdir()}
    assert {"fastapi", "onnxruntime", "facecompare"} <= there
    assert there & {"botocore", "boto3", "tenacity", "mangum", "onnx", "sklearn", "pytest"} == set()


def test_the_wheel_has_every_file_of_the_page(installed: FreshEnvironment) -> None:
    page, found = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in (PAGE, installed.page)
    )
    assert page - found == set()


def test_page_and_api_answer(installed: FreshEnvironment, tmp_path: Path, models_dir: Path) -> None:
    with served(installed, environment(tmp_path, MODELS_DIR=str(models_dir))) as address:
        health = json.load(urlopen(f"{address}/api/health"))
        page = urlopen(f"{address}/").read().decode()
        for asked in re.findall(r'(?:src|href)="([^":#]+)"', page):
            assert urlopen(f"{address}/{asked.lstrip('/')}").status == 200
        assert urlopen(f"{address}/api/openapi.json").status == 200
    assert health["status"] == "ok"
    assert "<title>" in page


def test_two_photos_are_compared(
    installed: FreshEnvironment, tmp_path: Path, models_dir: Path
) -> None:
    env = environment(tmp_path, MODELS_DIR=str(models_dir))
    ran = facecompare(installed, env, "compare", str(pictures.OBAMA), str(pictures.OBAMA2))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("same person")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["serve", "--port", "0"], "facecompare models build"),
        (["models", "build"], "-py3-none-any.whl[models]'"),
        (["evaluate", "--images", ".", "--pairs", "p.csv"], "-py3-none-any.whl[eval]'"),
    ],
)
def test_without_models_or_an_extra_it_says_what_to_do(
    installed: FreshEnvironment, tmp_path: Path, command: list[str], told: str
) -> None:
    ran = facecompare(installed, environment(tmp_path), *command)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert told in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert sys.prefix not in ran.stderr
