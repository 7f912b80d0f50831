"""Where records and keys are kept, as the settings say: a DynamoDB table or an SQLite file."""

from __future__ import annotations

from facecompare.access import KeyStore
from facecompare.config import Settings
from facecompare.records.record import ComparisonLog


def open_log(settings: Settings) -> ComparisonLog:
    """The installation's comparison log."""
    if settings.records_table:
        from facecompare.records.dynamo import DynamoLog
        from facecompare.records.dynamo_table import DynamoTable

        return DynamoLog(DynamoTable(settings.records_table), settings.records_days)
    from facecompare.records.sqlite import SqliteLog

    return SqliteLog(settings.records, settings.records_days)


def open_keys(settings: Settings) -> KeyStore:
    """The installation's access keys."""
    if settings.records_table:
        from facecompare.records.dynamo_keys import DynamoKeys
        from facecompare.records.dynamo_table import DynamoTable

        return DynamoKeys(DynamoTable(settings.records_table))
    from facecompare.records.sqlite import SqliteKeys

    return SqliteKeys(settings.records)
