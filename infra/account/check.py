"""Whether a deployment would succeed, told before it is tried.

    python -m infra.account.check -c gpu=on            # with the options of the deployment
    python -m infra.account.check --make-roles         # as `make deploy` asks

A line each: what was found, what is expected, what to do. It ends with 1 where a deployment would
fail; what cannot be asked is told and holds nothing up. What no API tells: whether AWS has verified
the account for CloudFront, and how much memory a function may have.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from facecompare.errors import FaceCompareError
from infra.account import linked_roles, machine, places, quotas
from infra.account.account import Account, refusal_of, region_of
from infra.account.finding import CheckState, Finding, failing, unasked

if TYPE_CHECKING:
    from infra.account.needs import Needs

MAKE_ROLES = "--make-roles"
MachineCheck = Callable[[], Finding]
AccountCheck = Callable[[Account, "Needs"], Finding | None]

MACHINE_CHECKS: Mapping[str, MachineCheck] = {
    "node": machine.node_version,
    "container tool": machine.container_tool,
}
ACCOUNT_CHECKS: Mapping[str, AccountCheck] = {
    "credentials": places.credentials,
    "region": places.region,
    "bootstrap": places.bootstrap,
    "bootstrap of the edge": places.edge_bootstrap,
    "Lambda memory": quotas.lambda_memory,
    "Lambda concurrency": quotas.lambda_concurrency,
    "upload bucket": places.upload_bucket,
    "certificate": places.certificate,
    "service-linked roles": linked_roles.linked_roles,
    "GPU vCPUs": quotas.gpu_vcpus,
    "networks": quotas.networks,
}


def chosen_options(arguments: Sequence[str]) -> dict[str, str]:
    """The context among arguments of CDK's command line, of which others are left out."""
    options, words = {}, iter(arguments)
    for word in words:
        if word in ("-c", "--context"):
            word = next(words, "")
        elif word.startswith("--context="):
            word = word.removeprefix("--context=")
        else:
            continue
        name, _, value = word.partition("=")
        options[name] = value
    return options


def account_findings(
    account: Account, needs: Needs, checks: Mapping[str, AccountCheck] = ACCOUNT_CHECKS
) -> Iterator[tuple[str, Finding]]:
    """What each check says that concerns this installation; nothing after refused credentials."""
    for name, check in checks.items():
        finding = _answered(partial(check, account, needs))
        if finding is not None:
            yield name, finding
        if check is places.credentials and (finding is None or finding.state is not CheckState.OK):
            yield "all else", unasked("credentials come first")
            return


def _answered(check: Callable[[], Finding | None]) -> Finding | None:
    try:
        return check()
    except (BotoCoreError, ClientError) as failure:
        return unasked(refusal_of(failure))


def _findings(arguments: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    ready = True
    for name, check in MACHINE_CHECKS.items():
        finding = check()
        ready = ready and not (name == "node" and finding.state is CheckState.FAILS)
        yield name, finding
    if ready:  # without node CDK's library, which reads the options, cannot be loaded
        yield from _of_the_account(arguments)


def _of_the_account(arguments: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    from infra.account.needs import Needs
    from infra.settings import DeploySettings

    settings = DeploySettings.from_context(chosen_options(arguments))
    where = region_of(settings.region, os.environ)
    if not where:
        yield "region", failing("none", "a region", "set AWS_REGION, or -c region=…")
        return
    checks = dict(ACCOUNT_CHECKS)
    if MAKE_ROLES in arguments:
        checks["service-linked roles"] = linked_roles.make_linked_roles
    yield from account_findings(Account(where), Needs.of(settings), checks)


def main() -> int:
    """Print what each check says; the exit code."""
    states = set()
    try:
        for name, finding in _findings(sys.argv[1:]):
            print(finding.line(name), flush=True)
            states.add(finding.state)
    except FaceCompareError as error:
        raise SystemExit(f"facecompare: {error.message}") from None
    return int(CheckState.FAILS in states)


if __name__ == "__main__":
    sys.exit(main())
