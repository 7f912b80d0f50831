"""What holds for every command: help, examples, defaults, suggestions, completion, reference."""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import import_module

import click
import pytest

import facecompare
from facecompare import cli
from facecompare.cli.command import Command, Several
from facecompare.cli.exit_codes import ExitCode
from facecompare.cli.main import EXTRAS, main
from facecompare.cli.overview import EXAMPLES, SECTIONS, LazyCommand, root
from facecompare.cli.reference import command_tree, render
from facecompare.config import CHECKOUT

TREE = command_tree()
HELP = {typed: command.get_help(context) for typed, (context, command) in TREE.items()}
COMMANDS = {typed: command for typed, (_, command) in TREE.items() if isinstance(command, Command)}
GROUPS = {
    typed: command for typed, (_, command) in TREE.items() if isinstance(command, click.Group)
}
PARAMS = {
    (typed, param.name): param for typed, command in COMMANDS.items() for param in command.params
}
SHOWN = {
    name: param
    for name, param in PARAMS.items()
    if not (isinstance(param, click.Option) and param.hidden)
}
NAMES = [name for section in SECTIONS.values() for name in section]


def test_the_overview_has_every_command_of_every_module() -> None:
    found: set[click.Command] = set()
    for module in pkgutil.iter_modules(cli.__path__):
        members = vars(import_module(f"facecompare.cli.{module.name}")).values()
        found.update(member for member in members if isinstance(member, click.Command))
    in_tree = {command for _, command in TREE.values()}
    assert {command.name for command in found - in_tree} == set()
    assert {command.name for command in in_tree - found} == set()
    assert set(COMMANDS) | set(GROUPS) == set(TREE)


def test_every_command_has_a_line_in_the_help_above_it() -> None:
    for typed in TREE.keys() - {"facecompare"}:
        above, _, name = typed.rpartition(" ")
        assert re.search(rf"^  {name} +[A-Z].+\.$", HELP[above], re.MULTILINE), typed


@pytest.mark.parametrize("typed", TREE)
def test_every_help_is_printed_and_fits_80_columns(
    typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main([*typed.split()[1:], "--help"]) == 0
    output = capsys.readouterr()
    assert output == (HELP[typed] + "\n", "")
    assert [line for line in HELP[typed].splitlines() if len(line) > 80] == []


def test_every_parameter_is_documented() -> None:
    assert {name for name, param in SHOWN.items() if not param.help} == set()


def test_every_parameter_is_in_the_help_by_all_its_names() -> None:
    for (typed, name), param in SHOWN.items():
        shown = (
            [param.metavar or str(name).upper()]
            if isinstance(param, click.Argument)
            else param.opts
        )
        assert [text for text in shown if text not in HELP[typed]] == [], (typed, name)


def test_every_default_is_in_the_help() -> None:
    for (typed, name), param in SHOWN.items():
        default = param.default
        if isinstance(param, click.Option) and isinstance(default, str | int | float | tuple):
            if default in (False, ()):
                continue
            text = ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
            assert re.search(rf"\[default:\s+{re.escape(text)}", HELP[typed]), (typed, name)


@pytest.mark.parametrize("typed", TREE)
def test_a_bare_command_prints_its_help_unless_it_needs_nothing(
    typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = TREE[typed][1]
    needs = isinstance(command, click.Group) or any(param.required for param in command.params)
    if needs:
        assert main(typed.split()[1:]) == ExitCode.BAD_INPUT
        assert capsys.readouterr() == (HELP[typed] + "\n", "")
    else:
        assert not command.no_args_is_help


def test_every_option_that_must_be_given_says_so() -> None:
    for typed, name in {key for key, param in SHOWN.items() if param.required}:
        param = SHOWN[typed, name]
        if isinstance(param, click.Option):
            rows = re.split(r"\n  (?=-)", HELP[typed])
            (row,) = (row for row in rows if row.startswith(f"{param.opts[0]} "))
            assert "[required]" in row, (typed, name)


def test_every_command_has_an_example() -> None:
    assert {typed for typed, command in COMMANDS.items() if not command.examples} == set()
    for typed, command in COMMANDS.items():
        for example in command.examples:
            assert f"\n  {example}" in HELP[typed]
            assert example.startswith(typed)


@pytest.mark.parametrize(
    "example",
    [*EXAMPLES, *(example for command in COMMANDS.values() for example in command.examples)],
)
def test_every_example_is_accepted(example: str) -> None:
    program, *words = shlex.split(re.split(r" (?:&&|<|>|\|) ", example)[0])
    assert program == "facecompare"
    command: click.Command = root
    context = click.Context(root, info_name=program, **root.context_settings)
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
        if isinstance(command, LazyCommand):
            command = command.load()
    if words == ["--help"]:
        with pytest.raises(click.exceptions.Exit):
            command.make_context("", words, context)
    else:
        command.make_context("", words, context)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_mistyped_is_suggested(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = f"{name[:-1]}x" if name == "batches" else name[:-1]
    assert main([mistyped]) == 2
    assert f"'{mistyped}'; did you mean {name}?" in capsys.readouterr().err


def test_an_option_takes_several_values_where_the_help_shows_dots() -> None:
    several = {name for name, param in SHOWN.items() if isinstance(param, Several)}
    assert several == {("facecompare plan", "pairs"), ("facecompare plan", "photos")}
    for typed, name in several:
        assert re.search(rf"--{name} \w+\.\.\. ", HELP[typed])


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_printed(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option]) == 0
    assert capsys.readouterr() == (f"{facecompare.__version__}\n", "")


def test_the_overview_imports_no_command() -> None:
    script = (
        "import sys; from facecompare.cli.main import main; main(['--help']); "
        "print(*sorted(name for name in sys.modules if name.startswith('facecompare.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1].split() == [
        "facecompare.cli",
        "facecompare.cli.command",
        "facecompare.cli.error_lines",
        "facecompare.cli.exit_codes",
        "facecompare.cli.main",
        "facecompare.cli.overview",
        "facecompare.errors",
    ]


def completed(words: str, incomplete: int) -> list[str]:
    shell = {"COMP_WORDS": words, "COMP_CWORD": str(incomplete)}
    environment = os.environ | shell | {"_FACECOMPARE_COMPLETE": "bash_complete"}
    command = [sys.executable, "-m", "facecompare"]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout.split()


def test_the_shell_completes_commands_options_and_files() -> None:
    assert completed("facecompare ", 1) == [f"plain,{name}" for name in NAMES]
    assert completed("facecompare keys ", 2) == ["plain,create", "plain,list", "plain,revoke"]
    assert completed("facecompare compare --f", 2) == [
        "plain,--face-also",
        "plain,--fmr",
        "plain,--face",
        "plain,--face1",
        "plain,--face2",
    ]
    assert completed("facecompare compare --face m", 3) == ["plain,most-central"]
    assert completed("facecompare compare --engine sf", 3) == ["plain,sface"]
    assert completed("facecompare compare ", 2) == ["file,"]
    assert completed("facecompare batch pairs.csv --images ", 4) == ["dir,"]


def test_the_reference_holds_every_help_whatever_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = render()
    assert re.findall(r"^##+ `(.+)`$", text, re.MULTILINE) == list(TREE)
    assert re.findall(r"^```text\n(.+?)\n```$", text, re.MULTILINE | re.DOTALL) == list(
        HELP.values()
    )


def test_every_extra_that_a_message_names_brings_the_command_line() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]

    def brings(extra: str) -> set[str]:
        names = set(re.findall(r"facecompare\[([\w,]+)\]", " ".join(extras[extra])))
        return {extra}.union(*(brings(each) for name in names for each in name.split(",")))

    assert {extra for extra in EXTRAS.values() if "cli" not in brings(extra)} == set()
    assert {line.partition(">")[0] for line in extras["cli"]} == {"click", "tqdm"}
    assert project["dependencies"] == []
