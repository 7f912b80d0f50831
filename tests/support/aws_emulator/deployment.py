"""`cdk deploy` for real, against moto: what an end-to-end test stands on.

    with moto_server() as url:
        deployment = Deployment(url, folder)
        deployment.bootstrap()
        deployment.deploy(records_days="30")
        deployment.function_environment("CompareFunction")
        deployment.destroy()

moto's CloudFormation leaves out properties that the code relies on; `deploy` reads them from the
deployed templates and sets them through moto's own APIs, which know them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session

from facecompare.config import CHECKOUT
from tests.support.aws_emulator.gaps import fill_bucket, fill_table
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION, credentials

NODE_PROGRAMS = CHECKOUT / "node_modules" / ".bin"
DOCKER_SHIM = Path(__file__).with_name("docker-shim")
BOOTSTRAP_STACK, BOOTSTRAP_BUCKET = "CDKToolkit", "cdk-"

GAPS = (
    ("AWS::DynamoDB::Table", "dynamodb", fill_table),
    ("AWS::S3::Bucket", "s3", fill_bucket),
)


@dataclass
class Deployment:
    """One installation in moto; `folder` keeps its assembly and its outputs."""

    url: str
    folder: Path
    outputs: dict[str, str] = field(default_factory=dict)
    """of all stacks, by name: ModelBucketName, TableName, UploadBucketName"""

    @property
    def _assembly(self) -> Path:
        return self.folder / "assembly"

    def bootstrap(self) -> None:
        """What every account needs once; from where no cdk.json asks for a synthesis first."""
        self._cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}", cwd=self.folder)

    def deploy(self, **context: str) -> None:
        """Create or update all stacks, with these settings."""
        outputs = self.folder / "outputs.json"
        chosen = (
            f"--context={name}={value}" for name, value in ({"local": "on"} | context).items()
        )
        self._cdk(
            *("deploy", "--all", "--method=direct", "--require-approval=never"),
            *(f"--outputs-file={outputs}", f"--output={self._assembly}", *chosen),
        )
        stacks = json.loads(outputs.read_text("utf-8"))
        self.outputs = {name: value for stack in stacks.values() for name, value in stack.items()}
        for stack in self._stacks():
            self._fill_gaps(stack)

    def destroy(self) -> None:
        """Delete all stacks; their buckets first, as CDK's own function does in AWS."""
        for bucket in self.client("s3").list_buckets()["Buckets"]:
            if not bucket["Name"].startswith(BOOTSTRAP_BUCKET):
                self._empty(bucket["Name"])
        self._cdk("destroy", "--all", "--force", f"--app={self._assembly}")

    def function_environment(self, construct: str) -> dict[str, str]:
        """The variables of the function of this construct, as they are deployed."""
        function = next(
            physical
            for stack in self._stacks()
            for logical, physical in self._physical(stack, "AWS::Lambda::Function").items()
            if logical.startswith(construct)
        )
        answer = self.client("lambda").get_function_configuration(FunctionName=function)
        variables: dict[str, str] = answer["Environment"]["Variables"]
        return variables

    def names(self) -> dict[tuple[str, str], str]:
        """(last word of the stack's name, logical id) → physical name of all resources."""
        return {
            (stack.rpartition("-")[2], resource["LogicalResourceId"]): physical
            for stack in self._stacks()
            for resource in self.client("cloudformation").describe_stack_resources(StackName=stack)[
                "StackResources"
            ]
            if (physical := resource.get("PhysicalResourceId"))
        }

    def client(self, service: str) -> Any:
        """A client of moto."""
        return botocore.session.get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def _cdk(self, *arguments: str, cwd: Path = CHECKOUT) -> None:
        """Run the command line; its messages are the error's when it fails."""
        path = (str(NODE_PROGRAMS), str(Path(sys.executable).parent), os.environ["PATH"])
        done = subprocess.run(
            [NODE_PROGRAMS / "cdk", *arguments, "--no-notices"],
            cwd=cwd,
            env=os.environ
            | credentials(self.url)
            | {
                "PATH": os.pathsep.join(path),
                "CDK_DEFAULT_ACCOUNT": ACCOUNT,
                "CDK_DEFAULT_REGION": REGION,
                "CDK_DISABLE_CLI_TELEMETRY": "true",
                "CDK_DOCKER": str(DOCKER_SHIM),
                "CI": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"cdk {' '.join(arguments)} failed\n{done.stdout}{done.stderr}")

    def _stacks(self) -> list[str]:
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in stacks if stack["StackName"] != BOOTSTRAP_STACK]

    def _physical(self, stack: str, kind: str) -> dict[str, str]:
        """Logical → physical name of the stack's resources of this type."""
        answer = self.client("cloudformation").describe_stack_resources(StackName=stack)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in answer["StackResources"]
            if resource.get("ResourceType") == kind  # moto forgets some types
        }

    def _fill_gaps(self, stack: str) -> None:
        template = json.loads((self._assembly / f"{stack}.template.json").read_text("utf-8"))
        for kind, service, fill in GAPS:
            for logical, physical in self._physical(stack, kind).items():
                fill(self.client(service), physical, template["Resources"][logical]["Properties"])

    def _empty(self, bucket: str) -> None:
        s3 = self.client("s3")
        versions = s3.list_object_versions(Bucket=bucket)
        for version in (*versions.get("Versions", ()), *versions.get("DeleteMarkers", ())):
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
