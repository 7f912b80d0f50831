from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moto import mock_aws

from facecompare.config import Settings
from tests.support.api_application import ApiApplication, api_application
from tests.support.aws_credentials import use_credentials
from tests.support.schema_requests import PHOTO


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[ApiApplication]:
    """Every operation there is; a face is found in whatever decodes."""
    folder = tmp_path_factory.mktemp("api")
    settings = replace(
        Settings.from_env({}), records=folder / "comparisons.sqlite3", models_dir=models_dir
    )
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        use_credentials(environment)
        yield api_application(settings, PHOTO)
