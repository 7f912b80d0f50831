"""A deployment that can be used: its models are in their bucket, and it can have keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facecompare.config import CHECKOUT
from tests.support.aws_emulator.deployment import Deployment
from tests.support.aws_emulator.moto_server import credentials, moto_server
from tests.support.processes import LIBRARY


@dataclass
class Installation:
    """All stacks in moto, the folder of the deployment's outputs, and an admin's key, if any."""

    deployment: Deployment
    folder: Path
    models_dir: Path
    key: str = ""

    @property
    def outputs(self) -> dict[str, str]:
        return self.deployment.outputs

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def command(self, *arguments: str, **environment: str) -> str:
        """What a command of ours prints, run against the simulated account."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=CHECKOUT,
            env=os.environ | credentials(self.deployment.url) | environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def create_key(self, name: str, role: str) -> str:
        """A new access key, made on the command line."""
        return self.command(
            *("facecompare", "keys", "create", name, "--role", role),
            FACECOMPARE_RECORDS_TABLE=self.outputs["TableName"],
        ).strip()

    def queued(self) -> tuple[int, int]:
        """How many messages of batches wait, and how many are worked on."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.deployment.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["BatchQueueUrl"], AttributeNames=names
        )
        waiting, taken = (int(answer["Attributes"][name]) for name in names)
        return waiting, taken

    def environment(self, construct: str) -> dict[str, str]:
        """The deployed function's variables, and those that lead its AWS clients to moto."""
        deployed = self.deployment.function_environment(construct)
        models = {"FACECOMPARE_MODELS_DIR": str(self.models_dir)}
        return deployed | credentials(self.deployment.url) | models | LIBRARY


@contextmanager
def installed(
    folder: Path, models_dir: Path, recorded: Path | None = None
) -> Iterator[Installation]:
    """Deployed with no option chosen; gone with the block. `recorded` is a file for all calls."""
    with moto_server(recorded) as url:
        deployment = Deployment(url, folder)
        deployment.bootstrap()
        deployment.deploy()
        made = Installation(deployment, folder, models_dir)
        made.command(
            *("facecompare", "models", "push", "--bucket", made.outputs["ModelBucketName"]),
            FACECOMPARE_MODELS_DIR=str(models_dir),
        )
        yield made
