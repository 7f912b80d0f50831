"""Who may do what to data: each function and worker, to table, buckets and queues."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from facecompare.uploads.grants import KEY_PREFIX as UPLOADS
from facecompare.uploads.grants import MANIFESTS_PREFIX as MANIFESTS
from facecompare.uploads.grants import PHOTOS_PREFIX as PHOTOS
from infra.acknowledged import acknowledge, spelled
from infra.data_stack import DataStack


def allow(role: iam.Role, actions: Sequence[str], *resource_arns: str) -> None:
    """Allow these actions on these resources."""
    iam.Grant.add_to_principal(
        grantee=role, actions=list(actions), resource_arns=list(resource_arns)
    )
    for arn in resource_arns:
        if arn.endswith("*"):
            finding = f"IAM5[Resource::{spelled(role, arn)}]"
            acknowledge(role, "objects get their names at run time", finding)


def allow_comparing(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Fetch models and uploaded photos, look a key up, keep a record."""
    models = _models(data)
    allow(role, ["s3:GetObject"], f"{models}/*")
    allow(role, ["s3:GetObject"], _objects(uploads, UPLOADS))
    _allow_telling_absence(role, models, uploads.bucket_arn)
    allow(role, ["dynamodb:GetItem", "dynamodb:PutItem"], data.comparison_table.table.table_arn)


def allow_records(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """List and delete records, and sign grants with the right to put the object oneself."""
    allow(role, ["dynamodb:GetItem", "dynamodb:DeleteItem"], data.comparison_table.table.table_arn)
    allow(role, ["dynamodb:Query"], *data.comparison_table.index_arns)
    allow(role, ["s3:PutObject"], _objects(uploads, UPLOADS))


def allow_batch_requests(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Check a batch's pairs file, keep its manifest, and send its first message."""
    allow(role, ["s3:GetObject"], _objects(uploads, UPLOADS), _objects(uploads, PHOTOS))
    _allow_telling_absence(role, uploads.bucket_arn)
    allow(role, ["s3:PutObject", "s3:DeleteObject"], _objects(uploads, MANIFESTS))
    allow(role, ["sqs:SendMessage"], data.batches.queue.queue_arn)
    allow(
        role,
        ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        data.comparison_table.table.table_arn,
    )


def allow_batch_work(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Read photos, keep results, divide messages, and give up what cannot be done.

    Whoever receives messages by itself needs more: see infra.gpu.task.
    """
    models = _models(data)
    photos = [_objects(uploads, prefix) for prefix in (UPLOADS, PHOTOS, MANIFESTS)]
    allow(role, ["s3:GetObject"], f"{models}/*", *photos)
    _allow_telling_absence(role, models, uploads.bucket_arn)
    queues = (data.batches.queue.queue_arn, data.batches.dead_letters.queue_arn)
    allow(role, ["sqs:SendMessage"], *queues)
    actions = [f"dynamodb:{action}Item" for action in ("BatchGet", "Get", "Put", "Update")]
    allow(role, actions, data.comparison_table.table.table_arn)


def _allow_telling_absence(role: iam.Role, *bucket_arns: str) -> None:
    """Without this S3 responds 403 where there is no such object, and not 404."""
    allow(role, ["s3:ListBucket"], *bucket_arns)


def _models(data: DataStack) -> str:
    """The model bucket's ARN under an exported name, which cdk-nag's finding has, too."""
    return str(data.export_value(data.models.bucket.bucket_arn))


def _objects(bucket: s3.IBucket, prefix: str) -> str:
    return f"{bucket.bucket_arn}/{prefix}*"
