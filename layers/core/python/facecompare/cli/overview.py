"""All commands by name, and the overview that `facecompare --help` prints.

A command's module is imported when the command runs or its own help is asked for, so that the
overview, a wrong name and a completed word cost no more than click itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

import facecompare
from facecompare.cli import exit_codes
from facecompare.cli.command import CONTEXT, Group, write_lines

# Section → command → the module of `facecompare.cli` that has it, and its line in the overview.
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Compare photos": {
        "compare": ("photos", "Say whether two photos show the same person."),
        "predict": ("predict", "Say which of two photos is closer to a third."),
        "find": ("find", "Find a person among many photos."),
        "detect": ("detect", "Find the faces of a photo."),
        "explain": ("explain", "Draw which parts of two faces their distance depends on."),
        "embed": ("embed", "Turn faces into embeddings, vectors of numbers."),
    },
    "Compare many pairs": {
        "batch": ("batch", "Compare a file of pairs on this machine."),
        "batches": ("batch_jobs", "Have a service in AWS compare a file of pairs."),
    },
    "Run a service": {
        "serve": ("serve", "Serve the web page and the HTTP API."),
        "keys": ("keys", "Manage the API's access keys."),
        "log": ("log", "List the recorded comparisons, or delete one."),
    },
    "Models and accuracy": {
        "models": ("models", "Build, list, verify and publish the model files."),
        "evaluate": ("evaluate", "Measure error rates (FMR, FNMR) on your own photos."),
        "calibrate": ("evaluate", "Fit a score and FMR calibration to your own photos."),
        "bench": ("bench", "Measure the speed on this machine."),
    },
    "Plan for AWS": {
        "cost": ("cost", "Compute what a million comparisons cost."),
        "plan": ("plan", "Compute time, cost and binding quotas of many pairs."),
    },
    "Work in a shell": {
        "completion": ("completion", "Print what completes words with the Tab key."),
    },
}

EXAMPLES = (
    'facecompare compare ann1.jpg ann2.jpg && echo "the same person"',
    "facecompare compare --help",
)
COMPLETION = (
    'eval "$(facecompare completion bash)"     # in ~/.bashrc',
    'eval "$(facecompare completion zsh)"      # in ~/.zshrc, after compinit',
    "facecompare completion fish | source      # in ~/.config/fish/config.fish",
)


class LazyCommand(click.Command):
    """A name and its line in the overview; the command itself is imported when it is needed."""

    def __init__(self, name: str, module: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self.module = f"facecompare.cli.{module}"

    def load(self) -> click.Command:
        """The command itself."""
        command: click.Command = getattr(import_module(self.module), self.name or "")
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context, and so the help, the parameters and the function, of the command itself."""
        return self.load().make_context(info_name, args, parent, **extra)


class Overview(Group):
    """The command `facecompare`: its help lists the commands by section."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A section for each kind of work; all of them share the width of the first column."""
        width = max(map(len, self.commands))
        for section, commands in SECTIONS.items():
            rows = commands.items()
            with formatter.section(section):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in rows])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What else holds for every command."""
        write_lines(formatter, "Exit codes", exit_codes.LINES)
        write_lines(formatter, "Examples", EXAMPLES)
        write_lines(formatter, "Shell completion", COMPLETION)


@click.group(
    cls=Overview,
    context_settings=CONTEXT,
    commands=[
        LazyCommand(name, module, text)
        for commands in SECTIONS.values()
        for name, (module, text) in commands.items()
    ],
)
@click.version_option(
    facecompare.__version__, "-V", "--version", message="%(version)s", help="Print the version."
)
def root() -> None:
    """Compare faces: do two photos show the same person?

    Results go to stdout, progress and warnings to stderr. Settings are environment variables, such
    as FACECOMPARE_ENGINE.
    """
