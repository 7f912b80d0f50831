"""Whether IAM would allow an access: decided by @cloud-copilot/iam-simulate, which knows AWS's
actions, resource types and condition keys, and refuses a request that AWS could not get."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from infra.operators import VERSION
from tests.support.assembly import Properties
from tests.support.aws_emulator.moto_server import ACCOUNT
from tests.support.permissions.accesses import Access

SCRIPT = Path(__file__).with_name("simulate.mjs")


def allowed(
    questions: Sequence[tuple[Access, Sequence[Properties], Properties | None]],
) -> list[bool]:
    """Whether each access is, under these statements of the role and the resource's policy.

    Raises  ValueError for an access or a policy that AWS does not know.
    """
    asked = [_simulation(*question) for question in questions]
    done = subprocess.run(
        ["node", str(SCRIPT)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    results = json.loads(done.stdout)
    for (access, *_), result in zip(questions, results, strict=True):
        if result["errors"] or set(result["ignored"]) - {"aws:SecureTransport"}:
            raise ValueError(f"found {access}, which AWS does not know: {result}")
    return [result["result"] == "Allowed" for result in results]


def _simulation(
    access: Access, statements: Sequence[Properties], of_resource: Properties | None
) -> Properties:
    policy = {"Version": VERSION, "Statement": list(statements)}
    made = {
        "request": {
            "principal": f"arn:aws:iam::{ACCOUNT}:role/{access.caller}",
            "action": access.action,
            "resource": {"resource": access.resource, "accountId": ACCOUNT},
            "contextVariables": access.context,
        },
        "identityPolicies": [{"name": "role", "policy": policy}] if statements else [],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    return made | ({"resourcePolicy": of_resource} if of_resource else {})
