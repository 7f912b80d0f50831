"""Is each command of a page one that can be run? Asked of whatever would run it."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import click

from facecompare.config import CHECKOUT
from facecompare.errors import FaceCompareError
from tests.documentation import service
from tests.documentation.shell import Command

Words = Sequence[str]
WEIGHTS = "weights.txt"


class Unknown(Exception):
    """What a page says and nothing here understands."""


def check(command: Command) -> None:
    """Nothing, for a command that can be run.

    Raises  Unknown saying what is wrong with it.
    """
    if not command.words:  # variables of the shell
        return
    program, *arguments = command.words
    name = program.removeprefix("./").removeprefix(".venv/bin/")
    if name in PROGRAMS:
        PROGRAMS[name](arguments)
    elif not (CHECKOUT / name).is_file():
        raise Unknown(f"found {program}; expected one of {', '.join(sorted(PROGRAMS))}, or a file")


def facecompare(arguments: Words) -> None:
    """The real parser's opinion; nothing is run."""
    from facecompare.cli.overview import root

    with redirect_stdout(StringIO()):
        try:
            context = root.make_context("facecompare", list(arguments))
            while isinstance(context.command, click.Group):
                words = [*context._protected_args, *context.args]
                name, command, rest = context.command.resolve_command(context, words)
                assert command is not None  # as `resolve_command` promises to a strict parser
                context = command.make_context(name, rest, parent=context)
        except click.exceptions.Exit:  # --help
            return
        except (click.ClickException, FaceCompareError) as exc:
            raise Unknown(str(exc)) from exc


def facecompare_name(arguments: Words) -> None:
    """Whether there is such a command; what follows it is not looked at."""
    names: list[str] = []
    for word in arguments:
        if not re.fullmatch(r"[a-z]+", word):
            break
        names.append(word)
    facecompare([*names, "--help"])


@cache
def make_targets() -> dict[str, str]:
    """Target → what `make help` says of it."""
    text = (CHECKOUT / "Makefile").read_text("utf-8")
    return dict(re.findall(r"^([a-z][a-z_-]*):[^=\n]*?##\s*(.+)$", text, re.MULTILINE))


@cache
def _make_variables() -> set[str]:
    text = (CHECKOUT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([A-Z]+) *[?:]?=", text, re.MULTILINE))


def environments() -> set[str]:
    """Those that have a file."""
    return {path.stem for path in (CHECKOUT / "infra" / "environments").glob("*.toml")}


def make(arguments: Words) -> None:
    """Targets and variables of the Makefile; deploy options and `keys` commands in their values."""
    for word in arguments:
        name, given, value = word.partition("=")
        if not given:
            _expect("make target", name, make_targets())
            continue
        _expect("variable of the Makefile", name, _make_variables())
        if name == "ENV":
            _expect("environment", value, environments())
        if name == "CONTEXT":
            context(shlex.split(value))
        if name == "ARGS":
            facecompare(["keys", *shlex.split(value)])


def context(arguments: Words) -> None:
    """`-c name=value …` as the deployment reads it."""
    from infra.settings import DeploySettings

    pairs = [word for word in arguments if word not in ("-c", "--context")]
    if any("=" not in pair for pair in pairs):
        raise Unknown(f"found {' '.join(arguments)}; expected -c name=value")
    known = set(DeploySettings.__dataclass_fields__)
    for pair in pairs:
        _expect("deploy option", pair.partition("=")[0], known)


def python(arguments: Words) -> None:
    """A module of this repository or an installed one; a file."""
    if arguments[:1] == ["-m"]:
        if importlib.util.find_spec(arguments[1]) is None:
            raise Unknown(f"there is no module {arguments[1]}")
        if arguments[1] == "pip":
            pip(arguments[2:])
        if arguments[1].startswith("tests.benchmarks."):
            known = benchmark_options(arguments[1])
            for word in (word for word in arguments[2:] if word.startswith("--")):
                _expect(f"option of {arguments[1]}", word.partition("=")[0], known)
    elif not (CHECKOUT / arguments[0]).is_file():
        raise Unknown(f"there is no file {arguments[0]}")


def benchmark_options(module: str) -> set[str]:
    """Those that a benchmark's parser gets."""
    source = (CHECKOUT / module.replace(".", "/")).with_suffix(".py").read_text("utf-8")
    return set(re.findall(r'add_argument\("(--[a-z-]+)"', source))


def pip(arguments: Words) -> None:
    """Extras that pyproject.toml has, files of pins, and what weights.txt pins."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    if arguments[0] != "install":
        raise Unknown(f"found pip {arguments[0]}; expected pip install")
    for word in arguments[1:]:
        requirement = re.fullmatch(r"(?:\.|facecompare)\[([\w,]+)\]", word)
        if requirement:
            for extra in requirement[1].split(","):
                _expect("extra", extra, project["optional-dependencies"])
        elif not word.startswith("-"):
            _expect("requirement", word, {".", "constraints.txt", WEIGHTS, *_weights(), *_locks()})


def _locks() -> list[str]:
    return [path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("infra/locks/*.txt")]


def _weights() -> list[str]:
    """`package==version` of each line."""
    text = (CHECKOUT / WEIGHTS).read_text("utf-8")
    return re.findall(r"^[\w-]+==[\w.]+", text, re.MULTILINE)


def curl(arguments: Words) -> None:
    """An operation of the API, with its fields and parameters."""
    parsed = _curl_arguments(arguments)
    if "/api/" not in parsed.url:
        raise Unknown(f"found {parsed.url}; expected an address of the API")
    address = urlsplit("/api/" + parsed.url.partition("/api/")[2])
    fields = {field.partition("=")[0] for field in parsed.form}
    method = parsed.method or ("POST" if fields or parsed.data else "GET")
    operation = _operation(method, address.path)
    for field in fields:
        _expect(f"field of {method} {address.path}", field, service.form_fields(operation))
    for name in parse_qs(address.query, keep_blank_values=True):
        known = service.parameters(operation, "query")
        _expect(f"parameter of {method} {address.path}", name, known)


def _curl_arguments(arguments: Words) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="curl", exit_on_error=False)
    parser.add_argument("url")
    for short, long in (("-F", "--form"), ("-H", "--header"), ("-d", "--data")):
        parser.add_argument(short, long, action="append", default=[])
    parser.add_argument("-X", "--request", dest="method")
    parser.add_argument("-o", "--output")
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-f", "--fail", action="store_true")
    try:
        parsed, rest = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError as exc:
        raise Unknown(f"curl: {exc}") from exc
    if rest:
        raise Unknown(f"curl: {' '.join(rest)} is not looked at here")
    return parsed


def _operation(method: str, path: str) -> dict[str, Any]:
    for (known_method, template), operation in service.operations().items():
        if method == known_method and _matches(template, path):
            return operation
    raise Unknown(f"found {method} {path}; expected one of the API's operations")


def _matches(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def aws(arguments: Words) -> None:
    """A command of AWS's own command line, by the service models that botocore has."""
    name, operation, *options = arguments
    if name == "s3":  # its commands have no model
        _expect("command of aws s3", operation, {"cp", "ls", "rm", "sync"})
        return
    model = botocore.session.get_session().get_service_model(name)
    methods = {_dashed(each): each for each in model.operation_names}
    _expect(f"command of aws {name}", operation, methods)
    shape = model.operation_model(methods[operation]).input_shape
    known = {f"--{_dashed(member)}" for member in shape.members} if shape else set()
    for option in (word.partition("=")[0] for word in options if word.startswith("--")):
        _expect(f"option of aws {name} {operation}", option, known | {"--query", "--output"})


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def npm(arguments: Words) -> None:
    """A script of package.json."""
    if arguments[:1] == ["install"]:
        return
    scripts = json.loads((CHECKOUT / "package.json").read_text("utf-8")).get("scripts", {})
    _expect("script of package.json", arguments[-1], scripts)


def pytest(arguments: Words) -> None:
    """Files or folders of tests, and known marks."""
    tools = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]
    marks = {each.partition(":")[0] for each in tools["pytest"]["ini_options"]["markers"]}
    rest = iter(arguments)
    for word in rest:
        if word == "-m":
            _expect("mark", next(rest).removeprefix("not "), marks)
        elif word in ("-n", "-k", "--dist"):
            next(rest)
        elif not word.startswith("-"):
            existing_file([word.partition("::")[0]])


def existing_file(arguments: Words) -> None:
    """Files and folders of this repository, or what the Makefile makes there."""
    for word in arguments:
        if not word.startswith("-") and not (CHECKOUT / word).exists():
            raise Unknown(f"there is no {word} in the repository")


def one_of(*first_words: str) -> Callable[[Words], None]:
    """A program of which the pages need these commands only."""

    def checked(arguments: Words) -> None:
        _expect("command", " ".join(arguments[:1]), set(first_words))

    return checked


def anything(_arguments: Words) -> None:
    """A program that takes any file."""


def _expect(what: str, found: str, known: Any) -> None:
    if found not in known:
        raise Unknown(f"found {what} {found}; expected one of {', '.join(sorted(known))}")


PROGRAMS: dict[str, Callable[[Words], None]] = {
    "aws": aws,
    "cd": one_of("facecompare"),
    "curl": curl,
    "docker": one_of("compose"),
    "export": anything,
    "facecompare": facecompare,
    "git": one_of("clone", "commit", "pull", "push", "switch", "tag"),
    "make": make,
    "npm": npm,
    "pip": pip,
    "pre-commit": one_of("install", "run"),
    "pytest": pytest,
    "python": python,
    "python3": python,
    "source": one_of(".venv/bin/activate"),
}
# Commands in running text: what follows their names is not looked at.
IN_PROSE: dict[str, Callable[[Words], None]] = {
    "facecompare": facecompare_name,
    "make": lambda words: make(words[:1]),
    "python": python,
}
