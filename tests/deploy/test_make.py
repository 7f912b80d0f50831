"""The README's deployment commands as they are typed, in a simulated account."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from tests.support.aws_emulator.deployment import DOCKER_SHIM
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION, credentials, moto_server

pytestmark = pytest.mark.deploy

README = (CHECKOUT / "infra" / "README.md").read_text()
COMMANDS = ("make bootstrap", "make deploy", "make keys ARGS='create front-desk'", "make destroy")
# What only moto needs: see tests/support/aws_emulator/deployment.py.
SIMULATED = "--context=local=on --method=direct"


def test_the_commands_are_the_readme_s() -> None:
    section = README.split("## Deploy in ten minutes")[1].split("\n## ")[0]
    lines = re.findall(r"^(make .*?)(?:  +#.*)?$", section, re.MULTILINE)
    assert tuple(lines) == COMMANDS


def test_they_bootstrap_deploy_make_a_key_and_destroy(tmp_path: Path) -> None:
    with moto_server() as url:
        environment = credentials(url) | {
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DOCKER": str(DOCKER_SHIM),
            "CI": "true",
        }

        def make(command: str, context: str = SIMULATED) -> str:
            shell = f'{command} CONTEXT="{context}" OUTPUTS={tmp_path}/outputs.json'
            done = subprocess.run(
                shell,
                shell=True,
                cwd=CHECKOUT,
                env=os.environ | environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        bootstrap, deploy, keys, destroy = COMMANDS
        make(bootstrap, "--context=local=on")
        deployed = make(deploy)
        key = make(keys)
        make(destroy, "--context=local=on")
    assert re.search(r"first admin key +fck_admin\.", deployed)
    assert re.search(r"^fck_front-desk\.[\w-]{43}$", key, re.MULTILINE)
