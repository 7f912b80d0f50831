"""Settings: read from the environment once, checked before the first request.

Nothing else in the package reads the environment. An explicit argument beats the environment,
which beats the default. The reference table of settings (facecompare.config.reference) is made of
these fields.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facecompare import __version__
from facecompare.config.environment import own_variables, unknown_variables
from facecompare.config.homes import cache_home, data_home
from facecompare.config.reader import (
    AMOUNT,
    ANY_AMOUNT,
    DAYS,
    MEMORY,
    SECONDS,
    THREADS,
    declared,
    one_of,
    parsed,
    path,
    refusal,
    setting,
    string,
    switch,
)
from facecompare.decoding.limits import LIMITS, ImageLimits
from facecompare.errors import BadSetting

WHEEL = f"facecompare-{__version__}-py3-none-any.whl"  # as `make wheel` names it
ENV_PREFIX = "FACECOMPARE_"
_LIMITS = ("max_bytes", "max_pixels", "cell", "decode_seconds", "decode_bytes")
WORKING_WIDTH_PX = 600  # photos are scaled to this width, as in the original system
KEPT_DAYS = 365  # how long a comparison's record is kept
MAX_REQUEST_BYTES = 61_000_000  # three photos of 15 MB in base64, and the fields around them
HOLD_S = 120  # a chunk of a batch takes seconds; a worker that does not end it in time has died
DEADLINE_S = 300  # a comparison takes tenths of a second; whatever takes this long hangs

# Who may do what: see facecompare.access.
OPEN, PUBLIC, KEYS = "open", "public", "keys"
ACCESS = (OPEN, PUBLIC, KEYS)

DEFAULT_ENGINE = "dlib-sface"
ENGINES = (  # their cards: facecompare.engines.cards
    "dlib-sface",
    "dlib-fast",
    "dlib-accurate",
    "dlib-yunet",
    "sface",
    "mtcnn-dlib",
    "dlib-reference",
)
# The source root is layers/core/python, so a checkout's top folder is four folders above this one.
# On Lambda the package lies at /opt/python/facecompare, where no checkout can be; that is the root.
CHECKOUT = Path(__file__).resolve().parents[:6][-1]
INSTALLED_PAGE = Path(__file__).resolve().parents[1] / "web"  # where a wheel has it
INSTANCE_METADATA = "http://169.254.169.254"
DEBUG_VARIABLE = ENV_PREFIX + "DEBUG"  # any value: the command line shows tracebacks

log = logging.getLogger(__name__)


def install_command(extra: str) -> str:
    """What to run for the packages of an extra, in a checkout or where a wheel was installed."""
    if (CHECKOUT / "pyproject.toml").is_file():
        return f"in a checkout, run: pip install '.[{extra}]'"
    return f"run: pip install '{WHEEL}[{extra}]', with the path of the wheel"


def _models_dir(env: Mapping[str, str]) -> Path:
    checkout = CHECKOUT / "models"
    return checkout if (checkout / "manifest.json").exists() else data_home(env) / "models"


def _records(env: Mapping[str, str]) -> Path:
    return data_home(env) / "comparisons.sqlite3"


def _embeddings(env: Mapping[str, str]) -> Path:
    return cache_home(env) / "embeddings.sqlite3"


def _web_dir(_: Mapping[str, str]) -> Path:
    return INSTALLED_PAGE if (INSTALLED_PAGE / "index.html").exists() else CHECKOUT / "web"


def _cores(_: Mapping[str, str]) -> int:
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation behaves; each field is FACECOMPARE_<FIELD> in the environment."""

    engine: str = setting(
        string("an id from `facecompare models list`"),
        DEFAULT_ENGINE,
        "which detector and face network look at photos",
    )
    models_dir: Path = setting(
        path("a folder with `manifest.json`"),
        _models_dir,
        "where the model files are",
        "`models/` of the checkout, else `~/.local/share/facecompare/models`",
    )
    model_bucket: str = setting(
        string("an S3 bucket filled by `facecompare models push`"),
        "",
        "from where model files are fetched; without one they are the folder's own",
    )
    records: Path = setting(
        path("a file"),
        _records,
        "the log of comparisons, an SQLite database",
        "`~/.local/share/facecompare/comparisons.sqlite3`",
    )
    records_table: str = setting(
        string("a DynamoDB table"), "", "the log of comparisons, instead of the file"
    )
    records_days: int = setting(DAYS, KEPT_DAYS, "days after which a record is deleted")
    embeddings: Path = setting(
        path("a file"),
        _embeddings,
        "where `facecompare evaluate` keeps the embeddings it has made",
        "`~/.cache/facecompare/embeddings.sqlite3`",
    )
    upload_bucket: str = setting(
        string("an S3 bucket"), "", "where callers upload photos; without one there are no uploads"
    )
    batch_queue: str = setting(
        string("the URL of an SQS queue"),
        "",
        "holds the chunks of batches; without one there are no batches",
    )
    dead_letter_queue: str = setting(
        string("the URL of an SQS queue"), "", "holds the messages that workers give up"
    )
    events: bool = setting(switch(), False, "workers tell EventBridge when a batch has ended")
    access: str = setting(
        one_of({each: each for each in ACCESS}),
        OPEN,
        "what needs an access key: `open` nothing, `public` records, `keys` everything",
    )
    origin_secret: str = setting(
        string("a text, or two with a space between"),
        "",
        "what requests must carry in `X-Facecompare-Origin`; two while it is replaced",
    )
    web_dir: Path = setting(
        path("a folder with `index.html`"),
        _web_dir,
        "the page",
        "`web/` of the checkout, else the package's own",
    )
    threads: int = setting(
        THREADS, _cores, "threads that work on photos at once", "the number of cores"
    )
    landmarks68: bool = setting(
        switch(), False, "68 landmarks may be asked for; their model excludes commercial use"
    )
    mtcnn: bool = setting(
        switch(), False, "engines may find faces with MTCNN; its weights exclude commercial use"
    )
    max_bytes: int = setting(AMOUNT, LIMITS.max_bytes, "bytes of a photo at most")
    max_pixels: int = setting(AMOUNT, LIMITS.max_pixels, "pixels of a photo at most")
    max_request_bytes: int = setting(AMOUNT, MAX_REQUEST_BYTES, "bytes of a request at most")
    max_response_bytes: int = setting(
        ANY_AMOUNT, 0, "bytes of a CSV response, which then comes in parts; 0: any number"
    )
    cell: bool = setting(
        switch(), LIMITS.cell, "photos are decoded in a process of their own, with limits"
    )
    decode_seconds: int = setting(
        SECONDS, LIMITS.decode_seconds, "seconds of CPU time to decode a photo at most"
    )
    decode_bytes: int = setting(
        MEMORY, LIMITS.decode_bytes, "bytes of memory to decode a photo at most"
    )
    deadline_s: int = setting(SECONDS, DEADLINE_S, "seconds until a request is given up")
    tracing: bool = setting(
        switch(), False, "on Lambda, the compare function adds a segment to its X-Ray traces"
    )
    hold_s: int = setting(
        SECONDS, HOLD_S, "seconds until another worker may take a dead worker's chunk"
    )
    url: str = setting(
        string("the address of a service"), "", "the service that `facecompare batches` speaks to"
    )
    key: str = setting(string("an access key of that service"), "", "sent to that service")

    @property
    def limits(self) -> ImageLimits:
        """The decoder's limits."""
        return ImageLimits(**{name: getattr(self, name) for name in _LIMITS})

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """The settings that this environment asks for; an empty variable counts as unset, and of
        one that is no setting a warning is logged.

        Raises  BadSetting, which says what was found, what is expected, and what to do.
        """
        ours = own_variables(env, ENV_PREFIX)
        texts = {name: ours.get(variable(name), "").strip() for name in setting_names()}
        given = {name: text for name, text in texts.items() if text}
        settings = cls(**(_defaults(env) | parsed(cls, given, _spelled)))
        _refuse_unknown_engine(settings)
        known = [*map(variable, setting_names()), DEBUG_VARIABLE]
        for told in unknown_variables(ours, known, ENV_PREFIX):
            log.warning("%s", told)
        return settings


def setting_names() -> list[str]:
    """The names of all settings, in the order they are declared."""
    return list(declared(Settings))


def _defaults(env: Mapping[str, str]) -> dict[str, Any]:
    defaults = {name: each.default for name, each in declared(Settings).items()}
    return {
        name: default(env) if callable(default) else default for name, default in defaults.items()
    }


def variable(name: str) -> str:
    """The environment variable of this setting."""
    return ENV_PREFIX + name.upper()


def _spelled(name: str, text: str) -> str:
    return f"{variable(name)}={text!r}"


def _refuse_unknown_engine(settings: Settings) -> None:
    known = engine_ids(settings.models_dir)
    if settings.engine not in known:
        expected = f"one of {', '.join(known)}"
        raise BadSetting(refusal(_spelled("engine", settings.engine), expected))


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


def instance_metadata(env: Mapping[str, str] = os.environ) -> str:
    """Where EC2 tells a machine about itself; empty where nobody is to be asked.

    The variables are AWS's own (SDKs and Tools Reference Guide, "IMDS credential provider").
    """
    if env.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return ""
    return env.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "").rstrip("/") or INSTANCE_METADATA


COMPLETION_VARIABLE = f"_{ENV_PREFIX}COMPLETE"


def debugging(env: Mapping[str, Any] = os.environ) -> bool:
    """True when tracebacks are wanted instead of one-line errors."""
    return bool(env.get(DEBUG_VARIABLE))


def completing(env: Mapping[str, Any] = os.environ) -> bool:
    """True when a shell asks for the words that may come next, by click's own variable."""
    return COMPLETION_VARIABLE in env
