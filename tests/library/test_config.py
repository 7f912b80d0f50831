"""Settings: explicit beats environment beats default, and nonsense is told at once."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from facecompare.config import DEFAULT_ENGINE, ENV_PREFIX, Settings, setting_names, variable
from facecompare.config.environment import quieten_command, switch_off_telemetry
from facecompare.config.reader import declared
from facecompare.config.reference import default_text, settings_table
from facecompare.errors import BadSetting

# Of a Service named facecompare with one named port, as Kubernetes' documentation has them.
KUBERNETES = {
    "FACECOMPARE_SERVICE_HOST": "10.0.0.11",
    "FACECOMPARE_SERVICE_PORT": "8000",
    "FACECOMPARE_SERVICE_PORT_HTTP": "8000",
    "FACECOMPARE_PORT": "tcp://10.0.0.11:8000",
    "FACECOMPARE_PORT_8000_TCP": "tcp://10.0.0.11:8000",
    "FACECOMPARE_PORT_8000_TCP_PROTO": "tcp",
    "FACECOMPARE_PORT_8000_TCP_PORT": "8000",
    "FACECOMPARE_PORT_8000_TCP_ADDR": "10.0.0.11",
    "FACECOMPARE_WORKER_SERVICE_HOST": "fd00::11",
    "FACECOMPARE_WORKER_PORT_53_UDP": "udp://10.0.0.12:53",
}


VALID = [name.upper() for name in setting_names()] + ["DEBUG"]


def test_without_an_environment_everything_has_a_default() -> None:
    settings = Settings.from_env({"HOME": "/home/ann"})
    assert settings.engine == DEFAULT_ENGINE
    assert (settings.landmarks68, settings.mtcnn) == (False, False)
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


@pytest.mark.parametrize(
    ("text", "on"), [("on", True), ("ON", True), ("true", True), ("off", False), ("False", False)]
)
def test_a_switch_is_on_or_off(text: str, on: bool) -> None:
    assert Settings.from_env({"FACECOMPARE_LANDMARKS68": text}).landmarks68 is on


def test_data_lives_where_xdg_says() -> None:
    settings = Settings.from_env({"XDG_DATA_HOME": "/data"})
    assert settings.records == Path("/data/facecompare/comparisons.sqlite3")
    settings = Settings.from_env({"XDG_CACHE_HOME": "/cache"})
    assert settings.embeddings == Path("/cache/facecompare/embeddings.sqlite3")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("FACECOMPARE_THREADS", "0", "a whole number from 1 to 1,024"),
        ("FACECOMPARE_THREADS", "two", "a whole number from 1 to 1,024"),
        ("FACECOMPARE_THREADS", "٣", "a whole number from 1 to 1,024"),
        ("FACECOMPARE_THREADS", "9" * 5_000, "a whole number from 1 to 1,024"),
        ("FACECOMPARE_MAX_BYTES", "-5", "a whole number from 1 to 1,000,000,000,000"),
        ("FACECOMPARE_LANDMARKS68", "maybe", "on, off, true, false"),
        ("FACECOMPARE_ACCESS", "Open", "open, public, keys"),
        ("FACECOMPARE_ENGINE", "skynet", "one of dlib-sface, dlib-fast,"),
    ],
)
def test_a_senseless_value_is_refused_with_the_variable_s_name(
    name: str, value: str, expected: str
) -> None:
    with pytest.raises(
        BadSetting, match=f"^found {name}='{value}'; expected {expected}.*; correct"
    ):
        Settings.from_env({name: value})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FACECOMPARE_THREAD", "FACECOMPARE_THREADS"),
        ("FACECOMPARE_ACCES", "FACECOMPARE_ACCESS"),
        ("FACECOMPARE_LANDMARK68", "FACECOMPARE_LANDMARKS68"),
        ("FACECOMPARE_threads", "FACECOMPARE_THREADS"),
        ("FACECOMPARE_HOST", ""),
        ("FACECOMPARE_", ""),
    ],
)
def test_an_unknown_variable_is_ignored_and_told_once(
    name: str, meant: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Settings.from_env({name: "x"}) == Settings.from_env({})
    (told,) = caplog.messages
    expected = f"did you mean {meant}?" if meant else f"valid: {', '.join(VALID)}"
    assert told == f"ignored the unknown setting {name}; {expected}"


@pytest.mark.parametrize("name", [variable(name) for name in setting_names()])
def test_every_setting_is_suggested_for_a_name_with_a_letter_less(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for misspelt in {name[:-1], name[:-2] + name[-1]}:
        caplog.clear()
        Settings.from_env({misspelt: "x"})
        assert caplog.messages[0].endswith(f"did you mean {name}?"), misspelt


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FACECOMPARE_PORT", "8000"),
        ("FACECOMPARE_PORTS", "tcp://10.0.0.11:8000"),
        ("FACECOMPARE_SERVICE", "10.0.0.11"),
        ("FACECOMPARE_SERVICE_PORT", "eight thousand"),
        ("FACECOMPARE_PORT_8000_TCP_PROTO", "http"),
        ("FACECOMPARE_PORT_8000_TCP_USER", "ann"),
    ],
)
def test_what_kubernetes_does_not_set_is_told(
    name: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    Settings.from_env({name: value})
    assert len(caplog.messages) == 1


def test_what_kubernetes_tells_of_a_service_of_that_name_is_ignored() -> None:
    assert Settings.from_env(KUBERNETES) == Settings.from_env({})


@pytest.mark.parametrize("name", KUBERNETES)
def test_each_of_its_variables_is(name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Settings.from_env({name: KUBERNETES[name]}) == Settings.from_env({})
    assert caplog.messages == []


@pytest.mark.parametrize("setting", setting_names())
def test_its_value_is_never_taken_for_a_setting(setting: str) -> None:
    """Not even of a setting that is named as a Service's variable would be."""
    service = {
        f"{variable(setting)}_{name.removeprefix(ENV_PREFIX)}": KUBERNETES[name]
        for name in KUBERNETES
    }
    assert Settings.from_env(service) == Settings.from_env({})


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_variable_counts_as_unset(text: str) -> None:
    assert Settings.from_env({"FACECOMPARE_ENGINE": text}).engine == DEFAULT_ENGINE


def test_every_field_is_declared_and_every_declaration_is_complete() -> None:
    assert setting_names() == [field.name for field in fields(Settings)]
    for name, declaration in declared(Settings).items():
        assert declaration.kind.valid, name
        assert declaration.meaning, name
        assert default_text(declaration), name


def test_the_table_has_a_row_for_every_setting_and_no_other() -> None:
    head, rule, *rows = settings_table().splitlines()
    assert (head.count("|"), rule) == (5, "|---|---|---|---|")
    assert all(row.count("|") == 5 for row in rows)
    names = [re.sub(r"^\| `(\w+)` \|.*", r"\1", row) for row in rows]
    assert names == [ENV_PREFIX + name.upper() for name in setting_names()]


@pytest.mark.parametrize(
    "row",
    [
        "| `FACECOMPARE_ACCESS` | `open`, `public`, `keys` | `open` |",
        "| `FACECOMPARE_LANDMARKS68` | `on`, `off`, `true`, `false` | `off` |",
        "| `FACECOMPARE_MAX_BYTES` | a whole number from 1 to 1,000,000,000,000 | 15,000,000 |",
        "| `FACECOMPARE_UPLOAD_BUCKET` | an S3 bucket | none |",
        "| `FACECOMPARE_THREADS` | a whole number from 1 to 1,024 | the number of cores |",
        "| `FACECOMPARE_WEB_DIR` | a folder with `index.html` | `web/` of the checkout, else the",
    ],
)
def test_the_table_shows_values_and_defaults_as_one_types_them(row: str) -> None:
    assert row in settings_table()


def test_dependencies_are_kept_quiet_and_what_the_user_has_set_stays() -> None:
    env: dict[str, str] = {"PYTHONWARNINGS": ""}
    quieten_command(Path("/cache"), debugging=False, env=env)
    assert env == {
        "ORT_DISABLE_TELEMETRY": "1",
        "MPLCONFIGDIR": "/cache/matplotlib",
        "PYTHONWARNINGS": "ignore",
    }
    own = {"ORT_DISABLE_TELEMETRY": "0", "MPLCONFIGDIR": "/mine", "PYTHONWARNINGS": "error"}
    env = dict(own)
    quieten_command(Path("/cache"), debugging=False, env=env)
    assert env == own
    env = {}
    quieten_command(Path("/cache"), debugging=True, env=env)
    assert "PYTHONWARNINGS" not in env
    env = {}
    switch_off_telemetry(env)
    assert env == {"ORT_DISABLE_TELEMETRY": "1"}


def test_every_whole_number_has_a_highest() -> None:
    """What is more would fail at each photo, and blame something else."""
    numbers = [name for name, each in declared(Settings).items() if "whole" in each.kind.valid]
    assert {"threads", "decode_seconds", "decode_bytes", "deadline_s"} <= set(numbers)
    for name in numbers:
        with pytest.raises(BadSetting, match=f"{variable(name)}=.*expected a whole number from"):
            Settings.from_env({"HOME": "/home/ann", variable(name): "9" * 14})
