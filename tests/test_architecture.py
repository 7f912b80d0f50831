"""The rules that keep the package simple, held by reading its imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "layers" / "core" / "python" / "facecompare"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"numpy", "PIL", "dlib", "onnx", "onnxruntime", "pillow_heif", "sklearn", "tqdm"}

LIGHT_MODULES = [
    "facecompare",
    "facecompare.access",
    "facecompare.api.app",
    "facecompare.api.routes.records",
    "facecompare.api.routes.system",
    "facecompare.aws_lambda.functions",
    "facecompare.batches.packed_manifest",
    "facecompare.batches.queue",
    "facecompare.batches.service",
    "facecompare.batches.dynamo_store",
    "facecompare.batches.checkpoint",
    "facecompare.cli.main",
    "facecompare.config",
    "facecompare.engines.calibration",
    "facecompare.engines.catalogue",
    "facecompare.errors",
    "facecompare.planning.prices",
    "facecompare.records.open_stores",
    "facecompare.records.csv_export",
    "facecompare.results.schemas",
    "facecompare.uploads.s3",
]

# Lower in the list may import from higher, never the other way round.
LAYERS = [
    {"errors", "telemetry"},
    {"config", "aws_client"},
    {"model_store"},
    {"engines", "model_build"},
    {"options"},
    {"access", "pipeline"},
    {"compare", "records"},
    {"results"},
    {"uploads"},
    {"service", "batches"},
    {"planning"},
    {"bench", "evaluation"},
    {"api"},
    {"aws_lambda"},
    {"cli", "__main__"},
]


def imports(path: Path, *, at_run_time: bool = True) -> set[str]:
    """Dotted names a module imports, without those that only a type checker sees."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    for node in tree.body if at_run_time else ast.walk(tree):
        if at_run_time and isinstance(node, ast.If):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import):
                found.update(alias.name for alias in inner.names)
            elif isinstance(inner, ast.ImportFrom) and inner.module:
                found.add(inner.module)
    return found


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rank(name: str) -> int:
    return next(index for index, parts in enumerate(LAYERS) if name in parts)


@pytest.mark.parametrize("module", LIGHT_MODULES)
def test_the_light_half_imports_nothing_heavy(module: str) -> None:
    script = f"import {module}, sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""


def test_arrows_point_down() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in MODULES
        if part(path) != "__init__"
        for name in imports(path)
        if name.startswith("facecompare.") and rank(name.split(".")[1]) > rank(part(path))
    ]
    assert wrong == []


def test_every_module_has_its_place() -> None:
    parts = {part(path) for path in MODULES} - {"__init__"}
    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("dlib", {"engines", "pipeline/align.py", "model_build/hog_detector.py"}),
        ("onnxruntime", {"engines"}),
        ("onnx", {"model_build"}),
        ("sqlite3", {"records", "evaluation/cache.py", "batches/checkpoint.py"}),
        ("sklearn", {"evaluation", "cli/evaluate.py"}),
        ("matplotlib", {"evaluation/plots.py"}),
        ("botocore", {"aws_client.py"}),
        ("mangum", {"aws_lambda"}),
        ("aws_lambda_powertools", {"aws_lambda"}),
        ("fastapi", {"api", "aws_lambda"}),
        ("argparse", {"cli"}),
    ],
)
def test_each_library_is_known_in_one_place(name: str, places: set[str]) -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if name in {imported.split(".")[0] for imported in imports(path, at_run_time=False)}
    }
    assert users
    assert all(user in places or user.split("/")[0] in places for user in users), users


def test_only_config_reads_settings_from_the_environment() -> None:
    readers = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    ]
    assert readers == ["config/__init__.py"]


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for path in MODULES}
    assert not names & {"utils", "helpers", "common", "misc", "manager"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300 or path.name == "errors.py"  # one tree, one class an error
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= 45 or node.name.endswith("_routes"), node.name
