"""An order of a million pairs: what the records function and the packing worker take for it.

    python -m tests.benchmarks.large_order [PAIRS]

Uploads a pairs file to a simulated account, orders it from the records function in its real
runtime, has the batch function pack it, and prints each one's seconds of processor and memory
beside the limits (Linux). The photos are not compared.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import httpx2 as httpx

from facecompare.access import Role, new_key
from facecompare.batches.chunk import MAX_PAIRS
from facecompare.config import CHECKOUT, Settings
from facecompare.planning.lambda_memory import DEFAULT_MEMORY_MB
from facecompare.planning.prices import MB_PER_VCPU
from facecompare.records.dynamo_keys import DynamoKeys
from facecompare.records.record import timestamp
from facecompare.results.markdown import markdown_table
from infra.batch_queues import WORK_TIMEOUT_S
from infra.limits import HTTP_API_TIMEOUT_S
from tests.support.aws_emulator.moto_server import moto_server
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings
from tests.support.measured.arguments import at_least_one, benchmark_parser
from tests.support.measured.process_tree import Usage, watched
from tests.support.workers.worker_fleet import WorkerFleet, worker_fleet

PHOTOS = 1_500  # whose pairs are more than a million
CHECKED = 201  # of them are there: all that an order is looked at for
PAIRS_FILE = "uploads/" + "f" * 32


def pairs_file(pairs: int) -> Iterator[bytes]:
    names = [f"uploads/{number:032x}" for number in range(PHOTOS)]
    yield b"image1,image2\n"
    for one, other in islice(combinations(names, 2), pairs):
        yield f"{one},{other}\n".encode()


def function_of(fleet: WorkerFleet, folder: Path, name: str, code: str, **more: Any) -> Any:
    runtime = (sys.executable, "-m", "awslambdaric", f"{more.pop('handler')}.handler")
    settings = FunctionSettings(
        code=CHECKOUT / "functions" / code,
        log=folder / f"{name}.log",
        env=fleet.environment | {"POWERTOOLS_SERVICE_NAME": name},
        command=runtime,
        name=name,
        **more,
    )
    return LambdaFunction(settings)


def ordered(fleet: WorkerFleet, folder: Path) -> tuple[list[str], str]:
    """The row of the records function, and the id of the batch."""
    secret, key = new_key("ops", Role.ADMIN, timestamp())
    DynamoKeys(fleet.store._table).add(key)
    headers = {"Authorization": f"Bearer {secret}"}
    with (
        function_of(fleet, folder, "records", "records", handler="handler") as function,
        HttpFront({"ANY /api/{proxy+}": function}) as front,
    ):
        url = f"{front.address}/api/batches"
        httpx.get(url, headers=headers, timeout=60).raise_for_status()  # starts it
        with watched(function.process_id) as usage:
            response = httpx.post(url, json={"upload": PAIRS_FILE}, headers=headers, timeout=60)
    batch = response.json()
    assert batch["state"] == "accepted", batch
    return row("records function", usage, MB_PER_VCPU, HTTP_API_TIMEOUT_S), batch["batch_id"]


def packed(fleet: WorkerFleet, folder: Path, batch_id: str, pairs: int) -> list[str]:
    """The row of the batch function."""
    timeout_s = WORK_TIMEOUT_S
    with function_of(
        fleet, folder, "worker", "compare", handler="batch_handler", timeout_s=timeout_s
    ) as function:
        function.invoke({"Records": []})
        (message,) = fleet.sqs.receive_message(QueueUrl=fleet.urls[0], AttributeNames=["All"])[
            "Messages"
        ]
        event = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }
        with watched(function.process_id) as usage:
            outcome = function.invoke({"Records": [event]})
        assert outcome.payload == {"batchItemFailures": []}, function.log_text()[-2_000:]
    batch = fleet.store.find(batch_id)
    assert (batch.total, bool(batch.packed_at)) == (pairs, True), batch.refusal
    return row("batch function, packing", usage, DEFAULT_MEMORY_MB, timeout_s)


def row(name: str, usage: Usage, memory_mb: int, limit_s: int) -> list[str]:
    return [
        name,
        f"{usage.wall_s:.1f}, of {limit_s}",
        f"{usage.cpu_s:.1f}",
        f"{usage.peak / 1e6:,.0f}, of {memory_mb:,}",
    ]


def main(pairs: int) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(moto_server())
        models = Settings.from_env().models_dir
        fleet = stack.enter_context(worker_fleet(address, models, folder))
        data = b"".join(pairs_file(pairs))
        fleet.s3.put_object(Bucket=fleet.bucket, Key=PAIRS_FILE, Body=data)
        for number in range(CHECKED):
            fleet.s3.put_object(Bucket=fleet.bucket, Key=f"uploads/{number:032x}", Body=b"a photo")
        began = time.monotonic()
        first, batch_id = ordered(fleet, folder)
        second = packed(fleet, folder, batch_id, pairs)
    header = ("", "seconds", "seconds of processor", "memory at most, MB")
    print("\n".join(markdown_table(header, [first, second])))
    print(f"\n{pairs:,} pairs, {len(data) / 1e6:.0f} MB: {time.monotonic() - began:.0f} s in all.")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("pairs", nargs="?", type=at_least_one, default=MAX_PAIRS, metavar="PAIRS")
    main(line.parse_args().pairs)
