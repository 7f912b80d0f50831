"""The access keys in the comparison log's DynamoDB table."""

from __future__ import annotations

from dataclasses import asdict

from facecompare.access import AccessKey, Role, name_taken, no_such_key
from facecompare.records.dynamo_table import ConditionFailed, DynamoTable, Item, key
from facecompare.records.schema import (
    ACCESS_KEY,
    ACCESS_KEYS,
    NEWEST,
    PARTITION_KEY,
    SORT_KEY,
)


class DynamoKeys:
    """Fulfils `KeyStore`; a key is read for each request, so a revoked one ends at once."""

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def add(self, key_: AccessKey) -> None:
        """Keep a new key."""
        item = key(ACCESS_KEY, key_.name) | {
            name: {"S": str(value)} for name, value in asdict(key_).items()
        }
        listed = {NEWEST.partition: {"S": ACCESS_KEYS}, SORT_KEY: {"S": key_.created_at}}
        condition = f"attribute_not_exists({PARTITION_KEY})"
        try:
            self._table.put([{"Item": item | listed, "ConditionExpression": condition}])
        except ConditionFailed as exc:
            raise name_taken(key_.name) from exc

    def find(self, name: str) -> AccessKey | None:
        """The key of this name, as it is now."""
        item = self._table.find(key(ACCESS_KEY, name))
        return None if item is None else _access_key(item)

    def every(self) -> list[AccessKey]:
        """All keys, newest first."""
        items = self._table.newest(
            NEWEST,
            KeyConditionExpression=f"{NEWEST.partition} = :keys",
            ExpressionAttributeValues={":keys": {"S": ACCESS_KEYS}},
        )
        return [_access_key(item) for item in items]

    def revoke(self, name: str, revoked_at: str) -> None:
        """End a key's validity."""
        try:
            self._table.update(
                key(ACCESS_KEY, name),
                UpdateExpression="SET revoked_at = :now",
                ConditionExpression="revoked_at = :never",
                ExpressionAttributeValues={":now": {"S": revoked_at}, ":never": {"S": ""}},
            )
        except ConditionFailed as exc:
            raise no_such_key(name) from exc


def _access_key(item: Item) -> AccessKey:
    texts = (item[name]["S"] for name in ("key_sha256", "created_at", "revoked_at"))
    return AccessKey(item["name"]["S"], Role(item["role"]["S"]), *texts)
