"""Every package that anything here installs is pinned, by the hash of each of its files."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from facecompare.config import CHECKOUT
from infra.supply.lock import INSTALLATIONS, NOT_ON_LAMBDA, Lock
from infra.supply.pins import Pin, canonical, pins_in

LOCKS = sorted(CHECKOUT.glob("infra/locks/*.txt"))
HASHED = [*LOCKS, CHECKOUT / "weights.txt"]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
DIGEST = r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}"
# Files that install something, and lines of a shell in them.
INSTALLERS = ("Makefile", ".ci/run", "functions/*/Dockerfile", "tests/**/*.sh", "layers/*.py")
# What is installed from a folder or a file of ours has no hash; nothing else may come with it.
OF_OURS = {"--no-deps", "--no-index"}


def pins(path: Path) -> dict[str, Pin]:
    return {pin.name: pin for pin in pins_in(path)}


def test_there_is_a_lock_for_each_installation_and_no_other() -> None:
    assert {path.stem for path in LOCKS} == set(INSTALLATIONS)


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.name)
def test_every_entry_has_one_version_and_hashes(path: Path) -> None:
    entries = pins_in(path)
    assert len({pin.name for pin in entries}) == len(entries)
    assert [pin.name for pin in entries if not pin.hashes] == []


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.name)
def test_no_file_of_pins_names_a_place(path: Path) -> None:
    options = re.findall(r"(?<!\S)-{1,2}[a-z][\w-]*", path.read_text("utf-8"))
    entries = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    assert set(options) <= {"--hash", "--no-deps", "--require-hashes"}
    assert "://" not in entries
    assert " @ " not in entries


@pytest.mark.parametrize("name", [name for name in INSTALLATIONS if name != "checkov"])
def test_all_locks_have_the_one_version_of_constraints_txt(name: str) -> None:
    one = pins(CHECKOUT / "constraints.txt")
    odd = {
        pin.name: (pin.version, one.get(pin.name))
        for pin in pins_in(CHECKOUT / "infra" / "locks" / f"{name}.txt")
        if pin.name not in one or one[pin.name].version != pin.version
    }
    assert odd == {}


def asked_for(lock: Lock) -> list[Requirement]:
    """What pyproject.toml says that an installation needs, before their own needs."""
    extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    lines = [line for extra in lock.extras for line in extras[extra]]
    lines += [line for group in lock.groups for line in groups[group]]
    waiting, found = [*lines, *lock.lines], []
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.name == "facecompare":
            waiting += [line for extra in requirement.extras for line in extras[extra]]
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_what_pyproject_asks_for_is_in_the_lock_and_satisfied(name: str) -> None:
    locked = pins(CHECKOUT / "infra" / "locks" / f"{name}.txt")
    for requirement in asked_for(INSTALLATIONS[name]):
        pin = locked[canonical(requirement.name)]
        assert requirement.specifier.contains(pin.version), requirement


def closure(lock: Lock) -> set[str]:
    """By name, what is needed here, with what that needs, as far as it is installed."""
    seen: set[tuple[str, str]] = set()
    waiting = [(one, "") for one in asked_for(lock)]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *requirement.extras):
            key = (canonical(requirement.name), wanted)
            if key not in seen:
                seen.add(key)
                waiting += [(Requirement(line), wanted) for line in _needs(key[0])]
    return {name for name, _ in seen}


def _needs(name: str) -> list[str]:
    found: Distribution = distribution(name)
    return found.requires or []


@pytest.mark.parametrize("name", ["build", "dev", "local", "compare", "models", "records"])
def test_a_lock_is_what_is_needed_and_nothing_else(name: str) -> None:
    lock = pins(CHECKOUT / "infra" / "locks" / f"{name}.txt")
    here = {pin.name for pin in lock.values() if not pin.marker or Marker(pin.marker).evaluate()}
    assert here == closure(INSTALLATIONS[name])


def test_the_layer_is_two_extras_less_what_lambda_does() -> None:
    needed = {canonical(Requirement(line).name) for line in INSTALLATIONS["records"].lines}
    extras = PROJECT["project"]["optional-dependencies"]
    both = [line for extra in ("api", "aws") for line in extras[extra]]
    kept = {
        canonical(Requirement(line).name) for line in both if not line.startswith(NOT_ON_LAMBDA)
    }
    assert needed == kept


def test_everything_installed_here_is_pinned_by_hash() -> None:
    locked = pins(CHECKOUT / "infra" / "locks" / "dev.txt") | pins(CHECKOUT / "weights.txt")
    wrong = {}
    for name, pin in locked.items():
        if pin.marker and not Marker(pin.marker).evaluate():
            continue
        try:
            found = distribution(name).version
        except PackageNotFoundError:
            found = "none"
        if found != pin.version:
            wrong[name] = (found, pin.version)
    assert wrong == {}


def installs(path: Path) -> Iterator[list[str]]:
    """The words of each command that pip or npm installs something by."""
    text = re.sub(r"\\\n", " ", path.read_text("utf-8"))
    for line in re.split(r"\n|&&|;", text):
        if re.search(r"\bpip\b.* install\b|\bnpm (?:ci|install)\b", line) and "#" not in line[:4]:
            yield shlex.split(line.removeprefix("RUN "), comments=True)


def installers() -> list[Path]:
    return [path for pattern in INSTALLERS for path in CHECKOUT.glob(pattern)]


@pytest.mark.parametrize(
    "path", installers(), ids=lambda path: path.relative_to(CHECKOUT).as_posix()
)
def test_whatever_installs_asks_for_hashes(path: Path) -> None:
    for words in installs(path):
        if "npm" in words:
            assert {"ci", "--package-lock-only"} & set(words), words
        else:
            assert "--require-hashes" in words or set(words) >= OF_OURS, words
            assert "--no-deps" in words, words


def test_the_commands_are_found_where_they_are() -> None:
    found = {path.name: len(list(installs(path))) for path in installers()}
    assert found["Makefile"] >= 4
    assert found["checkov.sh"] == 1
    assert found["Dockerfile"] >= 3


def test_every_npm_package_is_pinned_by_hash_and_names_no_registry() -> None:
    text = (CHECKOUT / "package-lock.json").read_text("utf-8")
    packages: dict[str, Any] = json.loads(text)["packages"]
    asked = json.loads((CHECKOUT / "package.json").read_text("utf-8"))
    for kind in ("dependencies", "optionalDependencies", "devDependencies"):
        assert packages[""].get(kind) == asked.get(kind)
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked[kind].values())
    others = {name: package for name, package in packages.items() if name}
    assert [name for name, one in others.items() if "integrity" not in one] == []
    assert [name for name, one in others.items() if "resolved" in one] == []


@pytest.mark.parametrize("path", sorted(CHECKOUT.glob("functions/*/Dockerfile")), ids=str)
def test_bases_are_named_by_digest(path: Path) -> None:
    text = path.read_text("utf-8")
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE))
    for base in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        if base == "${BASE_IMAGE}":
            (base,) = re.findall(r"^ARG BASE_IMAGE=(\S+)", text, re.MULTILINE)
        assert base in stages or re.fullmatch(DIGEST, base), base


def test_all_images_have_one_base() -> None:
    bases = {
        base
        for path in CHECKOUT.glob("functions/*/Dockerfile")
        for base in re.findall(r"^ARG BASE_IMAGE=(\S+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(bases) == 1


def test_the_bot_renews_every_file_of_pins() -> None:
    bot = json.loads((CHECKOUT / "renovate.json").read_text("utf-8"))
    assert set(bot["enabledManagers"]) == {"pip_requirements", "npm", "dockerfile"}
    assert "docker:pinDigests" in bot["extends"]
    patterns = [p.strip("/") for p in bot["pip_requirements"]["managerFilePatterns"]]
    for path in (*HASHED, CHECKOUT / "constraints.txt"):
        name = path.relative_to(CHECKOUT).as_posix()
        assert any(re.search(pattern, name) for pattern in patterns), name
