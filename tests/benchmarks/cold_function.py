"""How long the functions take from the start of their process to their first answer.

    python -m tests.benchmarks.cold_function [PYTHON]

PYTHON is a Python 3.13 with awslambdaric, to run the records function on its layers as Lambda does;
without it the function runs on the packages here. Runtime and handlers are the real ones; the
models come from moto's bucket through a proxy that passes 80 MB/s. The second comparison of these
photos is set beside the pipeline alone, in this process.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import botocore.session
import httpx2 as httpx

from facecompare.config import CHECKOUT, Settings
from facecompare.engines.catalogue import load_engine
from facecompare.model_store.files import ModelFolder
from facecompare.model_store.s3 import push_models
from facecompare.pipeline.decode import Photo
from facecompare.planning.cost import pair_ms
from tests.support import pictures
from tests.support.aws_emulator.moto_server import credentials, moto_server
from tests.support.aws_emulator.throttled_s3 import ThrottledAws
from tests.support.dynamo_tables import TABLE, create_table
from tests.support.lambda_emulator.http_front import HttpFront
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.lambda_emulator.sandbox import RUNTIME, FunctionSettings
from tests.support.measured.arguments import benchmark_parser, existing_file

MB_PER_S = 80
RUNS = 7
BUCKET = "models"
CALLER = httpx.Client(timeout=60)  # made before anything is timed: it takes 30 ms
PAIR = {"image1": pictures.OBAMA.read_bytes(), "image2": pictures.OBAMA2.read_bytes()}


def main(layer_python: str = "") -> None:
    """Print both functions' times, and the ratio."""
    with moto_server() as moto, ThrottledAws(moto, mb_per_s=MB_PER_S) as aws:
        fill(moto)
        verdicts = [first_verdict(aws.address) for _ in range(RUNS)]
        records = [first_listing(aws.address, layer_python) for _ in range(RUNS)]
    settings = Settings.from_env({})
    photos = Photo(PAIR["image1"]), Photo(PAIR["image2"])
    alone = pair_ms(photos, load_engine(settings.engine, settings), settings.threads)
    print(f"median of {RUNS}, models at {MB_PER_S} MB/s, milliseconds:")
    for name in verdicts[0]:
        print(f"  compare, {name:38} {median(run[name] for run in verdicts):7.0f}")
    print(f"  compare, {'the pipeline alone, in process':38} {alone:7.0f}")
    second = median(run["second verdict"] for run in verdicts)
    print(f"  compare, {'second verdict / pipeline alone':38} {second / alone:7.2f}")
    fastest = f"fastest {min(records):.0f}"
    print(f"  records, {'process start to first answer':38} {median(records):7.0f}   ({fastest})")


def fill(moto: str) -> None:
    """The table, and the models that every comparison needs."""
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing")
    create_table(session.create_client("dynamodb", "us-east-1", endpoint_url=moto))
    s3: Any = session.create_client("s3", "us-east-1", endpoint_url=moto)
    s3.create_bucket(Bucket=BUCKET)
    folder = ModelFolder.at(Settings.from_env({}).models_dir)
    needed = tuple(row for row in folder.files if row.name != "landmarks68")
    list(push_models(ModelFolder(folder.path, needed), BUCKET, s3))


def first_verdict(address: str) -> dict[str, float]:
    """The compare function's first two verdicts, from a start without anything in /tmp."""
    with TemporaryDirectory() as folder, function("compare", address, Path(folder)) as compare:
        with HttpFront({"ANY /api/{proxy+}": compare}) as front:
            times = [timed(front.address) for _ in range(6)]
        lines = compare.log_records()
        (loaded,) = [line for line in lines if line.get("message") == "loaded"]
        fetched = [line["ms"] for line in lines if line.get("message") == "fetched"]
        answered = [line["total_ms"] for line in lines if line.get("message") == "answered"]
    return {
        "process start to first verdict": times[0],
        "  init: imports": loaded["imports_ms"],
        "  init: waiting for and loading the engine": loaded["engine_ms"],
        "  download, beside the imports": max(fetched),
        "  first compare": answered[0],
        "second verdict": median(times[1:]),
        "  of it the pipeline": median(answered[1:]),
    }


def first_listing(address: str, layer_python: str) -> float:
    """Milliseconds from the records function's process start to an answer from its table."""
    with (
        TemporaryDirectory() as folder,
        function("records", address, Path(folder), layer_python) as records,
        HttpFront({"ANY /api/{proxy+}": records}) as front,
    ):
        began = perf_counter()
        CALLER.get(f"{front.address}/api/comparisons").raise_for_status()
        return (perf_counter() - began) * 1000


def timed(address: str) -> float:
    """Milliseconds of one comparison, as its caller sees it."""
    began = perf_counter()
    CALLER.post(f"{address}/api/compare", files=PAIR).raise_for_status()
    return (perf_counter() - began) * 1000


def function(name: str, address: str, folder: Path, layer_python: str = "") -> LambdaFunction:
    """A deployed function's process to be."""
    environment = credentials(address) | {
        "FACECOMPARE_MODELS_DIR": str(Settings.from_env({}).models_dir),
        "FACECOMPARE_MODEL_BUCKET": BUCKET,
        "FACECOMPARE_RECORDS_TABLE": TABLE,
        "FACECOMPARE_UPLOAD_BUCKET": "uploads",
        "FACECOMPARE_THREADS": str(os.cpu_count()),
        "POWERTOOLS_SERVICE_NAME": name,
        "PYDANTIC_DISABLE_PLUGINS": "true",
        "LAMBDA_TASK_ROOT": "/var/task",
        "TMPDIR": str(folder),
    }
    command = RUNTIME
    if layer_python:
        layers = (CHECKOUT / "layers" / layer / "python" for layer in ("web", "core"))
        environment["PYTHONPATH"] = os.pathsep.join(map(str, layers))
        command = (layer_python, *RUNTIME[1:])
    code = CHECKOUT / "functions" / name
    settings = FunctionSettings(code=code, log=folder / "log", env=environment, command=command)
    return LambdaFunction(settings)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("layer_python", nargs="?", type=existing_file, metavar="PYTHON")
    main(str(line.parse_args().layer_python or ""))
