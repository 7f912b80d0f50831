"""All that `local=on` changes, so that a simulator can take it; each with what is evidence instead.

moto's CloudFormation runs no functions, so what is delegated to one would never finish; and it
knows no secrets, HTTP APIs and distributions to refer to.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import RemovalPolicy

# What is left out, and the tests that look at it where nothing is left out.
EVIDENCE: Mapping[str, str] = {
    "kept": "tests/infra/test_template_rules.py::test_production_keeps_all_that_is_not_made_anew",
    "protects_stacks": "tests/infra/test_guard.py::test_protected_stacks_are_not_destroyed",
    "fills_buckets": "tests/infra/test_site_stack.py::"
    "test_assets_are_there_before_the_index_names_them",
    "empties_buckets": "tests/infra/test_data_stack.py::test_development_leaves_nothing_behind",
    "has_addresses": "tests/infra/test_site_stack.py::test_only_the_sites_pages_may_upload",
    "has_secrets": "tests/infra/test_rotate_origin_secret.py::"
    "test_at_every_step_what_cloudfront_sends_is_served_and_nothing_else",
    "polls_queues": "tests/infra/test_batches.py::"
    "test_the_function_takes_messages_and_says_which_failed",
    "checks_bootstrap": "tests/infra/test_template_rules.py::"
    "test_a_bootstrap_that_is_too_old_is_refused",
}


class Simulation:
    """What a deployment leaves out for a simulator; `local` says whether it is one."""

    __slots__ = ()

    local: bool

    @property
    def kept(self) -> RemovalPolicy:
        """What a failed deployment has made is removed even where data is kept."""
        return RemovalPolicy.RETAIN if self.local else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

    @property
    def protects_stacks(self) -> bool:
        """CloudFormation refuses to delete stacks with `deletion_protection`."""
        return not self.local

    @property
    def fills_buckets(self) -> bool:
        """CloudFormation copies models and page into their buckets."""
        return not self.local

    @property
    def empties_buckets(self) -> bool:
        """CloudFormation deletes what is in a bucket before it deletes the bucket."""
        return not self.local

    @property
    def has_addresses(self) -> bool:
        """Site and API have host names that outputs and other resources can name."""
        return not self.local

    @property
    def has_secrets(self) -> bool:
        """CloudFormation makes secrets and resolves references to them."""
        return not self.local

    @property
    def polls_queues(self) -> bool:
        """Lambda takes messages from queues; moto would, and run no function for them."""
        return not self.local

    @property
    def checks_bootstrap(self) -> bool:
        """The templates check the bootstrap stack's version."""
        return not self.local


def differences() -> dict[str, str]:
    """What is left out, by the property that says so."""
    return {
        name: (found.__doc__ or "").partition("\n")[0]
        for name, found in vars(Simulation).items()
        if isinstance(found, property)
    }


def differences_table() -> str:
    """In Markdown, with the tests."""
    lines = ["| left out for a simulator | tests of it |", "|---|---|"]
    rows = ((text, EVIDENCE[name]) for name, text in differences().items())
    return "\n".join([*lines, *(f"| {text} | `{tests}` |" for text, tests in rows)])
