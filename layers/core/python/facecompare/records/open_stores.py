"""Where records and keys are kept, as the settings say: a DynamoDB table or an SQLite file."""

from __future__ import annotations

from facecompare.access import KeyStore
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog


def open_stores(settings: Settings) -> tuple[ComparisonLog, KeyStore]:
    """The installation's comparison log and access keys."""
    if settings.records_table:
        from facecompare.records.dynamo import DynamoLog
        from facecompare.records.dynamo_keys import DynamoKeys
        from facecompare.records.dynamo_table import DynamoTable

        table = DynamoTable(settings.records_table)
        return DynamoLog(table, settings.records_days), DynamoKeys(table)
    from facecompare.records.sqlite import SqliteKeys, SqliteLog

    return SqliteLog(settings.records, settings.records_days), SqliteKeys(settings.records)
