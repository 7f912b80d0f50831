"""Who may do what, said once for all who do the same."""

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


def allow_batches(role: iam.Role, data: DataStack, uploads: s3.IBucket) -> None:
    """Work on batches: take messages, look at photos, keep results, hand over what cannot be done.

    Whoever takes messages from the queue by itself needs more: see the GPU's task.
    """
    models = data.export_value(data.models.bucket.bucket_arn)  # a name that cdk-nag's finding has
    objects = [f"{uploads.bucket_arn}/{prefix}*" for prefix in (UPLOADS, PHOTOS, MANIFESTS)]
    queues = (data.batches.queue.queue_arn, data.batches.dead_letters.queue_arn)
    allow(role, ["s3:GetObject"], f"{models}/*", *objects)
    # Without this one S3 answers 403 where there is no such object, and not 404.
    allow(role, ["s3:ListBucket"], models, uploads.bucket_arn)
    allow(role, ["sqs:SendMessage"], *queues)
    allow(
        role,
        [f"dynamodb:{action}Item" for action in ("BatchGet", "Get", "Put", "Update")],
        data.comparison_log.table.table_arn,
    )
