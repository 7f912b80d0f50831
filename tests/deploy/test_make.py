"""The README's deployment commands as they are typed, in a simulated account."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from tests.support.aws_emulator.deployment import DOCKER_SHIM, Deployment
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION, credentials, moto_server

pytestmark = pytest.mark.deploy

README = (CHECKOUT / "infra" / "README.md").read_text()
COMMANDS = (
    "make bootstrap",
    "make check-account",
    "make deploy",
    "make keys ARGS='create front-desk'",
    "make destroy",
)
# What only moto needs: see tests/support/aws_emulator/deployment.py.
SIMULATED = "--context=local=on --method=direct"
ENVIRONMENT = {
    "CDK_DEFAULT_ACCOUNT": ACCOUNT,
    "CDK_DEFAULT_REGION": REGION,
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DOCKER": str(DOCKER_SHIM),
    "CI": "true",
}


@dataclass
class Make:
    """Runs make, which synthesizes into this folder, against the account at this address."""

    url: str
    assembly: Path

    def __call__(self, command: str, context: str = SIMULATED, ends_with: int = 0) -> str:
        """What it has printed."""
        done = subprocess.run(
            f'{command} CONTEXT="{context}"',
            shell=True,
            cwd=CHECKOUT,
            env=os.environ | credentials(self.url) | ENVIRONMENT | {"ASSEMBLY": str(self.assembly)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == ends_with, done.stdout + done.stderr
        return done.stdout

    def access(self) -> str:
        """As the compare function has it."""
        return Deployment(self.url, self.assembly).function_environment("CompareFunction")[
            "FACECOMPARE_ACCESS"
        ]


def test_the_commands_are_the_readme_s() -> None:
    section = README.split("## Deploy in ten minutes")[1].split("\n## ")[0]
    lines = re.findall(r"^(make .*?)(?:  +#.*)?$", section, re.MULTILINE)
    assert tuple(lines) == COMMANDS


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Commands as they are typed, in an account of their own."""
    with moto_server() as url:
        yield Make(url, tmp_path / "cdk.out")


def test_they_bootstrap_deploy_make_a_key_and_destroy(make: Make) -> None:
    bootstrap, check, deploy, keys, destroy = COMMANDS
    make(bootstrap, "--context=local=on")
    assert "ok      bootstrap" in make(check)
    deployed = make(deploy)
    key = make(keys)
    make(destroy)
    assert re.search(r"first admin key +fck_admin\.", deployed)
    assert re.search(r"^fck_front-desk\.[\w-]{43}$", key, re.MULTILINE)


def test_a_second_deployment_weakens_nothing(make: Make) -> None:
    make("make bootstrap", "--context=local=on")
    make("make deploy", f"{SIMULATED} -c access=keys -c records_days=730")
    refused = make("make deploy", ends_with=2)
    assert refused.count("REFUSED: ") == 2
    assert (
        "REFUSED: found access deployed as keys; expected no less, and these options make it "
        "public; say access in environments/dev.toml\n"
    ) in refused
    assert "found records_days deployed as 730; expected no less" in refused
    assert "Where this is meant, run it again with FORCE=yes." in refused
    assert make.access() == "keys"
    make("make deploy", f"{SIMULATED} -c access=keys -c records_days=730")
    assert make.access() == "keys"
    make("make deploy FORCE=yes")
    assert make.access() == "public"


def test_a_table_that_was_kept_is_gone_on_with(make: Make) -> None:
    make("make bootstrap", "--context=local=on")
    kept = f"{SIMULATED} -c keep_data=on"
    first = make("make deploy", kept)
    table = re.search(r"^TableName +(\S+)$", first, re.MULTILINE)
    assert table
    make("make keys ARGS='create front-desk'")
    make("make destroy", kept)
    adopted = f"{SIMULATED} -c table={table[1]}"
    again = make("make deploy", adopted)
    assert f"TableName        {table[1]}\n" in again
    assert "first admin key" not in again
    listed = make("make keys ARGS=list", adopted)
    assert "admin" in listed
    assert "front-desk" in listed
