"""`pip install 'facecompare[infra]'` brings all that a synthesis and a deployment import."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from facecompare.config import CHECKOUT

ROOTS = {"infra": CHECKOUT, "facecompare": CHECKOUT / "layers" / "core" / "python"}


def file_of(module: str) -> Path | None:
    base = ROOTS[module.split(".")[0]].joinpath(*module.split("."))
    return next((f for f in (base.with_suffix(".py"), base / "__init__.py") if f.is_file()), None)


def imported(node: ast.AST) -> Iterator[str]:
    """Dotted names, also inside functions, without those that only a type checker sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield from imported(child)


def third_party(modules: list[str]) -> set[str]:
    """The top-level packages of others that these modules, and ours that they import, import."""
    seen, others = set[str](), set[str]()
    while modules:
        module = modules.pop()
        file = file_of(module)
        if file is None or module in seen:
            continue
        seen.add(module)
        for name in imported(ast.parse(file.read_text("utf-8"))):
            ours = name.split(".")[0] in ROOTS
            modules += [name] if ours else []
            others |= set() if ours else {name.split(".")[0]}
    return others - set(sys.stdlib_module_names)


def closure(distribution: str, extras: frozenset[str], seen: set[str]) -> set[str]:
    """What pip installs with this distribution and its extras, itself included, by name."""
    key = f"{canonicalize_name(distribution)}{sorted(extras)}"
    if key in seen:
        return set()
    seen.add(key)
    found: set[str] = {canonicalize_name(distribution)}
    for line in requires(distribution) or ():
        needed = Requirement(line)
        environments = [{"extra": extra} for extra in extras or {""}]
        if needed.marker is None or any(map(needed.marker.evaluate, environments)):
            found |= closure(needed.name, frozenset(needed.extras), seen)
    return found


def test_the_extra_provides_every_package_that_is_imported() -> None:
    apart = {CHECKOUT / "infra" / name for name in ("supply", "smoke")}  # what deploys needs none
    files = [file for file in (CHECKOUT / "infra").rglob("*.py") if not apart & {*file.parents}]
    parts = [file.relative_to(CHECKOUT).with_suffix("").parts for file in files]
    needed = third_party([".".join(part) for part in parts])
    assert {"aws_cdk", "botocore"} <= needed
    installed = closure("facecompare", frozenset({"infra"}), set())
    provided = {
        package
        for package, distributions in packages_distributions().items()
        if {canonicalize_name(each) for each in distributions} & installed
    }
    assert needed - provided == set()
