"""What a template's expression will be where it is deployed."""

from __future__ import annotations

from typing import Any

ACCOUNT = "123456789012"


def resolved(value: Any, region: str) -> str:
    """The text of an expression of this account's and region's names.

    Raises  ValueError for what only a deployment knows.
    """
    match value:
        case str():
            return value
        case {"Ref": "AWS::Region"}:
            return region
        case {"Ref": "AWS::AccountId"}:
            return ACCOUNT
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(resolved(part, region) for part in parts)
    raise ValueError(f"found {value}; expected what account and region say")
