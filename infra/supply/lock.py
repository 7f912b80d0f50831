"""Write constraints.txt and infra/locks/: every package that is installed here, by its hash.

    python -m infra.supply.lock [--upgrade]

constraints.txt has one version of each package, which holds everywhere; a lock has what one
installation needs of them, for every platform, with the hash of each file that the index has. The
pins that are there stay, unless --upgrade asks for the newest. Neither names an index.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from infra.supply.pins import pins_in

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = CHECKOUT / "pyproject.toml"
CONSTRAINTS = CHECKOUT / "constraints.txt"
LOCKS = CHECKOUT / "infra" / "locks"
OLDEST_PYTHON = "3.11"
COMPILE = ("--universal", "--no-header", "--no-annotate", "--quiet", "--fork-strategy", "fewest")
ONE_VERSION = (
    "# Every version that is installed, once. Written by `make lock`, as infra/locks/ is.\n"
)
HASHED = "# Written by `make lock`, for pip with --no-deps --require-hashes.\n"
NOT_ON_LAMBDA = ("awslambdaric", "uvicorn", "facecompare[cli]")  # it is runtime, server and caller


@dataclass(frozen=True, slots=True)
class Lock:
    """What one installation asks for."""

    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    constrained: bool = True

    def options(self) -> list[str]:
        """For uv's resolver."""
        chosen = [word for extra in self.extras for word in ("--extra", extra)]
        chosen += [word for group in self.groups for word in ("--group", group)]
        return [*chosen, "-" if self.lines else str(PROJECT)]


def layer_requirements() -> tuple[str, ...]:
    """What the records function's layer has: two extras, less what Lambda does itself."""
    extras = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    wanted = (line for extra in ("api", "aws") for line in extras[extra])
    return tuple(line for line in wanted if not line.startswith(NOT_ON_LAMBDA))


ALL = Lock(extras=("dev", "bench", "fuzz", "gpu"), groups=("build", "bench"))
INSTALLATIONS = {
    "build": Lock(groups=("build",)),  # pip itself, and what makes the wheel
    "dev": Lock(extras=("dev",), groups=("build",)),  # for `make`
    "fuzz": Lock(extras=("fuzz",)),  # beside dev, for `make fuzz`
    "local": Lock(extras=("serve", "client", "eval", "models")),  # as in README.md
    "bench": Lock(extras=("bench",), groups=("bench",)),
    "compare": Lock(extras=("aws", "api", "cpu")),  # the image of functions/compare
    "models": Lock(extras=("aws", "api", "cpu", "models")),  # its stage that builds models
    "worker": Lock(extras=("aws", "gpu")),  # the image of functions/worker
    "records": Lock(lines=layer_requirements()),  # the records function's layer
    "checkov": Lock(groups=("checkov",), constrained=False),
}


def write_all(*, upgrade: bool = False) -> None:
    """Every file, constraints.txt first, because the locks keep to it."""
    with tempfile.TemporaryDirectory() as folder:
        resolved = Path(folder) / "all.txt"
        resolved.write_text(CONSTRAINTS.read_text("utf-8"))
        _compile(ALL, resolved, *(["--upgrade"] if upgrade else []))
        CONSTRAINTS.write_text(ONE_VERSION + _versions(resolved))
    LOCKS.mkdir(exist_ok=True)
    for name, lock in INSTALLATIONS.items():
        path = LOCKS / f"{name}.txt"
        kept = ["--constraint", str(CONSTRAINTS)] if lock.constrained else []
        _compile(lock, path, "--generate-hashes", *kept, *(["--upgrade"] if upgrade else []))
        path.write_text(HASHED + path.read_text("utf-8"))


def _compile(lock: Lock, path: Path, *options: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "compile", *COMPILE, "--python-version", OLDEST_PYTHON]
    command += ["--output-file", path, *options, *lock.options()]
    asked = "\n".join(lock.lines).encode()
    subprocess.run([str(word) for word in command], cwd=CHECKOUT, input=asked, check=True)


def _versions(resolved: Path) -> str:
    """Name and version only: whom a package is for depends on who installs it."""
    return "".join(sorted(f"{pin.name}=={pin.version}\n" for pin in pins_in(resolved)))


if __name__ == "__main__":
    write_all(upgrade="--upgrade" in sys.argv[1:])
