"""The function for all that needs no photo: history, CSV, deletion, grants, requests of batches."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from facecompare.config import CHECKOUT
from facecompare.engines.calibration_files import SHIPPED
from facecompare.errors import PackageMissing
from facecompare.model_store.files import MANIFEST
from facecompare.planning.prices import MB_PER_VCPU
from infra.acknowledged import acknowledge
from infra.function_environment import FunctionEnvironment
from infra.function_identity import FunctionIdentity, tracing_of
from infra.limits import HTTP_API_TIMEOUT_S
from infra.settings import DeploySettings
from infra.staging import staged

TIMEOUT_S = HTTP_API_TIMEOUT_S - 1  # what takes longer, a large batch, is a worker's
MODELS_DIR = "/var/task/models"  # which engines there are; the weights are for others
# Bytecode of this runtime is shipped, because a layer cannot be written to: what is not compiled
# would be compiled at every start. That of the Python here is not.
NOT_SHIPPED = ["**/*.pyc", "!**/*.cpython-313.pyc"]


class RecordsFunction(Construct):
    """A zip on two layers: the library as it is, and the third-party packages it needs here."""

    SERVICE = "records"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DeploySettings,
        environment: FunctionEnvironment,
        batch_queue: str,
    ) -> None:
        super().__init__(scope, id)
        self.identity = FunctionIdentity(self, "Identity", settings=settings)
        variables = environment.variables(
            self.SERVICE, models_dir=MODELS_DIR, batch_queue=batch_queue
        )
        self.function = self._function(settings, variables)
        acknowledge(self, "the layer's compiled packages are built for Python 3.13", "L1")

    def _function(self, settings: DeploySettings, variables: dict[str, str]) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            description="lists and deletes comparisons, grants uploads, takes batches",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="handler.handler",
            code=_files(staged(self, self.SERVICE, _own_files(settings.models))),
            layers=self._layers(settings.web_layer),
            architecture=lambda_.Architecture.X86_64,
            memory_size=MB_PER_VCPU,  # a whole core: a start is all importing
            timeout=Duration.seconds(TIMEOUT_S),
            tracing=tracing_of(settings),
            role=self.identity.role,
            log_group=self.identity.log,
            environment=variables,
        )

    def _layers(self, web: Path) -> list[lambda_.ILayerVersion]:
        """The library as it is, and other people's packages."""
        core = self._layer("Core", CHECKOUT / "layers" / "core")
        return [core, self._layer("Web", filled(web))]

    def _layer(self, id: str, folder: Path) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=_files(folder),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.X86_64],
        )


def filled(layer: Path) -> Path:
    """The same folder.

    Raises  PackageMissing where pip has not filled it.
    """
    if not (layer / "python" / "fastapi").is_dir():
        raise PackageMissing(f"{layer} holds no packages; run: make layers")
    return layer


def _own_files(models: Path) -> dict[str, Path]:
    """Key → file: the handler, the manifest of the engines, and the installation's calibrations."""
    known = [models / MANIFEST, *sorted((models / SHIPPED.name).glob("*.json"))]
    return {
        "handler.py": CHECKOUT / "functions" / "records" / "handler.py",
        **{f"models/{path.relative_to(models).as_posix()}": path for path in known},
    }


def _files(folder: Path) -> lambda_.AssetCode:
    return lambda_.Code.from_asset(str(folder), exclude=NOT_SHIPPED)
