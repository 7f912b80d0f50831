"""Changes of what CDK makes after everything else, while it resolves references from region to
region: functions that carry the values, and their roles."""

from __future__ import annotations

from collections.abc import Callable

import jsii
from aws_cdk import Stack
from constructs import IConstruct, IValidation


def change_late(stack: Stack, change: Callable[[IConstruct], None]) -> None:
    """Do this to each child of the stack when nothing is made any more.

    That is when constructs are validated, so this is a validation that finds no fault.
    """
    stack.node.add_validation(_Late(stack, change))


@jsii.implements(IValidation)
class _Late:
    def __init__(self, stack: Stack, change: Callable[[IConstruct], None]) -> None:
        self._stack, self._change = stack, change

    def validate(self) -> list[str]:
        for child in self._stack.node.children:
            self._change(child)
        return []
