"""Whether what is asked for fits into the account's quotas."""

from __future__ import annotations

from facecompare.planning.lambda_memory import NEW_ACCOUNT_MEMORY_MB
from facecompare.planning.quotas import NEW_ACCOUNT_CONCURRENCY
from facecompare.planning.workload import VCPUS
from infra.account.account import Account
from infra.account.finding import Finding, failing, fine, noted
from infra.account.needs import Needs

# AWS, Lambda Developer Guide, "Lambda quotas": those of a new account are raised by use; their
# concurrency says how far, and no API tells the memory.
ORDINARY_CONCURRENCY = 1_000
# What Lambda leaves to functions without a reservation ("Configuring reserved concurrency"); in a
# new account all that there is.
LEFT_UNRESERVED = 100
GPU_QUOTAS = {False: "L-DB2E81BA", True: "L-3819A6DF"}  # by spot; running G and VT instances
NETWORKS_QUOTA = "L-F678F1CE"  # VPCs of a region
ASK_AWS = "ask AWS: console, Service Quotas"


def lambda_memory(account: Account, needs: Needs) -> Finding:
    """Lambda refuses a function that is larger than the account may have."""
    concurrency = _limits(account)["ConcurrentExecutions"]
    found = f"{needs.memory_mb:,} MB asked for, in an account with a concurrency of {concurrency:,}"
    if needs.memory_mb <= NEW_ACCOUNT_MEMORY_MB or concurrency >= ORDINARY_CONCURRENCY:
        return fine(found)
    expected = f"at most {NEW_ACCOUNT_MEMORY_MB:,} MB, as in accounts that AWS counts as new"
    do = f"-c compare_memory_mb={NEW_ACCOUNT_MEMORY_MB}, or {ASK_AWS}, Lambda"
    new = concurrency <= NEW_ACCOUNT_CONCURRENCY
    return failing(found, expected, do) if new else noted(found, expected, do)


def lambda_concurrency(account: Account, needs: Needs) -> Finding:
    """Reservations must leave something; batches should."""
    limits = _limits(account)
    total, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    found = f"{free:,} of {total:,} without a reservation"
    wanted = max(needs.reserved, needs.provisioned)
    left = min(total, LEFT_UNRESERVED)
    if wanted and not account.has_stack(f"{needs.prefix}-api") and free - wanted < left:
        expected = f"{wanted + left:,}: {wanted:,} for the compare function, {left:,} for others"
        return failing(found, expected, f"reserve less, or {ASK_AWS}, Lambda")
    if needs.batch_concurrency >= free:
        expected = f"more than the {needs.batch_concurrency:,} that batches may take from the API"
        do = f"-c batch_concurrency={max(2, free // 2)}, or {ASK_AWS}, Lambda"
        return noted(found, expected, do)
    return fine(found)


def gpu_vcpus(account: Account, needs: Needs) -> Finding | None:
    """Without any, no machine ever starts, and batches have their functions only."""
    if not needs.gpu:
        return None
    each, wanted = VCPUS[needs.gpu_instance], VCPUS[needs.gpu_instance] * needs.gpu_max
    value = int(_quota(account, "ec2", GPU_QUOTAS[needs.gpu_spot]))
    kind = "spot" if needs.gpu_spot else "on-demand"
    found = f"{value} vCPUs of {kind} G and VT instances"
    if value >= wanted:
        return fine(found)
    expected = f"{wanted} for {needs.gpu_max} × {needs.gpu_instance}, {each} for the first"
    return noted(found, expected, f"{ASK_AWS}, EC2, {GPU_QUOTAS[needs.gpu_spot]}")


def networks(account: Account, needs: Needs) -> Finding | None:
    """The machines with a GPU have a network of their own."""
    if not needs.gpu or account.has_stack(f"{needs.prefix}-gpu"):
        return None
    there = len(account.ask("ec2", "describe_vpcs")["Vpcs"])
    value = int(_quota(account, "vpc", NETWORKS_QUOTA))
    found = f"{there} networks (VPCs) of {value} that the region may have"
    if there < value:
        return fine(found)
    return failing(found, "room for one more", f"delete one, or {ASK_AWS}, VPC, {NETWORKS_QUOTA}")


def _limits(account: Account) -> dict[str, int]:
    limits: dict[str, int] = account.ask("lambda", "get_account_settings")["AccountLimit"]
    return limits


def _quota(account: Account, service: str, code: str) -> float:
    question = {"ServiceCode": service, "QuotaCode": code}
    value: float = account.ask("service-quotas", "get_service_quota", **question)["Quota"]["Value"]
    return value
