"""The roles that AWS's services take by themselves, made before they are needed.

The first ECS cluster of an account often fails, because the service makes its role meanwhile
(cfn-roadmap#818), and a stack cannot make one that may be there already.
"""

from __future__ import annotations

from botocore.exceptions import ClientError

from facecompare.aws_client import error_code
from infra.account.account import Account
from infra.account.finding import Finding, failing, fine, noted
from infra.account.needs import Needs

GPU_ROLES = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    ),
}
SPOT_ROLES = {"spot.amazonaws.com": "AWSServiceRoleForEC2Spot"}
HAS_IT_ALREADY = "InvalidInput"


def linked_roles(account: Account, needs: Needs) -> Finding | None:
    """Whether there are those of the machines with a GPU; nothing else needs any."""
    wanted = _wanted(needs)
    if not wanted:
        return None
    missing = {service: name for service, name in wanted.items() if not _exists(account, name)}
    if not missing:
        return fine(", ".join(wanted.values()))
    return noted(_none_of(missing), "service-linked roles", "nothing; make deploy makes them")


def make_linked_roles(account: Account, needs: Needs) -> Finding | None:
    """The same, and makes those that are missing."""
    wanted = _wanted(needs)
    missing = {service: name for service, name in wanted.items() if not _exists(account, name)}
    refused = {}
    for service, name in missing.items():
        try:
            account.ask("iam", "create_service_linked_role", AWSServiceName=service)
        except ClientError as failure:
            if error_code(failure) != HAS_IT_ALREADY:
                refused[service] = name
    if refused:
        command = "; ".join(
            f"aws iam create-service-linked-role --aws-service-name {service}"
            for service in refused
        )
        return failing(
            _none_of(refused), "service-linked roles", f"ask an administrator: {command}"
        )
    if missing:
        return fine(f"{', '.join(missing.values())}, made just now")
    return linked_roles(account, needs)


def _wanted(needs: Needs) -> dict[str, str]:
    if not needs.gpu:
        return {}
    return GPU_ROLES | (SPOT_ROLES if needs.gpu_spot else {})


def _none_of(missing: dict[str, str]) -> str:
    return f"no {', '.join(missing.values())}"


def _exists(account: Account, name: str) -> bool:
    try:
        account.ask("iam", "get_role", RoleName=name)
    except ClientError as failure:
        if error_code(failure) == "NoSuchEntity":
            return False
        raise
    return True
