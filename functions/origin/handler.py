"""Whether a request came through CloudFront, which adds a secret to each: infra.origin_authorizer.

API Gateway asks, keeps the answer for a while, and asks nothing where the secret's header is
absent. This file alone is the function, so it takes nothing but Python's own library.
"""

import hmac
import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """API Gateway's question and answer, format 2.0; the secrets are separated by spaces."""
    sent = ",".join(event["identitySource"]).encode()
    accepted = os.environ["FACECOMPARE_ORIGIN_SECRET"].split()
    matches = [hmac.compare_digest(sent, each.encode()) for each in accepted]
    return {"isAuthorized": True in matches}
