"""Settings: explicit beats environment beats default, and nonsense is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from facecompare.config import Settings, setting_names
from facecompare.errors import BadSetting


def test_without_an_environment_everything_has_a_default() -> None:
    settings = Settings.from_env({"HOME": "/home/ann"})
    assert settings.engine == "dlib-fast"
    assert settings.landmarks68 is False
    assert settings.max_bytes == 15_000_000


def test_the_environment_decides() -> None:
    settings = Settings.from_env(
        {
            "FACECOMPARE_MODELS_DIR": "/models",
            "FACECOMPARE_THREADS": "3",
            "FACECOMPARE_LANDMARKS68": "on",
            "FACECOMPARE_RECORDS": "/log.sqlite3",
        }
    )
    assert (settings.models_dir, settings.records) == (Path("/models"), Path("/log.sqlite3"))
    assert (settings.threads, settings.landmarks68) == (3, True)


def test_data_lives_where_xdg_says() -> None:
    settings = Settings.from_env({"XDG_DATA_HOME": "/data"})
    assert settings.records == Path("/data/facecompare/comparisons.sqlite3")
    settings = Settings.from_env({"XDG_CACHE_HOME": "/cache"})
    assert settings.embeddings == Path("/cache/facecompare/embeddings.sqlite3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FACECOMPARE_THREADS", "0"),
        ("FACECOMPARE_THREADS", "two"),
        ("FACECOMPARE_MAX_BYTES", "-5"),
        ("FACECOMPARE_LANDMARKS68", "maybe"),
        ("FACECOMPARE_ENGINE", "skynet"),
    ],
)
def test_a_senseless_value_is_refused_with_the_variable_s_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{name}='{value}'"):
        Settings.from_env({name: value})


def test_a_misspelt_variable_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadSetting, match="FACECOMPARE_THREADS"):
        Settings.from_env({"FACECOMPARE_THREAD": "3"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_env({"FACECOMPARE_ENGINE": ""}).engine == "dlib-fast"


def test_every_setting_has_a_name() -> None:
    assert "engine" in setting_names()
    assert len(set(setting_names())) == len(setting_names())
