"""Settings: read from the environment once, checked before the first request.

Nothing else in the package reads the environment. An explicit argument beats the environment,
which beats the default. The README's table of settings is tested against these fields.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from facecompare.errors import BadSetting

ENV_PREFIX = "FACECOMPARE_"
WORKING_WIDTH_PX = 600  # photos are scaled to this width, as in the original system
KEPT_DAYS = 365  # how long a comparison's record is kept
MAX_REQUEST_BYTES = 61_000_000  # three photos of 15 MB in base64, and the fields around them
HOLD_S = 120  # a chunk of a batch takes seconds; whoever does not end it in this time has died
DEADLINE_S = 300  # a comparison takes tenths of a second; whatever takes this long hangs

# Who may do what: see facecompare.access.
OPEN, PUBLIC, KEYS = "open", "public", "keys"
ACCESS = (OPEN, PUBLIC, KEYS)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a photo may be before anything big is allocated for it."""

    max_bytes: int = 15_000_000  # a 50-megapixel phone JPEG has 8–14 MB
    max_pixels: int = 50_000_000  # 150 MB as RGB: the largest phone photos in common use
    max_side_px: int = 20_000  # panoramas
    min_side_px: int = 16  # a face cannot be told from noise below it


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation behaves; each field is FACECOMPARE_<FIELD> in the environment."""

    engine: str
    models_dir: Path
    model_bucket: str
    records: Path
    records_table: str
    records_days: int
    embeddings: Path
    upload_bucket: str
    batch_queue: str
    dead_letter_queue: str
    access: str
    origin_secret: str
    web_dir: Path
    threads: int
    landmarks68: bool
    max_bytes: int
    max_pixels: int
    max_request_bytes: int
    deadline_s: int
    hold_s: int
    url: str
    key: str

    @property
    def limits(self) -> ImageLimits:
        """The decoder's limits."""
        return ImageLimits(max_bytes=self.max_bytes, max_pixels=self.max_pixels)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings this environment asks for.

        Raises  BadSetting naming the variable, its value and what is accepted.
        """
        limits = ImageLimits()
        models_dir = _read(env, "models_dir", Path, _models_dir(env))
        settings = cls(
            engine=_read(env, "engine", partial(_engine, models_dir=models_dir), DEFAULT_ENGINE),
            models_dir=models_dir,
            model_bucket=_read(env, "model_bucket", str, ""),
            records=_read(env, "records", Path, _data_home(env) / "comparisons.sqlite3"),
            records_table=_read(env, "records_table", str, ""),
            records_days=_read(env, "records_days", _positive, KEPT_DAYS),
            embeddings=_read(env, "embeddings", Path, _cache_home(env) / "embeddings.sqlite3"),
            upload_bucket=_read(env, "upload_bucket", str, ""),
            batch_queue=_read(env, "batch_queue", str, ""),
            dead_letter_queue=_read(env, "dead_letter_queue", str, ""),
            access=_read(env, "access", _access, OPEN),
            origin_secret=_read(env, "origin_secret", str, ""),
            web_dir=_read(env, "web_dir", Path, CHECKOUT / "web"),
            threads=_read(env, "threads", _positive, os.cpu_count() or 1),
            landmarks68=_read(env, "landmarks68", _switch, False),
            max_bytes=_read(env, "max_bytes", _positive, limits.max_bytes),
            max_pixels=_read(env, "max_pixels", _positive, limits.max_pixels),
            max_request_bytes=_read(env, "max_request_bytes", _positive, MAX_REQUEST_BYTES),
            deadline_s=_read(env, "deadline_s", _positive, DEADLINE_S),
            hold_s=_read(env, "hold_s", _positive, HOLD_S),
            url=_read(env, "url", str, ""),
            key=_read(env, "key", str, ""),
        )
        _refuse_unknown(env)
        return settings


DEFAULT_ENGINE = "dlib-fast"
ENGINES = (
    "dlib-fast",
    "dlib-accurate",
    "mtcnn-dlib",
    "dlib-reference",
)  # cards: facecompare.engines.catalogue
# The source root is layers/core/python, so a checkout's top folder is three folders above it. On
# Lambda the package lies at /opt/python/facecompare, where no checkout can be; that is the root.
CHECKOUT = Path(__file__).resolve().parents[:5][-1]


def _models_dir(env: Mapping[str, str]) -> Path:
    checkout = CHECKOUT / "models"
    return checkout if (checkout / "manifest.json").exists() else _data_home(env) / "models"


def _data_home(env: Mapping[str, str]) -> Path:
    """Where a user's data lives: XDG Base Directory Specification 0.8."""
    return _home(env, "XDG_DATA_HOME", ".local/share")


def _cache_home(env: Mapping[str, str]) -> Path:
    """Where what can be made again lives."""
    return _home(env, "XDG_CACHE_HOME", ".cache")


def _home(env: Mapping[str, str], name: str, default: str) -> Path:
    home = env.get(name)
    if home:
        return Path(home) / "facecompare"
    try:
        return Path.home() / default / "facecompare"
    except RuntimeError:  # a container's user may have no home
        return Path("/tmp/facecompare")  # noqa: S108 – the one place where it may write


def _read(env: Mapping[str, str], field: str, parse: Callable[[str], T], default: T) -> T:
    name = ENV_PREFIX + field.upper()
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as exc:
        raise BadSetting(f"{name}={text!r} is not accepted: {exc}") from exc


def _engine(text: str, models_dir: Path) -> str:
    if text not in (known := engine_ids(models_dir)):
        raise ValueError(f"one of {', '.join(known)} is")
    return text


def engine_ids(models_dir: Path) -> tuple[str, ...]:
    """The engines that come along, and those that `facecompare models add` brought there."""
    return (*ENGINES, *_added_engines(models_dir))


def _added_engines(models_dir: Path) -> list[str]:
    """What is written in the manifest; facecompare.model_store.files reads all of it."""
    try:
        rows = json.loads((models_dir / "manifest.json").read_text("utf-8")).get("encoders", [])
        return [str(row["id"]) for row in rows]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []  # a damaged manifest is told when models are loaded from it


def _access(text: str) -> str:
    if text not in ACCESS:
        raise ValueError(f"one of {', '.join(ACCESS)} is")
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError("a whole number of at least 1 is")
    return int(text)


def _switch(text: str) -> bool:
    states: dict[str, bool] = {"on": True, "off": False}
    if text.lower() not in states:
        raise ValueError("on or off is")
    return states[text.lower()]


def _refuse_unknown(env: Mapping[str, str]) -> None:
    known = {ENV_PREFIX + name.upper() for name in setting_names()} | {DEBUG_VARIABLE}
    unknown = sorted(name for name in env if name.startswith(ENV_PREFIX) and name not in known)
    if unknown:
        raise BadSetting(f"{unknown[0]} is no setting; there are: {', '.join(sorted(known))}")


def setting_names() -> list[str]:
    """The names of all settings, in the order they are declared."""
    return [field.name for field in fields(Settings)]


def instance_metadata(env: Mapping[str, str] = os.environ) -> str:
    """Where EC2 tells a machine about itself; empty where nobody is to be asked.

    The variables are AWS's own (SDKs and Tools Reference Guide, "IMDS credential provider").
    """
    if env.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return ""
    return env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "").rstrip("/") or INSTANCE_METADATA


INSTANCE_METADATA = "http://169.254.169.254"
DEBUG_VARIABLE = ENV_PREFIX + "DEBUG"  # any value: the command line shows tracebacks


def debugging(env: Mapping[str, Any] = os.environ) -> bool:
    """True when tracebacks are wanted instead of one-line errors."""
    return bool(env.get(DEBUG_VARIABLE))
