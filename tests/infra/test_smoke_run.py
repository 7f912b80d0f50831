"""A smoke run that goes wrong: whatever it made is destroyed, and what is left over is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from facecompare.config import CHECKOUT
from infra.account.account import Account
from infra.account.needs import Needs
from infra.deployed_stacks import DeployedStacks
from infra.settings import DeploySettings
from infra.smoke import inventory
from infra.smoke.alarm_trial import NotExercised, force_alarm
from infra.smoke.installer import Installer
from infra.smoke.inventory import LISTINGS, Inventory
from infra.smoke.run import Smoke, reach_site
from infra.smoke.site_use import PAIRS, SiteUse, SmokeFailure
from tests.support.aws_credentials import use_credentials

REGION = "us-east-1"
BUCKET = "facecompare-dev-left-behind"


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_credentials(monkeypatch)
    with mock_aws():
        yield


@dataclass
class Installs(Installer):
    """Makes a bucket, and then what `then` does; destroys it, unless it is to stay."""

    then: Callable[[], None] = lambda: None
    stays: bool = False
    ran: list[str] = field(default_factory=list)

    def deploy(self) -> str:
        self.ran.append("deploy")
        Account(REGION).ask("s3", "create_bucket", Bucket=BUCKET)
        Account(REGION).ask("s3", "put_object", Bucket=BUCKET, Key="photo", Body=b"photo")
        self.then()
        return "a bucket"

    def destroy(self) -> str:
        self.ran.append("destroy")
        os.kill(os.getpid(), signal.SIGINT)  # nobody can interrupt it
        os.kill(os.getpid(), signal.SIGTERM)
        if not self.stays:
            Account(REGION).ask("s3", "delete_bucket", Bucket=BUCKET)
        return "gone"


def smoke_of(installer: Installs, **more: Any) -> Smoke:
    needs = Needs.of(DeploySettings.from_context({}))
    return Smoke(Account(REGION), needs, installer, sleep=lambda seconds: None, **more)


def installs(then: Callable[[], None] = lambda: None, stays: bool = False) -> Installs:
    return Installs("", no_stacks, then=then, stays=stays)


def no_stacks() -> DeployedStacks:
    return DeployedStacks(Account(REGION), DeploySettings())


def fail() -> None:
    raise SmokeFailure("make deploy:\nROLLBACK_COMPLETE")


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)


def test_after_a_failed_deployment_all_of_it_is_destroyed() -> None:
    smoke = smoke_of(installs(then=fail))
    assert not smoke.run()
    assert smoke.installer.ran == ["deploy", "destroy"]  # type: ignore[attr-defined]
    assert [(step, state) for step, state, _ in smoke.told] == [
        ("deploy", "FAILED"),
        ("empty", "ok"),
        ("destroy", "ok"),
        ("left over", "ok"),
    ]


def test_after_ctrl_c_all_of_it_is_destroyed() -> None:
    smoke = smoke_of(installs(then=interrupt))
    with pytest.raises(KeyboardInterrupt):
        smoke.run()
    assert smoke.installer.ran == ["deploy", "destroy"]  # type: ignore[attr-defined]
    assert smoke.told[-1][:2] == ("left over", "ok")


def test_a_step_that_fails_stops_no_other_and_fails_the_run() -> None:
    class Broken(SiteUse):
        def compare(self) -> str:
            raise SmokeFailure("found 500; expected one person")

        def upload(self) -> str:
            return "uploaded"

        def batch(self) -> str:
            raise SmokeFailure(f"found 3 verdicts; expected {PAIRS}")

    smoke = smoke_of(installs(), reach=lambda *_: nullcontext(Broken("http://site", "key")))
    assert not smoke.run()
    went = {step: state for step, state, _ in smoke.told}
    assert (went["compare"], went["upload"], went["batch"]) == ("FAILED", "ok", "FAILED")
    assert went["destroy"] == "ok"


def test_what_is_left_over_is_named_and_fails_the_run() -> None:
    smoke = smoke_of(installs(stays=True))
    assert not smoke.run()
    assert ("left over", "FAILED", f"bucket {BUCKET}") in smoke.told


def test_what_somebody_else_makes_meanwhile_is_told_apart() -> None:
    def others() -> None:
        Account(REGION).ask("sqs", "create_queue", QueueName="orders")

    smoke = smoke_of(installs(then=others))
    assert smoke.run()
    (new,) = (text for step, _, text in smoke.told if step == "new")
    assert new.endswith("/orders, made meanwhile")


def test_an_environment_that_is_deployed_is_neither_used_nor_destroyed() -> None:
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    question = {"StackName": "facecompare-dev-api", "TemplateBody": template}
    Account(REGION).ask("cloudformation", "create_stack", **question)
    smoke = smoke_of(installs())
    with pytest.raises(SmokeFailure, match=r"facecompare-dev-api; expected an environment that is"):
        smoke.run()
    assert smoke.installer.ran == []  # type: ignore[attr-defined]


def test_without_an_address_there_is_no_site_to_use() -> None:
    with reach_site({"SiteUrl": "https://d1.cloudfront.net"}, "key") as site:
        assert site is not None
        assert (site.url, site.key) == ("https://d1.cloudfront.net", "key")
    with reach_site({}, "key") as site:
        assert site is None


def test_every_listing_is_one_of_aws_s_own() -> None:
    """Its operation, where resources are in the answer, and where their name is."""
    account = Account(REGION)
    for kind, listing in LISTINGS.items():
        client = account._client(listing.service, listing.region)
        operation = client.meta.method_to_api_mapping[listing.operation]
        shape = client.meta.service_model.operation_model(operation).output_shape
        each = shape.members[listing.found].member
        assert (each.type_name == "string") if not listing.name else listing.name in each.members, (
            kind
        )


def test_a_listing_that_is_not_allowed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Iterator[str]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListRoles")

    monkeypatch.setattr(inventory, "_names", refuse)
    found = Inventory.of(Account(REGION))
    assert set(found.unlisted) == set(LISTINGS)
    assert "AccessDenied" in found.unlisted["role"]


class Alarms(Account):
    """An account with an alarm, in whose history CloudWatch wrote this."""

    summaries: tuple[str, ...] = ()

    def pages(self, *_: Any, **question: Any) -> Iterator[dict[str, Any]]:
        alarm = {"AlarmName": "dead-letters", "AlarmActions": ["arn:aws:sns:us-east-1:1:alarms"]}
        yield {"MetricAlarms": [alarm] if self.summaries else []}

    def ask(self, service: str, operation: str, in_region: str = "", **question: Any) -> Any:
        return {"AlarmHistoryItems": [{"HistorySummary": each} for each in self.summaries if each]}


def test_an_alarm_reaches_its_topic_or_does_not() -> None:
    account = Alarms(REGION)
    with pytest.raises(NotExercised, match="no alarm with a topic"):
        force_alarm(account, "facecompare-dev", lambda seconds: None)
    account.summaries = ("Successfully executed action arn:aws:sns:us-east-1:1:alarms",)
    assert "dead-letters: Successfully" in force_alarm(account, "x", lambda seconds: None)
    account.summaries = ("Failed to execute action arn:aws:sns:us-east-1:1:alarms",)
    with pytest.raises(SmokeFailure, match="found Failed to execute action"):
        force_alarm(account, "x", lambda seconds: None)
    account.summaries = ("",)
    with pytest.raises(SmokeFailure, match="found no action of dead-letters"):
        force_alarm(account, "x", lambda seconds: None)


MAKE = """
import signal, sys, time
from pathlib import Path
target, context = sys.argv[1:]
file = Path(__file__).with_name("said.txt")
if context == "CONTEXT=slow":
    def stop(*_):
        file.write_text("stopped in time")
        sys.exit(1)
    signal.signal(signal.SIGINT, stop)
    file.write_text("begun")
    time.sleep(60)
if context == "CONTEXT=bad":
    sys.exit("CREATE_FAILED: 3538 is too much")
print("first admin key  fck_admin.secret   (shown this once)")
"""


class TwoStacks(Account):
    def stack(self, name: str, in_region: str = "") -> Mapping[str, Any] | None:
        outputs = {"data": ("TableName", "t"), "site": ("SiteUrl", "https://s")}
        if output := outputs.get(name.rpartition("-")[2]):
            return {"Outputs": [dict(zip(("OutputKey", "OutputValue"), output, strict=True))]}
        return None


def two_stacks() -> DeployedStacks:
    return DeployedStacks(TwoStacks(REGION), DeploySettings())


def installer_of(context: str, folder: Path) -> Installer:
    (folder / "make.py").write_text(MAKE)
    make = (sys.executable, str(folder / "make.py"))
    return Installer(context, two_stacks, make=make)


def test_outputs_and_key_are_the_deployments(tmp_path: Path) -> None:
    installer = installer_of("-c env=dev", tmp_path)
    assert installer.deploy().startswith("2 stacks in ")
    assert installer.outputs == {"TableName": "t", "SiteUrl": "https://s"}
    assert installer.key == "fck_admin.secret"


def test_a_deployment_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(SmokeFailure, match="make deploy:\nCREATE_FAILED: 3538 is too much"):
        installer_of("bad", tmp_path).deploy()


def test_an_interrupted_deployment_is_interrupted_itself_and_waited_for(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.infra.test_smoke_run import installer_of;"
        "installer_of('slow', Path(sys.argv[1])).deploy()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    said = tmp_path / "said.txt"
    while not said.exists() or said.read_text() != "begun":
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    run.wait(30)
    assert said.read_text() == "stopped in time"
