"""The bucket from which the compare function fetches its models."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from facecompare.engines.cards import SWITCHED_BY
from facecompare.model_store.files import ModelFolder, model_key
from infra.bucket_files import BucketFiles
from infra.private_bucket import PrivateBucket
from infra.settings import DeploySettings
from infra.staging import staged


class ModelBucket(Construct):
    """Model files by content, so that versions of them never meet; filled from the checkout."""

    def __init__(self, scope: Construct, id: str, *, settings: DeploySettings) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(
            self, "Bucket", settings=settings, keep=settings.keep_data, versioned=True
        )
        if settings.fills_buckets:
            folder = staged(self, "models", model_files(settings))
            BucketFiles(
                self,
                "Files",
                settings=settings,
                bucket=self.bucket,
                source=deployment.Source.asset(str(folder)),
            )


def model_files(settings: DeploySettings) -> dict[str, Path]:
    """Key → file, of all models that this installation may use.

    Raises  ModelFileMissing, ModelFileDamaged, whose message is the command that builds them.
    """
    folder = ModelFolder.at(settings.models)
    left_out = {name for name, switch in SWITCHED_BY.items() if not getattr(settings, switch)}
    wanted = [row for row in folder.files if row.name not in left_out]
    for row in wanted:
        folder.verify(row.name)
    return {model_key(row): folder.path_of(row.name) for row in wanted}
