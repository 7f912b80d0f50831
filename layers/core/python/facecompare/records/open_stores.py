"""Where records and keys are kept, as the settings say: a DynamoDB table or an SQLite file."""

from __future__ import annotations

from facecompare.access import KeyStore
from facecompare.batches.batch import BatchStore
from facecompare.config import Settings
from facecompare.errors import BadSetting
from facecompare.records.record import ComparisonLog


def open_batch_store(settings: Settings) -> BatchStore:
    """The installation's batches.

    Raises  BadSetting without a table.
    """
    if not settings.records_table:
        raise BadSetting("FACECOMPARE_BATCH_QUEUE needs FACECOMPARE_RECORDS_TABLE as well")
    from facecompare.batches.dynamo_store import DynamoBatches
    from facecompare.records.dynamo_table import DynamoTable

    return DynamoBatches(DynamoTable(settings.records_table), settings.records_days)


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
