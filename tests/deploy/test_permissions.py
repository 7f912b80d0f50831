"""Whatever the functions ask AWS for, IAM allows, and they are allowed little else: every call of a
whole rehearsal is judged under the policies that the application synthesizes."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copy
from typing import Any

import httpx2 as httpx
import pytest

from facecompare.api.routes.openapi import document
from facecompare.batches.packing import PACKED_AT_ONCE_BYTES
from facecompare.config import CHECKOUT
from facecompare.model_store.files import MANIFEST
from infra.operators import COMMANDS, Place, policy_of
from infra.settings import DeploySettings
from tests.support import pictures
from tests.support.assembly import Assembly, Properties, service_of
from tests.support.aws_emulator.moto_server import ACCOUNT, REGION
from tests.support.aws_emulator.throttled_s3 import Fault, ThrottledAws
from tests.support.deployed.installation import Installation, installed
from tests.support.deployed.service import SERVED, running
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.permissions.accesses import Access, accesses_in
from tests.support.permissions.role_policies import RolePolicies
from tests.support.permissions.simulation import allowed
from tests.support.synthesis_sources import small_models, small_web_layer
from tests.support.workers.poller import BATCH_RUNTIME, poll
from tests.support.workers.worker_command import start_worker

pytestmark = [pytest.mark.deploy, pytest.mark.timeout(600)]

Work = Callable[[str, Callable[[], bool]], None]
BATCH_FUNCTION, GPU_TASK = "BatchFunction", "GpuTask"
CALLERS = (*SERVED, BATCH_FUNCTION, GPU_TASK)
NOT_REHEARSED = {"infra.rotate_origin_secret"}  # moto has no secrets for templates: its own tests
PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}
QUEUE_FAILS = Fault(
    target="SendMessageBatch",
    status=400,
    body=b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}',
    content_type="application/x-amz-json-1.0",
)
# What is granted and asked for by no function: who or what asks instead.
BY_LAMBDA = "Lambda itself, with the function's role"
BY_POLLER = "Lambda's poller of the queue, with the function's role"
ABSENCE = "nobody: with it S3 answers 404 where there is no such object, and not 403"
UNUSED = {
    **{
        (caller, f"logs:{action}"): BY_LAMBDA
        for caller in (*SERVED, BATCH_FUNCTION)
        for action in ("CreateLogStream", "PutLogEvents")
    },
    **{
        (BATCH_FUNCTION, f"sqs:{action}"): BY_POLLER
        for action in ("ReceiveMessage", "GetQueueAttributes")
    },
    **{
        (caller, "s3:ListBucket"): ABSENCE
        for caller in ("CompareFunction", BATCH_FUNCTION, GPU_TASK)
    },
}


@dataclass
class Rehearsal:
    """What was called, what that needs, and what the roles may do."""

    calls: int
    accesses: set[Access]
    statements: Mapping[str, list[Properties]]
    policies: RolePolicies

    def question(
        self, access: Access, statements: list[Properties]
    ) -> tuple[Access, list[Properties], Properties | None]:
        bucket = access.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
        return access, statements, self.policies.of_bucket(bucket)

    def denied(self, statements: Mapping[str, list[Properties]]) -> set[Access]:
        """What the callers needed and may not do with these."""
        asked = sorted(self.accesses)
        results = allowed([self.question(each, statements[each.caller]) for each in asked])
        return {each for each, may in zip(asked, results, strict=True) if not may}


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """What a real account would get, with workers on GPU machines."""
    folder = tmp_path_factory.mktemp("synthesized")
    for name in ("models", "layer", "assembly"):
        (folder / name).mkdir()
    sources = {
        "models": str(small_models(folder / "models")),
        "web_layer": str(small_web_layer(folder / "layer")),
    }
    return Assembly.of(sources | {"gpu": "on"}, folder / "assembly")


@pytest.fixture(scope="module")
def rehearsal(
    synthesized: Assembly, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("rehearsed")
    recorded = folder / "calls.jsonl"
    with installed(folder, models_dir, recorded) as installation:
        installation.key = installation.create_key("ops", "admin")
        recorded.write_text("")  # what the deployment asked for is not the functions'
        Actors(installation, folder).play()
        give_commands(installation)
        policies = RolePolicies(synthesized, installation.deployment.names())
        statements = {name: policies.of_function(name) for name in (*SERVED, BATCH_FUNCTION)}
        statements[GPU_TASK] = policies.of_task()
        place = Place(DeploySettings.from_context({}), ACCOUNT, REGION)
        for command in COMMANDS:
            statements[_caller(command)] = [
                {**statement, "Action": [action]}
                for statement in policy_of(command, place)["Statement"]
                for action in statement["Action"]
            ]
        calls, accesses = accesses_in(recorded, set(statements))
        yield Rehearsal(calls, accesses, statements, policies)


@dataclass
class Actors:
    """Visitors and workers who do all that there is to do."""

    installation: Installation
    folder: Path

    def play(self) -> None:
        compare, records, origin = map(self._environment, SERVED)
        with ExitStack() as stack:
            aws = stack.enter_context(ThrottledAws(self.installation.deployment.url))
            records |= {"AWS_ENDPOINT_URL": aws.address}
            service = stack.enter_context(running(compare, records, origin, self.folder))
            client = stack.enter_context(
                httpx.Client(base_url=service.address, headers=self.installation.header, timeout=90)
            )
            visitor = Visitors(client, self.installation, aws)
            visitor.use_every_operation(self._work)
            assert visitor.used == {
                operation["operationId"]
                for methods in document()["paths"].values()
                for operation in methods.values()
            }

    def _environment(self, caller: str, construct: str = "") -> dict[str, str]:
        """As deployed, with models to fetch; the access key says whose calls they are."""
        models = self.folder / f"models-of-{caller}"
        models.mkdir(exist_ok=True)
        copy(self.installation.models_dir / MANIFEST, models)
        return self.installation.environment(construct or caller) | {
            "AWS_ACCESS_KEY_ID": caller,
            "FACECOMPARE_MODELS_DIR": str(models),
        }

    def _work(self, worker: str, ended: Callable[[], bool]) -> None:
        """Let the function, or a machine's worker, work on all that waits."""
        sqs = self.installation.deployment.client("sqs")
        queue = self.installation.outputs["BatchQueueUrl"]
        deadline = time.monotonic() + 200
        if worker == BATCH_FUNCTION:
            settings = FunctionSettings(
                code=CHECKOUT / "functions" / "compare",
                log=self.folder / "batch.log",
                env=self._environment(BATCH_FUNCTION) | {"TMPDIR": str(self.folder)},
                command=BATCH_RUNTIME,
                name="worker",
                timeout_s=120,
            )
            with LambdaFunction(settings) as function:
                while not ended():
                    assert poll(sqs, queue, function), function.log_text()
                    assert time.monotonic() < deadline
            return
        environment = self._environment(GPU_TASK, BATCH_FUNCTION) | {"FACECOMPARE_HOLD_S": "1"}
        process = start_worker(environment, self.folder / "worker.log", spoiled=False)
        try:
            while not ended():
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait()


class Visitors:
    """Callers of the API; `used` are the operations that have answered well."""

    def __init__(self, client: httpx.Client, installation: Installation, aws: ThrottledAws) -> None:
        self._client, self._installation, self._aws = client, installation, aws
        self.used: set[str] = set()

    def use_every_operation(self, work: Work) -> None:
        """`work` lets a caller of AWS work on batches until they have ended."""
        for operation in ("compare", "verify", "explain"):
            self._call(operation, "POST", f"/api/{operation}", files=PAIR)
        self._call("predict", "POST", "/api/predict", files={**PAIR, "anchor": PAIR["image1"]})
        comparison = self._call("compare", "POST", "/api/compare", files=PAIR).json()
        names = [self._upload(data) for data in PAIR.values()]
        self._call("detect", "POST", "/api/detect", json={"image": {"upload": names[0]}})
        for operation, path in (
            ("getHealth", "health"),
            ("getReady", "ready"),
            ("listEngines", "engines"),
            ("getService", "service"),
            ("listComparisons", "comparisons?since=1h&caller=ops"),
            ("exportComparisons", "comparisons.csv"),
            ("getComparison", f"comparisons/{comparison['comparison_id']}"),
        ):
            self._call(operation, "GET", f"/api/{path}")
        gone = f"/api/comparisons/{comparison['comparison_id']}"
        self._call("deleteComparison", "DELETE", gone)
        self._batches(names, work)

    def _batches(self, names: list[str], work: Work) -> None:
        pairs = [(names[0], self._upload(PAIR["image2"])) for _ in range(30)]  # two messages
        small, large = _manifest(pairs), _manifest(pairs) + "\n" * (PACKED_AT_ONCE_BYTES + 1)
        self._aws.faults.append(QUEUE_FAILS)
        refused = self._client.post("/api/batches", json={"manifest": small})
        assert refused.status_code == 503, refused.text
        self._aws.faults.clear()
        for worker, order in (
            (BATCH_FUNCTION, {"manifest": small}),
            (GPU_TASK, {"upload": self._upload(small.encode(), "text/csv")}),
            (BATCH_FUNCTION, {"upload": self._upload(large.encode(), "text/csv")}),
            (GPU_TASK, {"upload": self._upload(large.encode(), "text/csv")}),
        ):
            batch = self._call("submitBatch", "POST", "/api/batches", json=order).json()
            address = f"/api/batches/{batch['batch_id']}"
            self._send("nonsense")
            work(worker, partial(self._has_ended, address))
            lines = self._call("getBatchResults", "GET", f"{address}/results.csv").text
            assert len(list(csv.DictReader(io.StringIO(lines)))) == len(pairs)
        self._call("listBatches", "GET", "/api/batches")
        self._call("cancelBatch", "DELETE", address)

    def _has_ended(self, address: str) -> bool:
        state = self._call("getBatch", "GET", address).json()["state"]
        return state != "running" and not any(self._installation.queued())

    def _send(self, body: str) -> None:
        queue = self._installation.outputs["BatchQueueUrl"]
        self._installation.deployment.client("sqs").send_message(QueueUrl=queue, MessageBody=body)

    def _upload(self, data: bytes, content_type: str = "image/jpeg") -> str:
        asked = {"content_type": content_type}
        grant = self._call("grantUpload", "POST", "/api/uploads", json=asked).json()
        sent = httpx.post(grant["url"], data=grant["fields"], files={"file": data})
        assert sent.status_code == 204, sent.text
        return str(grant["upload"])

    def _call(self, operation: str, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self._client.request(method, path, **options)
        assert answer.status_code < 300, (operation, answer.text)
        self.used.add(operation)
        return answer


def give_commands(installation: Installation) -> None:
    """Every command that asks AWS by itself, as an operator gives it; a model is to be sent."""
    bucket, table = (installation.outputs[name] for name in ("ModelBucketName", "TableName"))
    s3 = installation.deployment.client("s3")
    sent = s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
    s3.delete_object(Bucket=bucket, Key=sent)
    options = ("-c", "local=on")
    comparison = "0" * 32
    for command in (
        ("facecompare keys", "create", "desk"),
        ("facecompare keys", "list"),
        ("facecompare keys", "revoke", "desk"),
        ("facecompare log", "--csv"),
        ("facecompare log", "--caller", "ops"),
        ("facecompare log", "--yes", "--delete", comparison),
        ("facecompare models push", "--bucket", bucket),
        ("infra.guard.check", str(installation.folder / "assembly"), *options),
        ("infra.account.check", "--make-roles", *options),
        ("infra.after_deploy", *options),
    ):
        name, *arguments = command
        program, *words = name.split()
        with suppress(subprocess.CalledProcessError):  # there is no such comparison; a check fails
            installation.command(
                *(program, *words, *arguments),
                AWS_ACCESS_KEY_ID=_caller(name),
                FACECOMPARE_RECORDS_TABLE=table,
                FACECOMPARE_MODELS_DIR=str(installation.models_dir),
            )


def _caller(command: str) -> str:
    """As an access key says it."""
    return command.replace(" ", "-").replace(".", "-")


def _manifest(pairs: list[tuple[str, str]]) -> str:
    return "image1,image2\n" + "".join(f"{one},{other}\n" for one, other in pairs)


def test_the_callers_are_all_that_run_for_us(synthesized: Assembly) -> None:
    functions = synthesized.all("AWS::Lambda::Function")
    ours = [function for function in functions if service_of(function) != "cdk"]
    found = [next(name for name in CALLERS if each.id.startswith(name)) for each in ours]
    tasks = [GPU_TASK for _ in synthesized.all("AWS::ECS::TaskDefinition")]
    assert sorted(found + tasks) == sorted(CALLERS)


def test_every_call_is_allowed(rehearsal: Rehearsal) -> None:
    print(f"{rehearsal.calls} calls, {len(rehearsal.accesses)} kinds of access")
    assert rehearsal.denied(rehearsal.statements) == set()
    asking = {access.caller for access in rehearsal.accesses}
    commands = {_caller(command) for command in COMMANDS.keys() - NOT_REHEARSED}
    assert asking == set(CALLERS) - {"OriginAuthorizerFunction"} | commands  # which asks nobody


def test_without_any_one_of_the_permissions_something_is_denied(rehearsal: Rehearsal) -> None:
    used = sorted({(access.caller, access.action) for access in rehearsal.accesses})
    missing = []
    for caller, action in used:
        left = [each for each in rehearsal.statements[caller] if each["Action"] != [action]]
        denied = rehearsal.denied({**rehearsal.statements, caller: left})
        if {(access.caller, access.action) for access in denied} != {(caller, action)}:
            missing.append((caller, action))
    assert missing == []


def test_what_is_granted_is_used_or_has_its_reason(rehearsal: Rehearsal) -> None:
    grants = [
        (caller, statement)
        for caller in CALLERS
        for statement in rehearsal.statements[caller]
        if statement["Effect"] == "Allow"
    ]
    unused = set()
    for caller, grant in grants:
        (action,) = grant["Action"]
        asked = [
            rehearsal.question(access, [grant])
            for access in sorted(rehearsal.accesses)
            if (access.caller, access.action) == (caller, action)
        ]
        if not (asked and any(allowed(asked))):
            unused.add((caller, action))
    assert unused == set(UNUSED)
