"""The table with the comparisons' records and the access keys."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from facecompare.records.schema import EXPIRES_AT, INDEXES, PARTITION_KEY, SORT_KEY
from infra.acknowledged import acknowledge
from infra.settings import DeploySettings


class ComparisonTable(Construct):
    """One table on demand, with the library's keys and indexes, or one that is there."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.table: dynamodb.ITable = (
            dynamodb.Table.from_table_name(self, "Table", settings.table)
            if settings.table
            else self._made(settings)
        )

    def _made(self, settings: DeploySettings) -> dynamodb.Table:
        backups = dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=settings.point_in_time_recovery
        )
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text(PARTITION_KEY),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=EXPIRES_AT,
            encryption=settings.table_key,
            point_in_time_recovery_specification=backups,
            deletion_protection=settings.deletion_protection,
            removal_policy=settings.removal_policy,
        )
        for index in INDEXES:
            table.add_global_secondary_index(
                index_name=index.name,
                partition_key=_text(index.partition),
                sort_key=_text(SORT_KEY),
            )
        if not settings.point_in_time_recovery:
            acknowledge(table, "point_in_time_recovery=off asks for no backups", "DDB3")
        return table

    @property
    def index_arns(self) -> list[str]:
        """The indexes, one by one."""
        return [f"{self.table.table_arn}/index/{index.name}" for index in INDEXES]


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
