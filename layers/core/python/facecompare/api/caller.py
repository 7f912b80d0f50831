"""Who sends a request: the access key of its header, checked before its body is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from facecompare.access import Caller

_BEARER = HTTPBearer(
    auto_error=False, description="an access key, as `facecompare keys create` shows it once"
)


def caller_by(recognise: Callable[[str | None], Caller]) -> Callable[..., Caller]:
    """A dependency: the caller, as one of the gate's rules recognises them."""

    def caller(
        sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Caller:
        return recognise(sent.credentials if sent else None)

    return caller
