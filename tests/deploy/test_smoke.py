"""`make smoke-aws` against a simulated account, with its functions and workers running here."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from infra.account.account import Account
from infra.account.needs import Needs
from infra.deployed_stacks import DeployedStacks
from infra.settings import DeploySettings
from infra.smoke.installer import Installer
from infra.smoke.inventory import Inventory
from infra.smoke.run import Smoke
from infra.smoke.site_use import SiteUse
from tests.deploy.test_make import ENVIRONMENT, SIMULATED
from tests.support.aws_emulator.deployment import Deployment
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION, credentials, moto_server
from tests.support.deployed.installation import Installation
from tests.support.deployed.service import SERVED, running
from tests.support.workers.worker_command import start_worker

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(600)]

ALARM = "facecompare-dev-raised-by-hand"


@pytest.fixture(scope="module")
def bootstrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An account as it is before a first deployment, whose clients all of this process are."""
    with moto_server() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in (credentials(url) | ENVIRONMENT).items():
            patch.setenv(name, value)
        deployment = Deployment(url, tmp_path_factory.mktemp("smoke"))
        # Beside the templates that another test's CDK makes of this checkout.
        patch.setenv("ASSEMBLY", str(deployment.folder / "cdk.out"))
        deployment.bootstrap()
        yield deployment


@contextmanager
def site_of(
    deployment: Deployment, models_dir: Path, outputs: Mapping[str, str], key: str
) -> Iterator[SiteUse]:
    """The deployed functions and a worker, running on this machine; the models and an alarm, which
    the emulator's CloudFormation leaves out."""
    deployment.outputs = dict(outputs)
    made = Installation(deployment, deployment.folder, models_dir, key)
    compare, records, origin = map(made.environment, SERVED)
    work = made.environment("BatchFunction")
    made.command(
        *("facecompare", "models", "push", "--bucket", outputs["ModelBucketName"]),
        FACECOMPARE_MODELS_DIR=str(models_dir),
    )
    with ExitStack() as stack:
        service = stack.enter_context(running(compare, records, origin, deployment.folder))
        worker = start_worker(work, deployment.folder / "worker.log", spoiled=False)
        stack.callback(worker.wait, 60)
        stack.callback(worker.terminate)
        stack.enter_context(raised_by_hand(deployment))
        yield SiteUse(service.address, key)


@contextmanager
def raised_by_hand(deployment: Deployment) -> Iterator[None]:
    cloudwatch = deployment.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM,
        MetricName="Errors",
        Namespace="AWS/Lambda",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Threshold=0,
        Statistic="Sum",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:facecompare-dev-alarms"],
    )
    yield
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=[ALARM])
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "make smoke-aws")


def test_it_uses_what_it_deployed_and_leaves_nothing(
    bootstrapped: Deployment, models_dir: Path
) -> None:
    account, settings = Account(REGION), DeploySettings.from_context({"local": "on"})
    smoke = Smoke(
        account,
        Needs.of(settings),
        Installer(SIMULATED, lambda: DeployedStacks(Account(REGION), settings)),
        reach=lambda outputs, key: site_of(bootstrapped, models_dir, outputs, key),
        sleep=lambda seconds: None,
    )
    before = Inventory.of(account)
    assert smoke.run(), smoke.told
    went = {step: state for step, state, _ in smoke.told}
    assert went == {
        **dict.fromkeys(("deploy", "compare", "upload", "batch", "bill"), "ok"),
        "alarm": "not exercised",  # it is raised; the emulator keeps no history of its actions
        **dict.fromkeys(("empty", "destroy", "left over"), "ok"),
    }
    said = {step: text for step, _, text in smoke.told}
    assert re.search(r"first call after the deployment took \d+\.\d\d s, a warm", said["compare"])
    assert f"{ALARM} is raised" in said["alarm"]
    assert re.search(r"a million comparisons at this speed: \d+\.\d\d US dollars", said["bill"])
    after = Inventory.of(account)
    assert after.new_since(before) == before.new_since(after) == []
    assert after.unlisted == {}


def test_make_smoke_aws_says_what_could_not_be_exercised(bootstrapped: Deployment) -> None:
    """As it is typed. A simulated account serves no site."""
    before = Inventory.of(Account(REGION))
    done = subprocess.run(
        ["make", "smoke-aws", f"CONTEXT=--env dev {SIMULATED}"],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = re.findall(r"^(ok|FAILED|not exercised) +(deploy|\w+(?: over)?) ", done.stdout, re.M)
    assert {step: state for state, step in lines} == {
        "deploy": "ok",
        **dict.fromkeys(("compare", "upload", "batch", "alarm", "bill"), "not exercised"),
        **dict.fromkeys(("empty", "destroy", "left over"), "ok"),
    }, done.stdout
    assert Inventory.of(Account(REGION)).new_since(before) == []
