"""The rules that keep the package simple, held by reading its source.

Who may import whom is said in pyproject.toml, [tool.importlinter].
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "layers" / "core" / "python" / "facecompare"
INFRA = CHECKOUT / "infra"
MODULES = sorted(PACKAGE.rglob("*.py"))
EVERYTHING = MODULES + sorted(INFRA.rglob("*.py"))

SLOW_TO_IMPORT = {
    "PIL",
    "dlib",
    "matplotlib",
    "numpy",
    "onnx",
    "onnxruntime",
    "pi_heif",
    "sklearn",
    "tqdm",
}
# Modules that load one of these when they are imported, packages with all that is in them. Every
# other module is light: what the records function, the queue and `facecompare --help` start with.
HEAVY = {
    "api.request_body",
    "api.routes.compare",
    "batches.embedding",
    "batches.local",
    "batches.search",
    "batches.worker",
    "batches.worker_process",
    "bench",
    "compare",
    "decoding.cell_process",
    "decoding.completeness",
    "decoding.decoders",
    "decoding.formats",
    "decoding.rasterize",
    "decoding.samples",
    "decoding.side_data",
    "engines.cnn_detector",
    "engines.dlib_engine",
    "engines.dlib_parts",
    "engines.encoder_engine",
    "engines.mtcnn",
    "engines.pyramid",
    "engines.sface_engine",
    "engines.yunet",
    "evaluation",
    "model_build",
    "pipeline",
    "planning.cost",
    "planning.photo_rates",
    "predict",
    "results.heat_map",
    "results.overlay",
    "service",
}
# Names that mean the same wherever they stand: every program has one.
BY_CONVENTION = {"main"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def dotted(path: Path) -> str:
    """batches/queue.py → batches.queue; a package's own module is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else CHECKOUT))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines from def to the last, with the docstring and without decorators."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def imported_anywhere(path: Path) -> set[str]:
    """The top-level names of what a module imports, in functions and for type checkers too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def is_heavy(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in HEAVY)


def slow_imports_of(modules: list[str]) -> dict[str, list[str]]:
    """What each of these adds of SLOW_TO_IMPORT, in a new interpreter that imports one after the
    other."""
    script = f"""
import importlib, sys
slow, seen = {SLOW_TO_IMPORT!r}, set()
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name, *sorted(slow & set(sys.modules) - seen))
    seen |= slow & set(sys.modules)
"""
    command = [sys.executable, "-c", script, *modules]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name: slow for name, *slow in map(str.split, result.stdout.splitlines())}


def test_imports_keep_their_contracts() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT)
    assert result.returncode == 0, result.stdout
    assert " 0 broken." in result.stdout


def test_every_module_that_is_not_named_heavy_is_light() -> None:
    light = [
        f"facecompare.{dotted(path)}".rstrip(".")
        for path in MODULES
        if path.stem != "__main__" and not is_heavy(dotted(path))
    ]
    assert len(light) > 60
    loaded = slow_imports_of(light)
    assert list(loaded) == light
    assert {name: slow for name, slow in loaded.items() if slow} == {}


def test_every_module_that_is_named_heavy_is_so() -> None:
    """A package, if one of its modules is: enough to see that no name is out of date."""
    heavy = heavy_by_its_source()
    assert {
        name for name in HEAVY if not any(f"{each}.".startswith(f"{name}.") for each in heavy)
    } == set()


def heavy_by_its_source() -> set[str]:
    """Modules with a slow import, or that of a heavy module, outside of functions and of what only
    type checkers read."""
    imports = {dotted(path): imported_at_once(path) for path in MODULES}
    heavy: set[str] = set()
    while more := {
        name
        for name, found in imports.items()
        if name not in heavy
        and found & (SLOW_TO_IMPORT | {f"facecompare.{each}" for each in heavy})
    }:
        heavy |= more
    return heavy


def imported_at_once(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found.update(
            name if name.startswith("facecompare.") else name.split(".")[0] for name in names
        )
    return found


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("dlib", {"engines", "pipeline/align.py", "model_build/hog_detector.py"}),
        ("onnxruntime", {"engines/onnx_session.py"}),
        ("onnx", {"model_build"}),
        ("sqlite3", {"records", "evaluation/cache.py", "batches/checkpoint.py"}),
        ("sklearn", {"evaluation", "cli/evaluate.py"}),
        ("matplotlib", {"evaluation/plots.py"}),
        ("botocore", {"aws_client.py"}),
        ("mangum", {"aws_lambda"}),
        ("aws_lambda_powertools", {"aws_lambda"}),
        ("fastapi", {"api", "aws_lambda"}),
        ("click", {"cli"}),
    ],
)
def test_each_library_is_known_in_one_place(name: str, places: set[str]) -> None:
    users = {place(path) for path in MODULES if name in imported_anywhere(path)}
    assert users
    assert all(user in places or user.split("/")[0] in places for user in users), users


def test_only_config_reads_settings_from_the_environment() -> None:
    readers = [
        place(path)
        for path in MODULES
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    ]
    # A cell is given of the environment what an interpreter needs to start.
    assert readers == [
        *("config/__init__.py", "config/environment.py", "config/homes.py"),
        "decoding/cell.py",
    ]


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for path in EVERYTHING}
    assert not names & {"utils", "helpers", "common", "misc", "manager"}


def test_few_modules_lie_flat() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 10


def test_modules_stay_small() -> None:
    lines = {place(path): path.read_text().count("\n") for path in EVERYTHING}
    del lines["errors.py"]  # one tree, one class an error
    assert {name: count for name, count in lines.items() if count > 300} == {}


@pytest.mark.parametrize("root", [PACKAGE, INFRA], ids=lambda root: root.name)
def test_functions_stay_small(root: Path) -> None:
    lengths = {
        f"{place(path)}:{function.lineno} {function.name}": length(function)
        for path in root.rglob("*.py")
        for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}
    ordered = sorted(lengths.values())
    assert median(ordered) <= 8
    assert ordered[int(0.9 * len(ordered))] <= 20


def public_definitions(path: Path) -> Iterator[str]:
    """By name; commands and operations apart, which click and FastAPI call."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, Function) and is_registered(node):
            continue
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def is_registered(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a decorator gives it to click, or to FastAPI, under the name that users see."""
    return any(
        ast.unparse(each).startswith(("click.", "router.", "group.", "overload"))
        or ".command(" in ast.unparse(each)
        for each in function.decorator_list
    )


def test_a_name_stands_for_one_thing() -> None:
    """Classes and functions; what fulfils a protocol may be named as it is within a class."""
    places = defaultdict(list)
    for path in EVERYTHING:
        for name in public_definitions(path):
            places[name].append(place(path))
    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in shared.items() if name not in BY_CONVENTION} == {}


def test_no_function_wraps_another_of_its_own_name() -> None:
    """`compare` that only calls `x.compare` is a step more to read and none further."""
    wrappers = [
        f"{place(path)} {node.name}"
        for path in EVERYTHING
        for node in ast.parse(path.read_text()).body
        if isinstance(node, Function) and forwards(node)
    ]
    assert wrappers == []


def forwards(function: Function) -> bool:
    """Whether all it does, after its docstring and imports, is to hand its parameters on."""
    rest = [
        node
        for node in function.body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    if len(rest) != 1 or not isinstance(rest[0], ast.Return | ast.Expr):
        return False
    called = rest[0].value
    if not isinstance(called, ast.Call):
        return False
    given = [*called.args, *(keyword.value for keyword in called.keywords)]
    name = getattr(called.func, "attr", getattr(called.func, "id", None))
    return name == function.name and all(isinstance(each, ast.Name) for each in given)
