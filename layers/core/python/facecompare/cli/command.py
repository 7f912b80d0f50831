"""What a command and a group of commands are here: click's, with settings and examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from facecompare.config import Settings

WIDTH = 80  # columns; a narrower terminal narrows the help
# A command's context inherits these from the one of the overview.
CONTEXT = {
    "help_option_names": ["-h", "--help"],
    "show_default": True,
    "max_content_width": WIDTH,
}


class Several(click.Option):
    """An option with one or more values: `--pairs 1e6 1e8`; also `--pairs 1e6 --pairs 1e8`."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes["multiple"] = True
        super().__init__(*args, **attributes)

    def make_metavar(self, ctx: click.Context) -> str:
        """`N...`."""
        return f"{super().make_metavar(ctx)}..."


class Command(click.Command):
    """Its function takes the settings and the parameters, and returns the exit code."""

    def __init__(self, *args: Any, examples: Sequence[str], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = tuple(examples)
        self.no_args_is_help = any(param.required for param in self.params)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, of arguments as `_readable` makes them."""
        options = {name: each for each in self.get_params(ctx) for name in each.opts}
        try:
            return super().parse_args(ctx, list(_readable(args, options)))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # else the overview's, whose help says less
            raise

    def invoke(self, ctx: click.Context) -> Callable[[Settings], int]:
        """The function with its parameters, for `main` to call with the settings."""
        assert self.callback is not None  # noqa: S101 – every command is made of a function
        return partial(self.callback, **ctx.params)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        write_lines(formatter, "Examples", self.examples)


class Group(click.Group):
    """Commands on one kind of thing, such as keys; alone it prints its help."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of their definition."""
        return list(self.commands)


def write_lines(formatter: click.HelpFormatter, heading: str, lines: Sequence[str]) -> None:
    """A section of lines that are not wrapped, because they are to be copied."""
    with formatter.section(heading):
        for line in lines:
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _readable(args: Sequence[str], options: Mapping[str, click.Parameter]) -> Iterator[str]:
    """Each value of a `Several` option after a name of its own.

    Raises  click.BadOptionUsage for an option in the place of another's value, which click takes.
    """
    rest = iter(args)
    waiting, several = "", ""  # an option without its value yet, and one that takes more of them
    for arg in rest:
        if waiting and arg in options:
            raise click.BadOptionUsage(waiting, f"Option {waiting!r} requires an argument.")
        if waiting or not arg.startswith("-") or arg == "-":
            yield from (several, arg) if several and not waiting else (arg,)
            waiting = ""
        elif arg == "--":
            yield from (arg, *rest)
        else:
            yield arg
            option = options.get(arg)
            waiting = arg if isinstance(option, click.Option) and not option.is_flag else ""
            several = arg if isinstance(option, Several) else ""
