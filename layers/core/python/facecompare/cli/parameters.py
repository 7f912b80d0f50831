"""Types of parameters: each turns a text into a value, or says what is expected instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facecompare.cli.output import PICTURES, STDOUT
from facecompare.config.reader import LONGEST
from facecompare.engines.thresholds import MAX_THRESHOLD, check_threshold
from facecompare.errors import BadField, BadThreshold, RequestError
from facecompare.options import FacePolicy, MinQuality

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

MAX_PAIRS = 1e12  # a thousand times the largest size that `plan` shows on its own
PLACE_DIGITS = 3  # of a face's place: more than a photo of working size has room for


def bad_value(
    value: object,
    expected: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
    error: type[RequestError] = BadField,
) -> RequestError:
    """What was found, what is expected, and whose help to read."""
    name = param.opts[0] if param else "a value"
    see = f"; see: {ctx.command_path} --help" if ctx else ""
    return error(f"{name} is {str(value)!r}; expected {expected}{see}")


class Number(click.ParamType[float]):
    """A number for which `accepts` is true; NaN stands for what is no number."""

    name = "number"

    def __init__(
        self,
        expected: str,
        accepts: Callable[[float], bool],
        error: type[RequestError] = BadField,
    ) -> None:
        self.expected, self.accepts, self.error = expected, accepts, error

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Raises  the error that was named."""
        number = _number(value)
        if not self.accepts(number):
            raise bad_value(value, self.expected, param, ctx, self.error)
        return number


class Whole(click.ParamType[int]):
    """A whole number, in digits only, from `low` to `high`, or without end."""

    name = "whole number"

    def __init__(self, low: int, high: int | None = None, unit: str = "") -> None:
        self.low, self.high = low, high
        what = f"a whole number of {unit}" if unit else "a whole number"
        bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
        self.expected = f"{what} {bounds}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises  BadField."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) <= LONGEST:
            number = int(text)
            if self.low <= number <= (number if self.high is None else self.high):
                return number
        raise bad_value(value, self.expected, param, ctx)


class OneOf(click.Choice[str]):
    """One of these words."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(words)
        self.expected = f"one of {', '.join(words)}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises  BadField."""
        if value not in self.choices:
            raise bad_value(value, self.expected, param, ctx)
        return str(value)


class Policy(OneOf):
    """Which face of a photo is compared."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> FacePolicy:
        """Raises  BadField."""
        return FacePolicy(super().convert(value, param, ctx))


class Quality(OneOf):
    """What becomes of a face that warns."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> MinQuality:
        """Raises  BadField."""
        return MinQuality(super().convert(value, param, ctx))


class PolicyOrPlace(click.ParamType[FacePolicy | int]):
    """Which face of one photo: as `Policy`, or its place from the largest, 0."""

    name = "face"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> FacePolicy | int:
        """Raises  BadField."""
        text = str(value)
        if text in list(FacePolicy):
            return FacePolicy(text)
        if text.isascii() and text.isdigit() and len(text) <= PLACE_DIGITS:
            return int(text)
        expected = f"the place of a face, 0 for the largest, or one of {', '.join(FacePolicy)}"
        raise bad_value(value, expected, param, ctx)


class Since(click.ParamType[str]):
    """A point in time, or an age, as the timestamp of records."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises  BadField."""
        from facecompare.records.record import parse_since

        try:
            return parse_since(value)
        except BadField as exc:
            expected = "a date (2026-11-22), a time (2026-11-22T09:30:00Z) or an age (90m, 24h, 7d)"
            raise bad_value(value, expected, param, ctx) from exc


class FilePath(click.ParamType[Path]):
    """A path, which the shell completes; whether it can be used is for its reader to find out."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Any text is a path."""
        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What the shell itself completes: files, or folders."""
        return _completed_by_shell(incomplete, self.name)


class PicturePath(FilePath):
    """A path of a picture that is written, PNG or JPEG by its name, or `-` for stdout."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Raises  BadField."""
        path = super().convert(value, param, ctx)
        if str(path) == STDOUT or path.suffix.lower() in PICTURES:
            return path
        raise bad_value(value, f"a name that ends in {', '.join(PICTURES)}, or -", param, ctx)


class FolderPath(FilePath):
    """A path of a folder."""

    name = "dir"


class PhotoPath(click.ParamType[str]):
    """The path of a photo, or `-` for stdin, as typed: results name the photo by it."""

    name = "photo"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What the shell itself completes: files."""
        return _completed_by_shell(incomplete, "file")


class Address(click.ParamType[str]):
    """An IP address, of version 4 or 6."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises  BadField."""
        try:
            return str(ip_address(value))
        except ValueError as exc:
            raise bad_value(value, "an IP address, e.g. 10.0.0.7", param, ctx) from exc


class PlainText(click.ParamType[str]):
    """Any text; bytes that are none come from the system as lone surrogates."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises  BadField."""
        if not str(value).isprintable():
            raise bad_value(value, "a text that can be printed", param, ctx)
        return str(value)


class EngineId(click.ParamType[str]):
    """The id of an engine, which the shell completes; whether there is one is found out later."""

    name = "engine"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Those that come along, and those that were added."""
        from click.shell_completion import CompletionItem

        from facecompare.config import Settings, engine_ids
        from facecompare.errors import SetupError

        try:
            known = engine_ids(Settings.from_env().models_dir)
        except SetupError:  # told when a command runs
            return []
        return [CompletionItem(each) for each in known if each.startswith(incomplete)]


def _completed_by_shell(incomplete: str, kind: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=kind)]


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _is_threshold(number: float) -> bool:
    try:
        check_threshold(number)
    except BadThreshold:
        return False
    return True


FILE, PICTURE, FOLDER, PHOTO, SINCE = FilePath(), PicturePath(), FolderPath(), PhotoPath(), Since()
ADDRESS, ENGINE, TEXT = Address(), EngineId(), PlainText()
FACE_OR_PLACE = PolicyOrPlace()
MIN_QUALITY = Quality([each.value for each in MinQuality])
FACE = Policy([policy.value for policy in FacePolicy])
THRESHOLD = Number(
    f"a distance above 0 and at most {MAX_THRESHOLD:g}, e.g. 0.5", _is_threshold, BadThreshold
)
RATE = Number("a rate above 0 and below 1, e.g. 0.001", lambda rate: 0 < rate < 1)
POSITIVE = Number("a number above 0", lambda number: 0 < number < math.inf)
PHOTOS_PER_PAIR = Number("a number above 0 and at most 2", lambda number: 0 < number <= 2)
PAIRS = Number(
    "a whole number from 1 to 1e12, e.g. 1e6",
    lambda number: 1 <= number <= MAX_PAIRS and number.is_integer(),
)
PORT, PROCESSES, AT_LEAST_ONE = Whole(0, 65_535), Whole(1, 256), Whole(1)
MEMORY_MB = Whole(512, 10_240, "megabytes")
