"""Credentials of nobody: with them, no test can reach a real AWS account."""

from __future__ import annotations

import pytest

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def use_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test's end, instead of the developer's own."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
