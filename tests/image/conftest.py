from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from facecompare.aws_client import client
from facecompare.config import CHECKOUT
from facecompare.model_store.files import ModelFolder
from facecompare.model_store.s3 import push_models
from tests.support.aws_emulator.moto_server import credentials, moto_server
from tests.support.aws_emulator.throttled_s3 import ThrottledAws
from tests.support.container import Image
from tests.support.dynamo_tables import create_table

BUCKET = "models"
TOOLS = ("buildah", "debootstrap", "bwrap")
FOLDER = CHECKOUT / ".cache" / "image"


@pytest.fixture(scope="session")
def image_cache() -> Path:
    """Where builds leave what the next ones can use again."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid():
        pytest.skip(f"the image is NOT tested: it takes root, and {', '.join(TOOLS)} from apt-get")
    return Path(os.environ.get("IMAGE_CACHE", FOLDER))


@pytest.fixture(scope="session")
def image(image_cache: Path) -> Image:
    """The image of the function and of `serve`."""
    return Image.built(image_cache, "function")


@pytest.fixture(scope="session")
def models_image(image_cache: Path) -> Image:
    """The image that builds models."""
    return Image.built(image_cache, "models")


@pytest.fixture(scope="module")
def aws(models_dir: Path) -> Iterator[ThrottledAws]:
    """An account with the models in a bucket, which sends 80 MB/s, and the records' table."""
    with moto_server() as moto, pytest.MonkeyPatch.context() as environment:
        for name, value in credentials(moto).items():
            environment.setenv(name, value)
        client("s3").create_bucket(Bucket=BUCKET)
        list(push_models(ModelFolder.at(models_dir), BUCKET))
        create_table(client("dynamodb"))
        with ThrottledAws(moto, mb_per_s=80) as aws:
            yield aws
