"""How AWS is spoken to: the one place that opens clients, with bounded waits and retries.

botocore alone: boto3 adds import time to every cold start, and nothing that is used here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

# A service that is down is given up within about ten seconds, before a function's time is up.
CONNECT_TIMEOUT_S = 1
# Until an answer begins, and between its parts; SQS waits up to 20 s for a message.
READ_TIMEOUT_S = {"dynamodb": 2, "s3": 5, "sqs": 25}
ATTEMPTS = 3  # in all; "standard" waits a random, growing time between them

FAILURES = (BotoCoreError, ClientError)
_NOT_FOUND = {"404", "NoSuchKey", "NotFound"}


def client(service: str) -> Any:
    """A client of this service in the environment's region; safe to share by threads."""
    return _session().create_client(
        service,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S[service],
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            # boto presigns with the outdated version 2 where an endpoint is given explicitly.
            signature_version="s3v4" if service == "s3" else None,
            max_pool_connections=16,
        ),
    )


@cache
def _session() -> Any:
    """One for all clients, which share the tables it reads from files."""
    return get_session()


def error_code(failure: Exception) -> str:
    """The service's own code, or the exception's name where no answer came."""
    if isinstance(failure, ClientError):
        code: str = failure.response.get("Error", {}).get("Code", "")
        return code
    return type(failure).__name__


def is_not_found(failure: Exception) -> bool:
    """True when the object asked for does not exist."""
    return error_code(failure) in _NOT_FOUND


def transaction_codes(failure: Exception) -> set[str]:
    """What stood against a DynamoDB transaction: a code for each of its writes that failed."""
    reasons = (
        failure.response.get("CancellationReasons", ()) if isinstance(failure, ClientError) else ()
    )
    return {reason["Code"] for reason in reasons} - {"None"}
