"""Access keys, and what their holders may do.

A key reads `fck_<name>.<secret>`. The secret has 256 random bits, so its SHA-256 is as good as a
slow password hash and only that is kept. A name is never given twice, so that a record's caller
stays one and the same.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from facecompare.errors import BadField, KeyRefused, NotAllowed

KEY_PREFIX = "fck_"
SECRET_BYTES = 32
ORIGIN_HEADER = "X-Facecompare-Origin"  # CloudFront's proof that a request came through it

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NOBODYS_SHA256 = "0" * 64  # what a key of an unknown name is compared with, to take the same time


class Role(StrEnum):
    """What a key allows."""

    CALLER = "caller"
    """compare photos, and read the records of one's own comparisons"""
    ADMIN = "admin"
    """everything"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; the name is empty for whoever needs no key."""

    name: str
    role: Role

    def require_admin(self) -> None:
        """Nothing, for an admin.

        Raises  NotAllowed.
        """
        if self.role is not Role.ADMIN:
            raise NotAllowed(
                f"found {f'the key of {self.name}' if self.name else 'no key'}; expected an "
                "admin's key; send one, or ask an admin"
            )


ANYBODY = Caller("", Role.CALLER)
OWNER = Caller("", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as it is kept; times as in records, `revoked_at` empty while the key is valid."""

    name: str
    role: Role
    key_sha256: str
    created_at: str
    revoked_at: str = ""


class KeyStore(Protocol):
    """Keeps the keys. Every method raises RecordsUnavailable when the store cannot be reached."""

    def add(self, key: AccessKey) -> None:
        """Keep a new key. Raises  BadField when the name was given before."""
        ...

    def find(self, name: str) -> AccessKey | None:
        """The key of this name, revoked or not."""
        ...

    def every(self) -> list[AccessKey]:
        """All keys, newest first."""
        ...

    def revoke(self, name: str, revoked_at: str) -> None:
        """End a key's validity. Raises  BadField when no valid key has this name."""
        ...


def authenticate(key: str, keys: KeyStore) -> Caller:
    """Whose key this is.

    Raises  KeyRefused.
    """
    name = key.removeprefix(KEY_PREFIX).partition(".")[0]
    kept = keys.find(name) if _NAME.fullmatch(name) else None
    expected = kept.key_sha256 if kept else _NOBODYS_SHA256
    matches = hmac.compare_digest(_sha256(key), expected)
    if kept is None or kept.revoked_at or not matches:
        raise KeyRefused(
            "found an access key that is unknown or was revoked; expected a valid one; ask for a "
            "new one"
        )
    return Caller(kept.name, kept.role)


def new_key(name: str, role: Role, created_at: str) -> tuple[str, AccessKey]:
    """A key to show once, and what is kept of it.

    Raises  BadField.
    """
    if not _NAME.fullmatch(name):
        raise BadField(
            f"found the name {name[:64]!r}; expected 1 to 32 small letters, digits and hyphens"
        )
    key = f"{KEY_PREFIX}{name}.{secrets.token_urlsafe(SECRET_BYTES)}"
    return key, AccessKey(name, role, _sha256(key), created_at)


def name_taken(name: str) -> BadField:
    """The error of a store that has a key of this name."""
    return BadField(
        f"found the name {name!r}, which a key has or had; expected a new one; choose another name"
    )


def no_such_key(name: str) -> BadField:
    """The error of a store that has no valid key of this name."""
    return BadField(
        f"found no valid key {name[:64]!r}; expected one that is listed; run: facecompare keys list"
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
