"""`facecompare completion`: what a shell needs to complete words with the Tab key."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from facecompare.cli.command import Command
from facecompare.cli.error_lines import PROGRAM
from facecompare.cli.output import tell
from facecompare.cli.overview import root
from facecompare.cli.parameters import OneOf
from facecompare.config import COMPLETION_VARIABLE, Settings


@click.command(
    cls=Command,
    examples=(
        "facecompare completion bash",
        "facecompare completion fish",
    ),
)
@click.argument(
    "shell", type=OneOf(["bash", "zsh", "fish"]), metavar="SHELL", help="bash, zsh or fish."
)
def completion(settings: Settings, shell: str) -> int:
    """Print what completes words with the Tab key, for a shell to read when it starts.

    Commands, options, their values, engines and files are completed. `facecompare --help` shows the
    line for each shell.
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 – click has all three
    tell(made(root, {}, PROGRAM, COMPLETION_VARIABLE).source())
    return 0
