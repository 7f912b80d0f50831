"""Deploy, use, measure, destroy, and tell what is left: `make smoke-aws`.

    python -m infra.smoke.run                           # an environment smoke-XXXX of its own
    python -m infra.smoke.run --env NAME -c access=keys # NAME must not be deployed yet

It takes some twenty minutes and some cents. Whatever happens in between, also Ctrl-C, it destroys
what it has made. What could not be exercised is listed at the end; it ends with 1 where something
did not work or was left over.
"""

from __future__ import annotations

import secrets
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.errors import FaceCompareError
from infra.account.account import Account, refusal_of
from infra.account.check import chosen_options
from infra.account.needs import Needs
from infra.deployed_stacks import DeployedStacks, required_region
from infra.settings import DeploySettings
from infra.smoke.alarm_trial import NotExercised, force_alarm
from infra.smoke.installer import Installer
from infra.smoke.inventory import Inventory
from infra.smoke.site_use import SiteUse, SmokeFailure

STACKS = ("data", "api", "gpu", "site")
# What was deleted is listed for a while: AWS's lists follow within minutes.
LOOKS, LOOK_EVERY_S = 6, 20.0

Reach = Callable[[Mapping[str, str], str], AbstractContextManager[SiteUse | None]]


def reach_site(outputs: Mapping[str, str], key: str) -> AbstractContextManager[SiteUse | None]:
    """The site that is deployed, if it has an address."""
    url = outputs.get("SiteUrl")
    return nullcontext(SiteUse(url, key) if url else None)


@dataclass
class Smoke:
    """One run; `told` has a line for each step."""

    account: Account
    needs: Needs
    installer: Installer
    reach: Reach = reach_site
    sleep: Callable[[float], None] = time.sleep
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """step, how it went (ok, FAILED, not exercised), text"""

    def run(self) -> bool:
        """Do all of it; True when everything that could be exercised works and nothing is left.

        Raises  SmokeFailure when the environment is deployed already.
        """
        self._refuse_what_is_there()
        before = Inventory.of(self.account)
        try:
            self._try_out()
        finally:
            self._destroy()
            self._tell_what_is_left(before)
        return not any(state == "FAILED" for _, state, _ in self.told)

    def _refuse_what_is_there(self) -> None:
        for stack in STACKS:
            if self.account.has_stack(f"{self.needs.prefix}-{stack}"):
                raise SmokeFailure(
                    f"found the stack {self.needs.prefix}-{stack}; expected an environment that is "
                    "not deployed, because all of it is destroyed; leave --env out"
                )

    def _try_out(self) -> None:
        deployed = self._step("deploy", self.installer.deploy)
        if not deployed:
            return
        with self.reach(self.installer.outputs, self.installer.key) as site:
            for name in ("compare", "upload", "batch"):
                self._step(name, getattr(site, name) if site else _no_address)
            self._step("alarm", lambda: force_alarm(self.account, self.needs.prefix, self.sleep))
            self._step("bill", (lambda: _bill(self.needs, site)) if site else _no_address)

    def _step(self, name: str, work: Callable[[], str]) -> bool:
        try:
            return self._tell(name, "ok", work())
        except NotExercised as why:
            return self._tell(name, "not exercised", str(why))
        except (SmokeFailure, FaceCompareError) as failure:
            return self._tell(name, "FAILED", str(failure))
        except (BotoCoreError, ClientError) as failure:
            return self._tell(name, "FAILED", refusal_of(failure))

    def _tell(self, name: str, state: str, text: str) -> bool:
        self.told.append((name, state, text))
        print(f"{state:14}{name:12}{text}", flush=True)
        return state == "ok"

    def _destroy(self) -> None:
        """Nothing interrupts it: half a deployment would stay, and cost."""
        kept = {
            each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            self._step("empty", lambda: _empty_buckets(self.account, self.needs.prefix))
            self._step("destroy", self.installer.destroy)
        finally:
            for each, handler in kept.items():
                signal.signal(each, handler)

    def _tell_what_is_left(self, before: Inventory) -> None:
        for look in range(LOOKS):
            now = Inventory.of(self.account)
            new = now.new_since(before)
            ours = [(kind, name) for kind, name in new if self.needs.prefix in name]
            if not ours or look == LOOKS - 1:
                break
            self.sleep(LOOK_EVERY_S)
        for kind, name in ours:
            self._tell("left over", "FAILED", f"{kind} {name}")
        for kind, name in new:
            if (kind, name) not in ours:
                self._tell("new", "not ours?", f"{kind} {name}, made meanwhile")
        for kind, why in now.unlisted.items():
            self._tell("left over", "not exercised", f"{kind}: {why}")
        if not ours:
            self._tell(
                "left over", "ok", f"nothing of {self.needs.prefix} among {len(now.resources)}"
            )


def _no_address() -> str:
    raise NotExercised("the deployment has no address; a simulated account serves no site")


def _bill(needs: Needs, site: SiteUse) -> str:
    """What this costs, at the speed that was measured."""
    from facecompare.planning.cost import cost

    estimate = cost(site.pipeline_ms, site.photo_bytes, needs.memory_mb)
    rest = sum(estimate.month_at_rest.values())
    return (
        f"a million comparisons at this speed: {estimate.total:.2f} US dollars; a month at rest: "
        f"{rest:.2f}, of which this run was an hour or less ({rest / 730:.4f})"
    )


def _empty_buckets(account: Account, prefix: str) -> str:
    """In AWS a function of CDK's does it, where the stack got as far as having one."""
    emptied = 0
    names = [
        each["Name"] for page in account.pages("s3", "list_buckets") for each in page["Buckets"]
    ]
    for bucket in (name for name in names if name.startswith(prefix)):
        for page in account.pages("s3", "list_object_versions", Bucket=bucket):
            objects = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in objects]
            if keys:
                account.ask("s3", "delete_objects", Bucket=bucket, Delete={"Objects": keys})
            emptied += len(keys)
    return f"{emptied} objects"


def _smoke(context: list[str]) -> Smoke:
    settings = DeploySettings.from_context(chosen_options(context))
    region = required_region(settings)

    def stacks() -> DeployedStacks:
        return DeployedStacks(Account(region), settings)

    return Smoke(Account(region), Needs.of(settings), Installer(" ".join(context), stacks))


def _interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """The exit code."""
    parser = ArgumentParser(prog="make smoke-aws", description=__doc__)
    parser.add_argument("--env", default="")
    arguments, context = parser.parse_known_args()
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        with tempfile.TemporaryDirectory(prefix="facecompare-smoke-") as folder:
            env = arguments.env or f"smoke-{secrets.token_hex(2)}"
            if not arguments.env:
                (Path(folder) / f"{env}.toml").touch()
                context += ["-c", f"environments={folder}"]
            works = _smoke(["-c", f"env={env}", *context]).run()
    except (SmokeFailure, FaceCompareError) as failure:
        raise SystemExit(f"facecompare: {failure}") from None
    except KeyboardInterrupt:
        print("interrupted; what was deployed is destroyed", flush=True)
        return 130
    return int(not works)


if __name__ == "__main__":
    sys.exit(main())
