"""The bucket from which the compare function fetches its models."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Annotations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from facecompare.engines.shipped_models import shipped_models, switch_of
from facecompare.model_store.files import BUILD_HINT, ModelFolder, model_key
from infra.bucket_files import BucketFiles
from infra.private_bucket import PrivateBucket
from infra.settings import DeploySettings
from infra.staging import staged


class ModelBucket(Construct):
    """Model files by content, so that versions of them never meet; filled from the checkout."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        log_bucket: s3.IBucket | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            settings=settings,
            keep=settings.keep_data,
            versioned=True,
            log_bucket=log_bucket,
        )
        if settings.fills_buckets:
            folder = staged(self, "models", model_files(settings))
            if absent := not_built(settings):
                Annotations.of(self).add_warning_v2("facecompare:models", absent)
            BucketFiles(
                self,
                "Files",
                settings=settings,
                bucket=self.bucket,
                source=deployment.Source.asset(str(folder)),
            )


def model_files(settings: DeploySettings) -> dict[str, Path]:
    """Key → file, of the models of its engine, of those switched on, and of all others that were
    built and are not switched off: a request may name another engine.

    Raises  ModelFileMissing, ModelFileDamaged, whose message is the command that builds them.
    """
    folder = ModelFolder.at(settings.models)
    shipped = shipped_models(folder, settings.engine, settings)
    return {model_key(folder.row(name)): folder.path_of(name) for name in shipped}


def not_built(settings: DeploySettings) -> str:
    """Which models are left out because they were not built, and what follows; empty for none."""
    folder = ModelFolder.at(settings.models)
    absent = [
        row.name
        for row in folder.files
        if not switch_of(row.name, settings) and not folder.is_built(row.name)
    ]
    if not absent:
        return ""
    return (
        f"found no {', '.join(absent)} in {folder.path}; {settings.engine} works without, and a "
        f"request that names an engine which needs them is refused (model_file_missing); to ship "
        f"them, {BUILD_HINT}, and deploy again"
    )
