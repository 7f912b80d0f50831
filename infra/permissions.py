"""Who may do what to data: each function and worker, to table, buckets and queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from facecompare.batches.announcements import SOURCE
from facecompare.records.schema import BATCH, BATCH_ATTEMPTS, BATCH_CHUNK, BATCH_COUNTS, COMPARISON
from facecompare.uploads.grants import KEY_PREFIX as UPLOADS
from facecompare.uploads.grants import MANIFESTS_PREFIX as MANIFESTS
from facecompare.uploads.grants import PHOTOS_PREFIX as PHOTOS
from infra.acknowledged import acknowledge, spelled
from infra.data_stack import DataStack

# The upload bucket is used by its name before it is made, and anybody could have taken the name. A
# bucket of another account is none for us.
IN_THIS_ACCOUNT = {"StringEquals": {"s3:ResourceAccount": Aws.ACCOUNT_ID}}


def allow(
    role: iam.Role,
    actions: Sequence[str],
    *resource_arns: str,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Allow these actions on these resources, under these conditions."""
    iam.Grant.add_to_principal(
        grantee=role,
        actions=list(actions),
        resource_arns=list(resource_arns),
        conditions=conditions,
    )
    for arn in resource_arns:
        if arn.endswith("*"):
            finding = f"IAM5[Resource::{spelled(role, arn)}]"
            acknowledge(role, "objects get their names at run time", finding)


def allow_comparing(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Fetch models and uploaded photos, look a key up, keep a record."""
    models = _models(data)
    _allow_s3(role, ["s3:GetObject"], f"{models}/*", _objects(uploads, UPLOADS))
    _allow_telling_absence(role, models)
    _allow_telling_readiness(role, uploads)
    allow(role, ["dynamodb:GetItem"], data.comparison_table.table.table_arn)
    _allow_writing(role, data, ["dynamodb:PutItem"], COMPARISON)


def allow_records(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """List and delete records, and sign grants with the right to put the object oneself."""
    allow(role, ["dynamodb:GetItem"], data.comparison_table.table.table_arn)
    _allow_writing(role, data, ["dynamodb:DeleteItem"], COMPARISON)
    allow(role, ["dynamodb:Query"], *data.comparison_table.index_arns)
    _allow_s3(role, ["s3:PutObject"], _objects(uploads, UPLOADS))


def allow_batch_requests(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Check a batch's pairs file, keep its manifest, and send its first message."""
    _allow_s3(role, ["s3:GetObject"], _objects(uploads, UPLOADS), _objects(uploads, PHOTOS))
    _allow_s3(role, ["s3:PutObject", "s3:DeleteObject"], _objects(uploads, MANIFESTS))
    allow(role, ["sqs:SendMessage"], data.batches.queue.queue_arn)
    allow(role, ["dynamodb:BatchGetItem"], data.comparison_table.table.table_arn)
    writes = [f"dynamodb:{action}Item" for action in ("Put", "Update", "Delete")]
    _allow_writing(role, data, writes, BATCH)


def allow_batch_work(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Pack pairs files, read photos, keep results, divide messages, and give up what cannot be
    done.

    Whoever receives messages by itself needs more: see infra.gpu.task.
    """
    models = _models(data)
    photos = [_objects(uploads, prefix) for prefix in (UPLOADS, PHOTOS, MANIFESTS)]
    _allow_s3(role, ["s3:GetObject"], f"{models}/*", *photos)
    _allow_s3(role, ["s3:PutObject"], _objects(uploads, MANIFESTS))
    _allow_telling_absence(role, models)
    queues = (data.batches.queue.queue_arn, data.batches.dead_letters.queue_arn)
    allow(role, ["sqs:SendMessage"], *queues)
    reads = ["dynamodb:BatchGetItem", "dynamodb:GetItem"]
    allow(role, reads, data.comparison_table.table.table_arn)
    writes = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    kinds = (COMPARISON, BATCH, BATCH_ATTEMPTS, BATCH_CHUNK, BATCH_COUNTS)
    _allow_writing(role, data, writes, *kinds)
    bus = f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:event-bus/default"
    # An array (AWS, Service Authorization Reference), in which plain operators find nothing.
    ours = {"ForAllValues:StringEquals": {"events:source": SOURCE}}
    allow(role, ["events:PutEvents"], bus, conditions=ours)


def _allow_writing(role: iam.Role, data: DataStack, actions: Sequence[str], *kinds: str) -> None:
    """Items of these kinds: see facecompare.records.schema. Access keys are written by whoever has
    AWS credentials (`facecompare keys`), and by no function that looks at what strangers send.
    """
    keys = {"dynamodb:LeadingKeys": [f"{kind}#*" for kind in kinds]}
    table = data.comparison_table.table.table_arn
    allow(role, actions, table, conditions={"ForAllValues:StringLike": keys})


def _allow_s3(role: iam.Role, actions: Sequence[str], *resource_arns: str) -> None:
    allow(role, actions, *resource_arns, conditions=IN_THIS_ACCOUNT)


def _allow_telling_absence(role: iam.Role, bucket_arn: str) -> None:
    """Without this S3 responds 403 where there is no such object, and not 404.

    Not for uploads: who knows their names may use them.
    """
    _allow_s3(role, ["s3:ListBucket"], bucket_arn)


def _allow_telling_readiness(role: iam.Role, bucket: s3.IBucket) -> None:
    """GET /api/ready asks whether the bucket is there."""
    _allow_s3(role, ["s3:GetBucketLocation"], bucket.bucket_arn)


def _models(data: DataStack) -> str:
    """The model bucket's ARN under an exported name, which cdk-nag's finding has, too."""
    return str(data.export_value(data.models.bucket.bucket_arn))


def _objects(bucket: s3.IBucket, prefix: str) -> str:
    return f"{bucket.bucket_arn}/{prefix}*"
