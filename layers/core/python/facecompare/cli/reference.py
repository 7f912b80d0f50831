"""The help of every command as one page of Markdown, the same on every terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click

from facecompare.cli.command import WIDTH
from facecompare.cli.error_lines import PROGRAM
from facecompare.cli.overview import LazyCommand, root


def command_tree() -> dict[str, tuple[click.Context, click.Command]]:
    """Every command by what is typed, such as "facecompare batches submit".

    Each with the context that its help is made in; the overview first, then its commands in its
    order, each group before its own commands.
    """
    return dict(_tree(root, PROGRAM, None))


def render() -> str:
    """A heading and the help, 80 columns wide, for each command of the tree."""
    return "\n".join(
        f"{'#' * (2 + typed.count(' '))} `{typed}`\n\n"
        f"```text\n{command.get_help(context).rstrip()}\n```\n"
        for typed, (context, command) in command_tree().items()
    )


def _tree(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, tuple[click.Context, click.Command]]]:
    if isinstance(command, LazyCommand):
        command = command.load()
    settings = command.context_settings
    context = click.Context(command, parent, name, terminal_width=WIDTH - 2, **settings)
    yield context.command_path, (context, command)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _tree(command.commands[below], below, context)
