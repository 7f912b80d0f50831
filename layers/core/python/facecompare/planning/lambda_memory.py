"""A Lambda function's memory, and the processors that come with it.

AWS, Lambda Developer Guide, "Configure Lambda function memory": at 1,769 MB a function has one
vCPU, and more or less of it in proportion. A function with a part of a vCPU more sees a whole one,
whose time it gets a part of.
"""

from __future__ import annotations

from facecompare.planning.prices import MB_PER_VCPU

# AWS, Lambda Developer Guide, "Lambda quotas": "New AWS accounts have reduced concurrency and
# memory quotas". They refuse more than this, and raise it by themselves with use.
NEW_ACCOUNT_MEMORY_MB = 3_008
DEFAULT_MEMORY_MB = NEW_ACCOUNT_MEMORY_MB  # the deployment's own default, see infra/settings.py


def vcpus_for_memory(memory_mb: int) -> float:
    """How many vCPUs' time this memory brings."""
    return memory_mb / MB_PER_VCPU


def threads_for_memory(memory_mb: int) -> int:
    """How many threads make use of it: the nearest whole number of vCPUs, and at least one."""
    return max(1, round(vcpus_for_memory(memory_mb)))


def slowdown_for_memory(memory_mb: int) -> float:
    """By how much longer so many threads take than with a whole vCPU each; 1 at least."""
    return max(1.0, threads_for_memory(memory_mb) / vcpus_for_memory(memory_mb))
