"""checkov's findings are the accepted ones: no more, and no fewer.

checkov pins an old boto3, so it lives in an environment of its own; `make checkov` makes it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from facecompare.config import CHECKOUT
from tests.support.assembly import Assembly

CHECKOV = CHECKOUT / ".venv" / "checkov" / "bin" / "checkov"
ACCEPTED = {
    "CKV_AWS_18": "requests to buckets are logged where access_logs is on; the log not at all",
    "CKV_AWS_21": "versions only of models: pages are in git, uploads and logs are to be forgotten",
    "CKV_AWS_26": "CloudWatch cannot write to a topic under AWS's own key; alarms hold no data",
    "CKV_AWS_27": "as CKV_AWS_119; SQS encrypts with a key of its own, messages hold no names",
    "CKV_AWS_68": "the firewall is an option",
    "CKV_AWS_86": "access logs are an option, because they hold visitors' addresses",
    "CKV_AWS_115": "reserving concurrency is an option: new accounts have none to give away",
    "CKV_AWS_116": "a failure is told to the caller, or the queue keeps its message",
    "CKV_AWS_117": "nothing in a private network is called; a VPC would cost NAT and cold starts",
    "CKV_AWS_119": "AWS's own key: a customer's key costs more at rest than everything else",
    "CKV_AWS_149": "as CKV_AWS_119",
    "CKV_AWS_158": "as CKV_AWS_119; logs hold no photos, embeddings or addresses",
    "CKV_AWS_173": "as CKV_AWS_119",
    "CKV_AWS_174": "CloudFront's own certificate knows no other policy; a domain brings TLS 1.2",
    "CKV_AWS_192": "the rule is against Log4j, and there is no Java here",
}

pytestmark = pytest.mark.skipif(not CHECKOV.exists(), reason="no checkov; run: make checkov")


def findings(assembly: Assembly) -> Iterator[str]:
    templates = (f"--file={path}" for path in sorted(assembly.folder.glob("*.template.json")))
    options = ("--framework=cloudformation", "--skip-download", "--quiet", "--output=json")
    done = subprocess.run(
        [CHECKOV, *options, *templates], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 100
    yield from (found["check_id"] for found in report["results"]["failed_checks"])


def test_every_finding_is_accepted_for_a_reason_that_still_holds(
    standard: Assembly, everything: Assembly
) -> None:
    assert {*findings(standard), *findings(everything)} == set(ACCEPTED)
