"""Names that AWS keeps once for a whole account, wherever the resource is."""

from __future__ import annotations

from aws_cdk import Aws, Stack
from constructs import IConstruct


def global_name(scope: IConstruct, word: str) -> str:
    """The name of this scope's resource: with its stack, which says the environment, and with the
    region; so that a second environment or region of the account has another."""
    return f"{Stack.of(scope).stack_name}-{word}-{Aws.REGION}"
