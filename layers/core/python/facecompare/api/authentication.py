"""What a request's headers say of its sender: the access key, checked before the body is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from facecompare.access import Caller

_BEARER = HTTPBearer(
    auto_error=False, description="an access key, as `facecompare keys create` shows it once"
)

IdempotencyKey = Annotated[
    str,
    Header(
        pattern=r"^[!-~]{1,128}$",
        description="a retry with the same key leaves no second record: it answers with the first",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


def caller_by(recognise: Callable[[str | None], Caller]) -> Callable[..., Caller]:
    """A dependency: the caller, as one of the gate's rules recognises them."""

    def caller(
        sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Caller:
        return recognise(sent.credentials if sent else None)

    return caller
