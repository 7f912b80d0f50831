"""Dockerfile, ignore list and compose file, as far as they can be read without an engine."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from facecompare.api.server import GRACE_S
from facecompare.config import CHECKOUT, ENV_PREFIX, setting_names

LAST_STAGES = {"compare": "function", "worker": "worker"}


@pytest.fixture(params=LAST_STAGES)
def image(request: pytest.FixtureRequest) -> str:
    """The folder in functions/ of one image after the other."""
    folder: str = request.param
    return folder


def dockerfile(image: str) -> Path:
    return CHECKOUT / "functions" / image / "Dockerfile"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())
    return loaded


def copied(image: str) -> set[str]:
    """What the Dockerfile takes from the repository."""
    lines = [line.split() for line in dockerfile(image).read_text().splitlines()]
    copies = [line[1:-1] for line in lines if line[:1] == ["COPY"] and "--from" not in line[1]]
    return {source for sources in copies for source in sources}


def test_hadolint_has_nothing_to_say(image: str) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    command = [hadolint, "--config", CHECKOUT / ".hadolint.yaml", dockerfile(image)]
    checked = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_last_stage_is_what_runs(image: str) -> None:
    stages = [
        line for line in dockerfile(image).read_text().splitlines() if line.startswith("FROM ")
    ]
    assert stages[-1] == f"FROM base AS {LAST_STAGES[image]}"


def test_what_is_copied_exists_and_may_enter_the_context(image: str) -> None:
    ignore = (CHECKOUT / ".dockerignore").read_text().splitlines()
    allowed = tuple(line.removeprefix("!") for line in ignore if line.startswith("!"))
    assert all((CHECKOUT / source).exists() for source in copied(image))
    for source in copied(image):  # a folder of which some is allowed is copied as far as it is
        assert source.startswith(allowed) or f"{source}/" in str(allowed), source


def test_the_licences_travel_with_the_package(image: str) -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license-files"] == ["LICENSE", "NOTICE"]
    assert set(project["license-files"]) <= copied(image)


def test_everything_else_stays_outside() -> None:
    ignore = (CHECKOUT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    assert rules[0] == "**"


def test_one_command_brings_up_models_then_page_and_api(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert sorted(services) == ["facecompare", "models"]
    assert services["facecompare"]["depends_on"] == {
        "models": {"condition": "service_completed_successfully"}
    }
    assert services["facecompare"]["ports"] == ["127.0.0.1:8000:8000"]
    assert services["facecompare"]["command"][0] == "serve"


def test_both_services_are_built_from_this_dockerfile(compose: dict[str, Any]) -> None:
    builds = {name: service["build"] for name, service in compose["services"].items()}
    common = {"context": ".", "dockerfile": "functions/compare/Dockerfile"}
    assert builds["models"] == {**common, "target": "models"}
    assert builds["facecompare"] == {**common, "target": "function"}


@pytest.mark.parametrize("service", ["models", "facecompare"])
def test_no_service_can_do_more_than_it_must(compose: dict[str, Any], service: str) -> None:
    settings = compose["services"][service]
    assert settings["read_only"] is True
    assert settings["tmpfs"] == ["/tmp"]
    assert settings["user"] == "10001:10001"
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in settings


def test_volumes_hold_models_and_records(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert sorted(compose["volumes"]) == ["models", "records"]
    assert services["models"]["volumes"] == ["models:/models"]
    assert services["facecompare"]["volumes"] == ["models:/models:ro", "records:/data"]


def test_every_setting_it_makes_is_one(compose: dict[str, Any]) -> None:
    made = set(compose["services"]["facecompare"]["environment"])
    assert made <= {ENV_PREFIX + name.upper() for name in setting_names()}


def test_a_flood_cannot_take_the_machine(compose: dict[str, Any]) -> None:
    settings = compose["services"]["facecompare"]
    assert settings["mem_limit"] == settings["memswap_limit"] == "4g"
    assert settings["pids_limit"] <= 1_024
    assert settings["ulimits"] == {"nofile": 4_096}
    assert int(settings["stop_grace_period"].removesuffix("s")) > GRACE_S
